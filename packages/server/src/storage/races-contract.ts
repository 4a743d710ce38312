/** What every adapter promises when many write the same rows at once, from one node and from two. */
import assert from 'node:assert/strict';
import { randomInt, randomUUID, randomUUIDv7 } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import type { Claim, ClaimTurn, Store, Write } from './store.ts';
import type { EngineUnderTest } from './store-contract.ts';
import {
  aDevice,
  aFlow,
  aMessage,
  aUser,
  guard,
  insert,
  remove,
  update,
} from './testing-documents.ts';

export function racesContract(engine: EngineUnderTest): void {
  describe(`parallel changes on ${engine.name}`, () => {
    let nodes: [Store, Store];
    before(async () => {
      const one = await engine.open();
      nodes = [one, engine.shared ? await engine.open() : one];
    });
    after(async () => {
      for (const node of new Set(nodes)) await node.close();
    });

    /** Runs `work` so many times at once, on both nodes in turn. */
    const together = <R>(times: number, work: (node: Store, index: number) => Promise<R>) =>
      Promise.all(
        Array.from({ length: times }, (_, index) => work(nodes[index % 2 ? 0 : 1], index)),
      );

    test('none of 200 updates of one row that read again is lost', async () => {
      const environmentId = randomUUID();
      const id = randomUUIDv7();
      await nodes[0].commit([insert('users', environmentId, id, aUser('counter'))]);
      await together(200, async (node) => {
        for (;;) {
          const user = await node.get('users', environmentId, id);
          assert.ok(user);
          const doc = { ...user.doc, mfaFailures: user.doc.mfaFailures + 1 };
          if ((await node.commit([update('users', user, doc)])).committed) return;
        }
      });
      const user = await nodes[0].get('users', environmentId, id);
      assert.deepEqual([user?.doc.mfaFailures, user?.version], [200, 201]);
    });

    test('of many changes decided on one version one wins, and its effects are the only ones', async () => {
      const environmentId = randomUUID();
      for (let round = 0; round < 20; round++) {
        const id = randomUUIDv7();
        await nodes[0].commit([insert('flows', environmentId, id, aFlow(9e12))]);
        const outcomes = await together(12, (node, index) =>
          node.commit([
            update(
              'flows',
              { environmentId, id, version: 1, doc: aFlow(9e12) },
              aFlow(index, { status: 'COMPLETED' }),
            ),
            insert('devices', environmentId, randomUUIDv7(), aDevice(id, { failures: index })),
          ]),
        );
        const winners = outcomes.flatMap(({ committed }, index) => (committed ? [index] : []));
        assert.equal(winners.length, 1);
        const flow = await nodes[1].get('flows', environmentId, id);
        const where = { column: 'user_id', is: 'eq', value: id } as const;
        const devices = await nodes[1].list('devices', environmentId, { where, limit: 100 });
        assert.equal(flow?.doc.expiresAt, winners[0]);
        assert.deepEqual(
          devices.map(({ doc }) => doc.failures),
          winners,
        );
      }
    });

    test('changes of several rows are never half done', async () => {
      const environmentId = randomUUID();
      const ids = Array.from({ length: 6 }, () => randomUUIDv7());
      await nodes[0].commit(
        ids.map((id, index) => insert('users', environmentId, id, aUser(`u${index}`))),
      );
      // Each takes one from a row and gives it to another, in any order, and leaves a record.
      const outcomes = await together(300, async (node, index) => {
        const from = randomInt(ids.length);
        const to = (from + 1 + randomInt(ids.length - 1)) % ids.length;
        const rows = await Promise.all(
          [from, to].map((one) => node.get('users', environmentId, ids[one] ?? '')),
        );
        const moves = rows.map((row, one) => {
          assert.ok(row);
          const mfaFailures = row.doc.mfaFailures + (one === 0 ? -1 : 1);
          return update('users', row, { ...row.doc, mfaFailures });
        });
        const record = insert('flows', environmentId, randomUUIDv7(), aFlow(index));
        return node.commit([record, ...moves]);
      });
      const committed = outcomes.filter((outcome) => outcome.committed).length;
      assert.ok(committed > 0 && committed < 300, `${committed} won`);
      const users = await nodes[0].list('users', environmentId, { limit: 10 });
      const sum = (numbers: number[]) => numbers.reduce((one, other) => one + other, 0);
      assert.equal(sum(users.map(({ doc }) => doc.mfaFailures)), 0);
      assert.equal(sum(users.map(({ version }) => version - 1)), 2 * committed);
      assert.equal(await nodes[1].count('flows', environmentId), committed);
    });

    test('a guarded decision holds only until its row is changed, also within one batch', async () => {
      const environmentId = randomUUID();
      for (let round = 0; round < 20; round++) {
        const id = randomUUIDv7();
        const row = { environmentId, id, version: 1, doc: aDevice('u') };
        await nodes[0].commit([insert('devices', environmentId, id, row.doc)]);
        // All are decided on version 1; on one node, those after the update must lose.
        const updates = randomInt(12);
        const outcomes = await Promise.all(
          Array.from({ length: 12 }, (_, index) =>
            nodes[0].commit([
              insert('flows', environmentId, randomUUIDv7(), aFlow(index)),
              index === updates ? update('devices', row, aDevice('v')) : guard('devices', row),
            ]),
          ),
        );
        const won = outcomes.flatMap(({ committed }, index) => (committed ? [index] : []));
        assert.deepEqual(
          won,
          Array.from({ length: updates + 1 }, (_, index) => index),
        );
      }
    });

    test('many that rely on one row and leave it as it is all win', async () => {
      const environmentId = randomUUID();
      const id = randomUUIDv7();
      await nodes[0].commit([insert('users', environmentId, id, aUser('x'))]);
      const outcomes = await together(200, (node, index) =>
        node.commit([
          insert('flows', environmentId, randomUUIDv7(), aFlow(index)),
          guard('users', { environmentId, id, version: 1 }),
        ]),
      );
      assert.ok(outcomes.every(({ committed }) => committed));
      assert.equal((await nodes[1].get('users', environmentId, id))?.version, 1);
    });

    test('of two decisions that each change what the other was made of one wins', async () => {
      const environmentId = randomUUID();
      for (let round = 0; round < 20; round++) {
        const ids = [randomUUIDv7(), randomUUIDv7()];
        const rows = ids.map((id) => ({ environmentId, id, version: 1, doc: aDevice('u') }));
        const [one, two] = rows;
        assert.ok(one && two);
        await nodes[0].commit(ids.map((id) => insert('devices', environmentId, id, aDevice('u'))));
        const outcomes = await together(10, (node, index) =>
          node.commit([
            update('devices', index % 2 ? one : two, aDevice('v')),
            guard('devices', index % 2 ? two : one),
          ]),
        );
        assert.equal(outcomes.filter(({ committed }) => committed).length, 1);
      }
    });

    test('a row of a change that was lost can be relied on', async () => {
      const environmentId = randomUUID();
      const [gone, row] = [randomUUIDv7(), randomUUIDv7()].map((id) => ({
        environmentId,
        id,
        version: 1,
        doc: aDevice('u'),
      }));
      assert.ok(gone && row);
      await nodes[0].commit([insert('devices', environmentId, row.id, row.doc)]);
      const lost = await nodes[0].commit([update('devices', row, row.doc), guard('devices', gone)]);
      assert.deepEqual(lost, { committed: false, conflict: 'VERSION' });
      for (const node of nodes) {
        const flow = insert('flows', environmentId, randomUUIDv7(), aFlow(9e12));
        assert.deepEqual(await node.commit([flow, guard('devices', row)]), { committed: true });
      }
    });

    test('three tries are three tries, whatever else relies on the row', async () => {
      const environmentId = randomUUID();
      const id = randomUUIDv7();
      await nodes[0].commit([insert('devices', environmentId, id, aDevice('u'))]);
      let judged = 0;
      await together(120, async (node, index) => {
        for (;;) {
          const device = await node.get('devices', environmentId, id);
          assert.ok(device);
          if (device.doc.failures === 3) return;
          const doc = { ...device.doc, failures: device.doc.failures + 1 };
          const isWrong = index % 40 !== 39;
          const { committed } = await node.commit([
            insert('flows', environmentId, randomUUIDv7(), aFlow(doc.failures)),
            isWrong ? update('devices', device, doc) : guard('devices', device),
          ]);
          if (committed && isWrong) judged++;
          if (committed) return;
        }
      });
      assert.equal(judged, 3);
      const flows = await nodes[0].list('flows', environmentId, { limit: 200 });
      assert.ok(flows.every(({ doc }) => doc.expiresAt <= 3));
    });

    test('an update and a delete of one row do not both win', async () => {
      const environmentId = randomUUID();
      const id = randomUUIDv7();
      const read = { environmentId, id, version: 1, doc: aUser('x') };
      await nodes[0].commit([insert('users', environmentId, id, read.doc)]);
      const outcomes = await together(10, (node, index) =>
        node.commit([index % 3 ? update('users', read, aUser('y')) : remove('users', read)]),
      );
      assert.equal(outcomes.filter(({ committed }) => committed).length, 1);
      assert.ok(
        outcomes.every((outcome) => outcome.committed || outcome.conflict === 'VERSION'),
        JSON.stringify(outcomes),
      );
    });

    test('of many that insert what is unique one wins', async () => {
      const environmentId = randomUUID();
      const outcomes = await together(40, (node, index) =>
        node.commit([
          insert('users', environmentId, randomUUIDv7(), aUser(index % 2 ? 'same' : `own${index}`)),
          insert('devices', environmentId, randomUUIDv7(), aDevice(`u${index}`)),
        ]),
      );
      const unique = { committed: false, conflict: 'UNIQUE', table: 'users' };
      const lost = outcomes.filter(({ committed }) => !committed);
      assert.deepEqual(lost, new Array(19).fill(unique));
      assert.equal(await nodes[0].count('users', environmentId), 21);
      assert.equal(await nodes[0].count('devices', environmentId), 21);
    });

    test('two that wait for each other’s rows both end', async () => {
      const environmentId = randomUUID();
      const ids = [randomUUIDv7(), randomUUIDv7()];
      await nodes[0].commit(ids.map((id) => insert('users', environmentId, id, aUser(id))));
      const outcomes = await together(30, async (node, index) => {
        const order = index % 2 ? ids : ids.toReversed();
        const writes = order.map((id): Write => {
          const row = { environmentId, id, version: 1, doc: aUser(id) };
          return update('users', row, row.doc);
        });
        return node.commit(writes);
      });
      assert.equal(outcomes.filter(({ committed }) => committed).length, 1);
    });

    test('a message is handed to one worker until its lease ends', async () => {
      const environmentId = randomUUID();
      const [store, other] = nodes;
      const base = 5e12;
      await store.commit(
        Array.from({ length: 20 }, () =>
          insert('messages', environmentId, randomUUIDv7(), aMessage(base)),
        ),
      );
      assert.deepEqual(await store.claimMessages(base - 1, base, 100), {
        messages: [],
        more: false,
      });
      const claims = await Promise.all(
        [store, other, store, other].map((node) => node.claimMessages(base, base + 10, 10)),
      );
      const claimed = claims.flatMap(({ messages }) => messages);
      assert.ok(
        claims.every(({ messages }) => messages.length <= 10),
        'no claim takes more than its limit',
      );
      assert.equal(claimed.length, 20);
      assert.equal(new Set(claimed.map(({ id }) => id)).size, 20);
      for (const { doc, version } of claimed) {
        assert.deepEqual([doc.attempts, doc.availableAt, version], [1, base + 10, 2]);
      }
      assert.deepEqual((await store.claimMessages(base + 9, base + 20, 100)).messages, []);
      const [first] = claimed;
      assert.ok(first);
      const sent = update('messages', first, { ...first.doc, status: 'SENT' });
      assert.deepEqual(await store.commit([sent]), { committed: true });
      const again = (await other.claimMessages(base + 10, base + 20, 100)).messages;
      assert.equal(again.length, 19);
      assert.equal(again[0]?.doc.attempts, 2);
      await store.releaseMessages(base + 11);
      assert.equal((await store.claimMessages(base + 11, base + 30, 100)).messages.length, 19);
    });

    test('a lease that is renewed in time holds, and another worker’s is left alone', async () => {
      const environmentId = randomUUID();
      const [store, other] = nodes;
      const base = 6e12;
      // What other tests have left.
      await store.claimMessages(base, 9e12, 1_000);
      await store.commit(
        Array.from({ length: 3 }, () =>
          insert('messages', environmentId, randomUUIDv7(), aMessage(base)),
        ),
      );
      const { messages: mine } = await store.claimMessages(base, base + 10, 2);
      const { messages: theirs } = await other.claimMessages(base, base + 10, 100);
      assert.deepEqual([mine.length, theirs.length], [2, 1]);
      const late = theirs.map((message) => ({ ...message, version: message.version - 1 }));
      await store.renewMessages([...mine, ...late], base + 20);
      const { messages: again } = await other.claimMessages(base + 10, base + 30, 100);
      assert.deepEqual(
        again.map(({ id }) => id),
        theirs.map(({ id }) => id),
      );
      // The version is still the one that was claimed: what ends the message is not refused.
      for (const message of mine) {
        const sent = update('messages', message, { ...message.doc, status: 'SENT' });
        assert.deepEqual(await store.commit([sent]), { committed: true });
      }
    });

    test('a claim leaves the channels that it is told to', async () => {
      const environmentId = randomUUID();
      const [store] = nodes;
      const base = 7e12;
      await store.commit(
        ['EMAIL', 'FCM', 'SMS'].map((channel) =>
          insert('messages', environmentId, randomUUIDv7(), { ...aMessage(base), channel }),
        ),
      );
      const claimed = async (...exceptChannels: string[]) => {
        const { messages } = await store.claimMessages(base, base + 10, 100, { exceptChannels });
        return messages.filter((one) => one.environmentId === environmentId);
      };
      const first = await claimed('FCM', 'SMS');
      assert.deepEqual(
        first.map(({ doc }) => doc.channel),
        ['EMAIL'],
      );
      assert.equal((await claimed()).length, 2);
    });

    test('a claim takes as much of each lane, however many messages wait in one', async () => {
      const [store] = nodes;
      const base = 7.1e12;
      await store.claimMessages(base, 9e12, 10_000);
      const [long, short] = [randomUUID(), randomUUID()].sort() as [string, string];
      const add = (environmentId: string, count: number, channel: string) =>
        store.commit(
          Array.from({ length: count }, (_, index) =>
            insert('messages', environmentId, randomUUIDv7(), {
              ...aMessage(base - count + index),
              channel,
            }),
          ),
        );
      await add(long, 60, 'EMAIL');
      await add(long, 2, 'SMS');
      await add(short, 3, 'EMAIL');
      const took = ({ messages }: Claim) =>
        Object.entries(
          Object.groupBy(
            messages,
            ({ environmentId, doc }) =>
              `${environmentId === long ? 'long' : 'short'} ${doc.channel}`,
          ),
        )
          .map(([lane, rows]) => `${lane} ${rows?.length}`)
          .sort();
      const first = await store.claimMessages(base, base + 10, 30);
      assert.deepEqual(took(first), ['long EMAIL 10', 'long SMS 2', 'short EMAIL 3']);
      const claimedOfLong = first.messages.filter(
        ({ environmentId, doc }) => environmentId === long && doc.channel === 'EMAIL',
      );
      // The oldest of them.
      assert.deepEqual(
        claimedOfLong.map(({ doc }) => doc.expiresAt).sort(),
        Array.from({ length: 10 }, (_, index) => base - 60 + index + 1_000),
      );
      assert.deepEqual([first.more, first.next], [true, undefined]);
      // One that is full is left; another may have all of the claim.
      const except = [{ environmentId: long, channel: 'EMAIL' }];
      assert.deepEqual(await store.claimMessages(base, base + 10, 30, { except }), {
        messages: [],
        more: false,
      });
      const rest = await store.claimMessages(base, base + 10, 30);
      assert.deepEqual(took(rest), ['long EMAIL 30']);
      assert.ok(rest.more);
      const last = await store.claimMessages(base, base + 10, 30);
      assert.deepEqual([took(last), last.more], [['long EMAIL 20'], false]);
    });

    test('claims go from lane to lane, and come to the last one', async () => {
      const [store, other] = nodes;
      const base = 7.2e12;
      await store.claimMessages(base, 9e12, 10_000);
      const environments = Array.from({ length: 25 }, () => randomUUID());
      await store.commit(
        environments.flatMap((environmentId) =>
          Array.from({ length: 3 }, () =>
            insert('messages', environmentId, randomUUIDv7(), aMessage(base)),
          ),
        ),
      );
      const seen: string[] = [];
      const inFirstRound = new Set<string>();
      const sizes: number[] = [];
      let more = true;
      let rounds = 0;
      while (more) {
        rounds++;
        more = false;
        let turn: ClaimTurn | undefined = {};
        while (turn) {
          const node = sizes.length % 2 ? other : store;
          const claim: Claim = await node.claimMessages(base, base + 10, 10, turn);
          seen.push(...claim.messages.map(({ id }) => id));
          if (rounds === 1) for (const row of claim.messages) inFirstRound.add(row.environmentId);
          sizes.push(claim.messages.length);
          more ||= claim.more;
          turn = claim.next && { after: claim.next };
          assert.ok(sizes.length < 100);
        }
      }
      assert.ok(sizes.every((size) => size <= 10));
      // Each lane has its turn in each round.
      assert.equal(inFirstRound.size, 25);
      assert.ok(rounds > 1);
      assert.deepEqual([seen.length, new Set(seen).size], [75, 75]);
    });
  });
}
