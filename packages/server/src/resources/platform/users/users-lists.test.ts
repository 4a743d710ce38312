/** Long lists over HTTP: every page of them, while rows come and go. */
import assert from 'node:assert/strict';
import { randomUUID, randomUUIDv7 } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { USERS_PAGE_SIZE_MAX } from '../../../config/limits.ts';
import { activityId } from '../../../model/activity-id.ts';
import type { Write } from '../../../storage/store.ts';
import { errorOf, invalidData } from '../../../testing/client.ts';
import { DIALECTS } from '../../../testing/postgres.ts';
import { startTestServerOn, type TestServer } from '../../../testing/server.ts';
import type { Row } from '../../kit/rows.ts';

const ROWS = 2_500;
const ROWS_AT_ONCE = 500;
/** With each page that is read: so many rows come, at the ends and in between, and so many go. */
const COME = 6;
const GO = 4;

interface Page {
  _links: { next?: { href: string } };
  _embedded: Record<string, { id: string; username?: string }[]>;
  count: number;
  size: number;
}

/** An id between those that are there, as if it were made at any time. */
const anywhere = () => `01${randomUUID().slice(2, 14)}7${randomUUID().slice(15)}`;

for (const dialect of DIALECTS) {
  describe(`long lists on ${dialect}`, () => {
    let server: TestServer;
    let populationId: string;
    /** Numbers users, so that names come in another order than ids. */
    let made = 0;

    before(async () => {
      server = await startTestServerOn(dialect);
      const { body } = await server.api('/populations');
      populationId = body._embedded.populations[0].id;
      for (let n = 0; n < ROWS; n += ROWS_AT_ONCE) {
        const ids = Array.from({ length: ROWS_AT_ONCE }, () => randomUUIDv7());
        await commit(ids.flatMap((id) => [aUserRow(id), anActivityRow()]));
      }
    });
    after(() => server?.close());

    async function commit(writes: Write[]): Promise<void> {
      const outcome = await server.server.parts.store.commit(writes);
      assert.deepEqual(outcome, { committed: true });
    }

    function aUserRow(id: string): Write {
      const username = `user-${(++made * 7_919) % 1_000_003}`;
      return {
        op: 'insert',
        table: 'users',
        environmentId: server.environmentId,
        id,
        doc: {
          populationId,
          username,
          email: `${username}@shop.example`,
          enabled: true,
          mfaEnabled: true,
          mfaFailures: 0,
          createdAt: server.now(),
          updatedAt: server.now(),
        },
      };
    }

    /** Of any moment of the last second: many have the same. */
    function anActivityRow(): Write {
      const recordedAt = server.now() - Math.floor(Math.random() * 1_000);
      return {
        op: 'insert',
        table: 'activities',
        environmentId: server.environmentId,
        id: activityId(recordedAt, randomUUID()),
        doc: {
          action: 'USER.UPDATED',
          recordedAt,
          actor: { type: 'SYSTEM' },
          resource: { type: 'USER', id: randomUUID() },
          result: 'SUCCESS',
        },
      };
    }

    /** Reads the list to its end; `between` is called after each page. */
    async function walk(path: string, between: (page: Page) => Promise<void>) {
      const seen: string[] = [];
      let reply = await server.api(path);
      for (;;) {
        assert.equal(reply.status, 200, reply.text);
        const page: Page = reply.body;
        const [rows = []] = Object.values(page._embedded);
        seen.push(...rows.map(({ id }) => id));
        if (!page._links.next) return seen;
        await between(page);
        const { pathname, search } = new URL(page._links.next.href);
        reply = await server.raw(pathname + search, { token: server.token });
      }
    }

    /** The list has every row that stayed, and no row twice. */
    async function assertWhole<T extends 'users' | 'activities'>(
      path: string,
      table: T,
      isListed: (row: Row<T>) => boolean = () => true,
    ): Promise<void> {
      const { store } = server.server.parts;
      const rows = await store.list(table, server.environmentId, { limit: 10 * ROWS });
      const gone = new Set<string>();
      const there = rows.filter(isListed).map(({ id }) => id);
      const seen = await walk(path, async () => {
        const come = Array.from({ length: COME }, (_, n) => (n % 2 ? anywhere() : randomUUIDv7()));
        await commit(come.map((id) => (table === 'users' ? aUserRow(id) : anActivityRow())));
        for (let n = 0; n < GO; n++) {
          const id = there[Math.floor(Math.random() * there.length)] ?? '';
          if (gone.has(id)) continue;
          gone.add(id);
          const row = { table, environmentId: server.environmentId, id, version: 1 };
          await commit([{ op: 'delete', ...row } as Write]);
        }
      });
      const once = new Set(seen);
      assert.equal(seen.length, once.size, 'a row was seen twice');
      const missed = there.filter((id) => !gone.has(id) && !once.has(id));
      assert.deepEqual(missed, [], 'a row was missed');
      assert.ok(gone.size > 0 && seen.length >= there.length - gone.size);
    }

    const filtered = (list: string, filter: string) =>
      `/${list}?limit=150&filter=${encodeURIComponent(filter)}`;

    test('users are all there, once, while others come and go', async () => {
      for (const path of [
        '/users',
        '/users?limit=150&order=-createdAt',
        '/users?limit=150&order=username',
        '/users?limit=150&order=-username',
        filtered('users', 'username sw "user-"'),
        filtered('users', 'email co "@SHOP" and enabled eq true'),
        filtered('users', `population.id eq "${populationId}"`),
        filtered('users', 'username sw "USER-" or email ew "example"'),
        `${filtered('users', 'email sw "user"')}&order=username`,
      ]) {
        await assertWhole(path, 'users');
      }
    });

    test('activities are all there, once, while others come and go', async () => {
      const [from, to] = [-900, 0].map((ms) => new Date(server.now() + ms).toISOString());
      await assertWhole('/activities?limit=150', 'activities');
      const range = `recordedAt ge "${from}" and recordedAt le "${to}"`;
      const late = ({ doc }: Row<'activities'>) => doc.recordedAt >= server.now() - 900;
      await assertWhole(filtered('activities', range), 'activities', late);
    });

    test('a page of users has 200 at the most, and the names are in their order', async () => {
      const { body } = await server.api('/users?limit=1000&order=username');
      assert.equal(body.size, USERS_PAGE_SIZE_MAX);
      const names = body._embedded.users.map(({ username }: { username: string }) => username);
      assert.deepEqual(names, names.toSorted());
      assert.equal((await server.api('/users')).body.size, USERS_PAGE_SIZE_MAX);
      const refused = await server.api('/users?order=email');
      assert.deepEqual(errorOf(refused), invalidData('INVALID_VALUE', 'order'));
      assert.deepEqual(refused.body.details[0].innerError.allowedValues, [
        'createdAt',
        '-createdAt',
        'username',
        '-username',
      ]);
    });
  });
}
