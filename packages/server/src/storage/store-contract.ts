/** What every adapter of the store promises: one suite, run on each engine by `store.test.ts`. */
import assert from 'node:assert/strict';
import { randomUUID, randomUUIDv7 } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { ANY_ENVIRONMENT, type Condition, type Store, type Write } from './store.ts';
import {
  aDevice,
  aFlow,
  anEnvironment,
  aPolicy,
  aUser,
  dates,
  guard,
  insert,
  remove,
  update,
} from './testing-documents.ts';

export interface EngineUnderTest {
  name: string;
  /** A store on the same data each time, as another node or another start would open it. */
  open(): Promise<Store>;
  /** Whether two stores can be open at once. */
  shared: boolean;
}

export function storeContract(engine: EngineUnderTest): void {
  describe(`the store on ${engine.name}`, () => {
    let store: Store;
    before(async () => {
      store = await engine.open();
    });
    after(() => store.close());

    const OK = { committed: true };
    const LOST = { committed: false, conflict: 'VERSION' };

    test('keeps what it committed, and keeps environments apart', async () => {
      const [one, other, id] = [randomUUID(), randomUUID(), randomUUIDv7()];
      assert.deepEqual(await store.commit([insert('policies', one, id, aPolicy('p'))]), OK);
      const read = await store.get('policies', one, id);
      assert.deepEqual(read, { environmentId: one, id, version: 1, doc: aPolicy('p') });
      assert.equal(await store.get('policies', other, id), undefined);
      assert.deepEqual(await store.list('policies', other, { limit: 10 }), []);
      assert.equal(
        (await store.list('policies', ANY_ENVIRONMENT, { limit: 1_000 })).length > 0,
        true,
      );
      assert.equal(await store.count('policies', one), 1);
    });

    test('keeps any text as it is', async () => {
      const environment = randomUUID();
      const id = randomUUIDv7();
      const nickname = `'"\\;--${'\u{1f4a9}'} \u2028 ${'x'.repeat(5_000)}`;
      await store.commit([insert('devices', environment, id, aDevice('u', { nickname }))]);
      assert.equal((await store.get('devices', environment, id))?.doc.nickname, nickname);
    });

    test('updates and deletes only the version that was read', async () => {
      const environmentId = randomUUID();
      const id = randomUUIDv7();
      await store.commit([insert('policies', environmentId, id, aPolicy('p'))]);
      const row = (version: number) => ({ environmentId, id, version, doc: aPolicy('p') });
      const rename = (version: number, name: string) =>
        store.commit([update('policies', row(version), aPolicy(name))]);
      const drop = (version: number) => store.commit([remove('policies', row(version))]);
      assert.deepEqual(await rename(1, 'second'), OK);
      assert.deepEqual(await rename(1, 'lost'), LOST);
      assert.deepEqual(await drop(1), LOST);
      const read = await store.get('policies', environmentId, id);
      assert.equal(read?.version, 2);
      assert.equal(read?.doc.name, 'second');
      assert.deepEqual(await drop(2), OK);
      assert.deepEqual(await rename(2, 'gone'), LOST);
      assert.equal(await store.get('policies', environmentId, id), undefined);
    });

    test('a guard changes nothing, and holds only for the version that was read', async () => {
      const environmentId = randomUUID();
      const [policy, user] = [randomUUIDv7(), randomUUIDv7()];
      await store.commit([
        insert('policies', environmentId, policy, aPolicy('p')),
        insert('users', environmentId, user, aUser('kaisa')),
      ]);
      const row = (id: string, version: number) => ({ environmentId, id, version });
      assert.deepEqual(await store.commit([guard('policies', row(policy, 1))]), OK);
      const written = (version: number, id: string) =>
        store.commit([
          insert('devices', environmentId, id, aDevice(user)),
          guard('users', row(user, version)),
          guard('policies', row(policy, 1)),
        ]);
      const [one, two, three] = [randomUUIDv7(), randomUUIDv7(), randomUUIDv7()];
      assert.deepEqual(await written(1, one), OK);
      assert.deepEqual(await written(2, two), LOST);
      const facts = await store.readUserFacts(environmentId, user);
      assert.deepEqual([facts?.user.version, facts?.devices.map(({ id }) => id)], [1, [one]]);
      await store.commit([remove('users', row(user, 1))]);
      assert.deepEqual(await written(1, three), LOST);
      assert.deepEqual(await store.commit([guard('users', row(user, 1))]), LOST);
      assert.deepEqual(await store.commit([guard('users', row('nobody', 1))]), LOST);
    });

    test('commits a change over several tables whole or not at all', async () => {
      const environmentId = randomUUID();
      const [user, device, device2] = [randomUUIDv7(), randomUUIDv7(), randomUUIDv7()];
      await store.commit([insert('users', environmentId, user, aUser('kaisa'))]);
      const change = (version: number, id: string): Write[] => [
        insert('devices', environmentId, id, aDevice(user)),
        {
          op: 'update',
          table: 'users',
          environmentId,
          id: user,
          version,
          doc: aUser('kaisa', { deviceOrder: [id] }),
        },
      ];
      assert.deepEqual(await store.commit(change(7, device)), LOST);
      assert.equal(await store.get('devices', environmentId, device), undefined);
      const outcomes = await Promise.all([
        store.commit(change(1, device)),
        store.commit(change(1, device2)),
      ]);
      assert.equal(outcomes.filter(({ committed }) => committed).length, 1);
      const facts = await store.readUserFacts(environmentId, user);
      assert.equal(facts?.devices.length, 1);
      assert.deepEqual(facts?.user.doc.deviceOrder, [facts?.devices[0]?.id]);
    });

    test('refuses what breaks a unique index, and only that', async () => {
      const environmentId = randomUUID();
      await store.commit([insert('users', environmentId, randomUUIDv7(), aUser('Kaisa'))]);
      const names = ['one', 'kaisa', 'two', 'KAISA', 'three'];
      const outcomes = await Promise.all(
        names.map((name) =>
          store.commit([
            insert('users', environmentId, randomUUIDv7(), aUser(name)),
            insert('populations', environmentId, randomUUIDv7(), {
              name: `p-${name}`,
              isDefault: false,
              ...dates,
            }),
          ]),
        ),
      );
      const unique = { committed: false, conflict: 'UNIQUE', table: 'users' };
      assert.deepEqual(outcomes, [OK, unique, OK, unique, OK]);
      assert.equal(await store.count('users', environmentId), 4);
      assert.equal(await store.count('populations', environmentId), 3);
      const key = { uniqueKey: 'X:1' };
      const add = (userId: string) =>
        store.commit([insert('devices', environmentId, randomUUIDv7(), aDevice(userId, key))]);
      assert.deepEqual(await add('u1'), OK);
      assert.deepEqual(await add('u2'), OK);
      assert.deepEqual(await add('u1'), { ...unique, table: 'devices' });
    });

    test('makes room before it fills it: what is deleted or renamed gives its key to what is new', async () => {
      const environmentId = randomUUID();
      // Ids of one millisecond have no order.
      const [one = '', two = '', three = ''] = [0, 1, 2].map(() => randomUUIDv7()).sort();
      const keyed = aDevice('u', { uniqueKey: 'X:1' });
      const row = (id: string) => ({ environmentId, id, version: 1, doc: keyed });
      assert.deepEqual(await store.commit([insert('devices', environmentId, one, keyed)]), OK);
      const replaced = [insert('devices', environmentId, two, keyed), remove('devices', row(one))];
      assert.deepEqual(await store.commit(replaced), OK);
      const handedOn = [
        insert('devices', environmentId, three, keyed),
        update('devices', row(two), aDevice('u')),
      ];
      assert.deepEqual(await store.commit(handedOn), OK);
      const left = await store.list('devices', environmentId, { limit: 10 });
      assert.deepEqual(
        left.map(({ id, doc }) => [id, doc.uniqueKey]),
        [
          [two, undefined],
          [three, 'X:1'],
        ],
      );
    });

    test('a change that cannot be written fails alone', async () => {
      const environmentId = randomUUID();
      const add = (doc: object) =>
        store.commit([
          insert('populations', environmentId, randomUUIDv7(), {
            name: randomUUID(),
            isDefault: false,
            ...dates,
          }),
          insert('users', environmentId, randomUUIDv7(), { ...aUser(randomUUID()), ...doc }),
        ]);
      // What our own mistakes would send: a required column without a value, no document at all.
      const broken = [{ populationId: undefined }, { username: undefined }];
      const settled = await Promise.allSettled([{}, ...broken, {}, {}].map(add));
      assert.deepEqual(
        settled.map(({ status }) => status),
        ['fulfilled', 'rejected', 'rejected', 'fulfilled', 'fulfilled'],
      );
      assert.equal(await store.count('users', environmentId), 3);
      assert.equal(await store.count('populations', environmentId), 3);
    });

    test('refuses a change that writes one row twice, and takes one that writes nothing', async () => {
      const environmentId = randomUUID();
      const id = randomUUIDv7();
      const add = insert('users', environmentId, id, aUser('x'));
      await store.commit([add]);
      const twice = ['y', 'z'].map((name) =>
        update('users', { environmentId, id, version: 1, doc: aUser('x') }, aUser(name)),
      );
      await assert.rejects(store.commit(twice), /one row twice/);
      assert.equal((await store.get('users', environmentId, id))?.version, 1);
      assert.deepEqual(await store.commit([]), OK);
    });

    test('answers many reads at once, each its own', async () => {
      const environmentId = randomUUID();
      const ids = Array.from({ length: 40 }, () => randomUUIDv7());
      await store.commit(ids.map((id) => insert('users', environmentId, id, aUser(id))));
      await store.commit(
        ids.map((id) => insert('devices', environmentId, randomUUIDv7(), aDevice(id))),
      );
      const asked = [...ids, 'nobody', ...ids];
      const users = await Promise.all(asked.map((id) => store.get('users', environmentId, id)));
      const facts = await Promise.all(asked.map((id) => store.readUserFacts(environmentId, id)));
      for (const [index, id] of asked.entries()) {
        const known = id === 'nobody' ? undefined : id;
        assert.equal(users[index]?.doc.username, known);
        assert.equal(facts[index]?.user.id, known);
        assert.deepEqual(
          facts[index]?.devices.map(({ doc }) => doc.userId),
          known && [known],
        );
      }
    });

    test('lists by every condition, and takes values literally', async () => {
      const environmentId = randomUUID();
      const users = [
        aUser('alpha', { email: 'a_b%c@x.example', name: { family: 'a' } }),
        aUser('beta', { email: "o'neil@x.example", enabled: false }),
        aUser('gamma'),
      ];
      const ids = users.map(() => randomUUIDv7());
      for (const [n, doc] of users.entries()) {
        await store.commit([insert('users', environmentId, ids[n] ?? '', doc)]);
      }
      const find = async (where: Condition) => {
        const rows = await store.list('users', environmentId, { where, limit: 10 });
        assert.equal(await store.count('users', environmentId, where), rows.length);
        return rows.map(({ doc }) => doc.username).sort();
      };
      const username = (is: 'eq' | 'ne' | 'gt' | 'ge' | 'lt' | 'le', value: string) =>
        find({ column: 'username', is, value });
      assert.deepEqual(await username('eq', 'beta'), ['beta']);
      assert.deepEqual(await username('eq', 'BETA'), []);
      assert.deepEqual(await username('ne', 'beta'), ['alpha', 'gamma']);
      assert.deepEqual(await username('gt', 'beta'), ['gamma']);
      assert.deepEqual(await username('ge', 'beta'), ['beta', 'gamma']);
      assert.deepEqual(await username('lt', 'beta'), ['alpha']);
      assert.deepEqual(await username('le', 'beta'), ['alpha', 'beta']);
      const email = (is: 'startsWith' | 'endsWith' | 'contains' | 'eq', value: string) =>
        find({ column: 'email', is, value });
      assert.deepEqual(await email('startsWith', 'a_b%'), ['alpha']);
      assert.deepEqual(await email('startsWith', 'a%'), []);
      assert.deepEqual(await email('startsWith', ''), ['alpha', 'beta']);
      assert.deepEqual(await email('startsWith', 'a_c'), []);
      assert.deepEqual(await email('startsWith', '\u{10ffff}'), []);
      assert.deepEqual(await email('contains', '_'), ['alpha']);
      assert.deepEqual(await email('endsWith', '%c@x.example'), ['alpha']);
      assert.deepEqual(await email('endsWith', ''), ['alpha', 'beta']);
      assert.deepEqual(await email('endsWith', `o'neil@x.example${'.'.repeat(9)}`), []);
      assert.deepEqual(await email('endsWith', 'z@x.example'), []);
      assert.deepEqual(await email('eq', "o'neil@x.example"), ['beta']);
      assert.deepEqual(await email('eq', "' or 1=1 --"), []);
      assert.deepEqual(await find({ column: 'email', is: 'present' }), ['alpha', 'beta']);
      const among = (...values: string[]) => find({ column: 'username', is: 'in', values });
      assert.deepEqual(await among('gamma', 'nobody', 'alpha', 'alpha'), ['alpha', 'gamma']);
      assert.deepEqual(await among(), []);
      assert.deepEqual(await among("'] or 1=1 --", 'a"b\\'), []);
      assert.deepEqual(await find({ not: { column: 'email', is: 'in', values: ['x'] } }), [
        'alpha',
        'beta',
        'gamma',
      ]);
      for (const [place, user, groupId] of [
        [environmentId, 0, 'staff'],
        [environmentId, 2, 'guests'],
        [randomUUID(), 1, 'staff'],
      ] as const) {
        const doc = { userId: ids[user] ?? '', groupId, ...dates };
        await store.commit([insert('group_members', place, randomUUIDv7(), doc)]);
      }
      const rowsOf = (where: Condition, column = 'user_id'): Condition => ({
        column: 'id',
        is: 'of',
        rows: { table: 'group_members', column, where },
      });
      const inRows = (...args: Parameters<typeof rowsOf>) => find(rowsOf(...args));
      const staff: Condition = { column: 'group_id', is: 'eq', value: 'staff' };
      assert.deepEqual(await inRows(staff), ['alpha']);
      assert.deepEqual(await inRows({ all: [] }), ['alpha', 'gamma']);
      assert.deepEqual(await find({ not: rowsOf(staff) }), ['beta', 'gamma']);
      assert.deepEqual(
        await find({ all: [{ column: 'username', is: 'eq', value: 'gamma' }, rowsOf(staff)] }),
        [],
      );
      assert.deepEqual(
        await find({
          any: [{ column: 'email', is: 'endsWith', value: 'example' }, rowsOf({ not: staff })],
        }),
        ['alpha', 'beta', 'gamma'],
      );
      await assert.rejects(inRows({ all: [] }, 'doc; drop table users'));
      const absent: Condition = { not: { column: 'email', is: 'present' } };
      assert.deepEqual(await find(absent), ['gamma']);
      const notA: Condition = { not: { column: 'family_name', is: 'eq', value: 'a' } };
      assert.deepEqual(await find(notA), ['beta', 'gamma']);
      assert.deepEqual(await find({ column: 'family_name', is: 'ne', value: 'a' }), [
        'beta',
        'gamma',
      ]);
      const enabled: Condition = { column: 'enabled', is: 'eq', value: 1 };
      assert.deepEqual(await find({ all: [enabled, notA] }), ['gamma']);
      assert.deepEqual(await find({ any: [{ not: enabled }, absent] }), ['beta', 'gamma']);
      assert.deepEqual(await find({ all: [] }), ['alpha', 'beta', 'gamma']);
      assert.deepEqual(await find({ any: [] }), []);
      await assert.rejects(find({ column: 'doc; drop table users', is: 'eq', value: '' }));
    });

    test('pages by id in both directions', async () => {
      const environmentId = randomUUID();
      const ids = Array.from({ length: 7 }, () => randomUUIDv7()).sort();
      for (const id of ids) await store.commit([insert('flows', environmentId, id, aFlow(9e12))]);
      const walk = async (descending: boolean) => {
        const seen: string[] = [];
        for (let afterId: string | undefined; ; afterId = seen.at(-1)) {
          const page = await store.list('flows', environmentId, {
            limit: 3,
            descending,
            ...(afterId === undefined ? {} : { afterId }),
          });
          seen.push(...page.map(({ id }) => id));
          if (page.length < 3) return seen;
        }
      };
      assert.deepEqual(await walk(false), ids);
      assert.deepEqual(await walk(true), ids.toReversed());
    });

    test('reads a flow with its user and all his devices', async () => {
      const environmentId = randomUUID();
      const [user, flow, loose] = [randomUUIDv7(), randomUUIDv7(), randomUUIDv7()];
      const ids = Array.from({ length: 3 }, () => randomUUIDv7()).sort();
      await store.commit([
        insert('users', environmentId, user, aUser('kaisa')),
        insert('flows', environmentId, flow, aFlow(9e12, { userId: user })),
        insert('flows', environmentId, loose, aFlow(9e12)),
        ...ids.map((id) => insert('devices', environmentId, id, aDevice(user))),
        insert('devices', environmentId, randomUUIDv7(), aDevice('somebody else')),
      ]);
      const facts = await store.readFlowFacts(environmentId, flow);
      assert.equal(facts?.flow.id, flow);
      assert.equal(facts?.user?.id, user);
      assert.deepEqual(
        facts?.devices.map(({ id }) => id),
        ids,
      );
      const without = await store.readFlowFacts(environmentId, loose);
      assert.deepEqual([without?.user, without?.devices], [undefined, []]);
      assert.equal(await store.readFlowFacts(environmentId, user), undefined);
      const kaisa = await store.get('users', environmentId, user);
      assert.ok(kaisa);
      await store.commit([remove('users', kaisa)]);
      const orphan = await store.readFlowFacts(environmentId, flow);
      assert.deepEqual([orphan?.user, orphan?.devices], [undefined, []]);
      assert.equal(await store.readUserFacts(environmentId, flow), undefined);
    });

    test('sweeps what has expired, so many at a time', async () => {
      const environmentId = randomUUID();
      const left = async () => (await store.list('flows', environmentId, { limit: 100 })).length;
      for (let index = 0; index < 5; index++) {
        await store.commit([insert('flows', environmentId, randomUUIDv7(), aFlow(100 + index))]);
      }
      assert.equal(await store.sweep('flows', 103, 3), 3);
      assert.equal(await store.sweep('flows', 103, 3), 1);
      assert.equal(await store.sweep('flows', 103, 3), 0);
      assert.equal(await left(), 1);
    });

    test('sweeps what is left of a deleted environment, so many at a time, and nothing else', async () => {
      const [deleted, kept] = [randomUUID(), randomUUID()].sort() as [string, string];
      await store.commit([insert('environments', kept, kept, anEnvironment)]);
      for (const environmentId of [deleted, kept]) {
        for (let index = 0; index < 3; index++) {
          const doc = { ...aPolicy(`${index}`), isDefault: false };
          await store.commit([insert('policies', environmentId, randomUUIDv7(), doc)]);
        }
      }
      // Other tests of this suite leave rows of environments that never were.
      while ((await store.sweepDeleted('policies', 2)) > 0);
      const left = async (environmentId: string) =>
        (await store.list('policies', environmentId, { limit: 100 })).length;
      assert.deepEqual([await left(deleted), await left(kept)], [0, 3]);
    });

    test('tells of changes of the configuration, on every node, and of no others', async () => {
      const environmentId = randomUUID();
      const other = engine.shared ? await engine.open() : store;
      const heard: unknown[] = [];
      const heardThere = new Promise<void>((resolve) => {
        other.onConfigurationChange((id) => id === environmentId && resolve());
      });
      const stop = store.onConfigurationChange((id) => heard.push(id));
      await store.commit([insert('flows', environmentId, randomUUIDv7(), aFlow(9e12))]);
      assert.ok(!heard.includes(environmentId));
      await store.commit([insert('policies', environmentId, randomUUIDv7(), aPolicy('p'))]);
      assert.ok(heard.includes(environmentId), 'this node at once');
      await heardThere;
      stop();
      if (other !== store) await other.close();
    });

    test('finishes what is under way when it closes, and takes nothing after', async () => {
      if (!engine.shared) await store.close();
      const closing = await engine.open();
      const environmentId = randomUUID();
      const id = randomUUIDv7();
      const last = closing.commit([insert('policies', environmentId, id, aPolicy('last'))]);
      assert.equal(await closing.isReady(), true);
      const reads = Array.from({ length: 60 }, () => closing.get('policies', environmentId, id));
      await closing.close();
      assert.deepEqual(await last, OK);
      assert.equal((await Promise.all(reads)).length, 60);
      assert.equal(await closing.isReady(), false);
      await assert.rejects(closing.commit([insert('policies', environmentId, id, aPolicy('x'))]));
      if (!engine.shared) store = await engine.open();
      assert.equal((await store.get('policies', environmentId, id))?.doc.name, 'last');
    });
  });
}
