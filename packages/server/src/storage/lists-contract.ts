/** What every adapter promises of lists: their order, their pages, and what a search finds. */
import assert from 'node:assert/strict';
import { randomUUID, randomUUIDv7 } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import type { Condition, ListQuery, Store } from './store.ts';
import type { EngineUnderTest } from './store-contract.ts';
import { aUser, insert } from './testing-documents.ts';

/** In the order of characters; the last ones are beside the gap of the surrogates, and at the end. */
const NAMES = [
  '',
  'a',
  'ab',
  'ab\u{10ffff}',
  'ab\u{10ffff}z',
  'ac',
  'a\ud7ff',
  'a\ue000',
  'a😀',
  'b',
];

export function listsContract(engine: EngineUnderTest): void {
  describe(`lists on ${engine.name}`, () => {
    const environmentId = randomUUID();
    let store: Store;
    before(async () => {
      store = await engine.open();
      const writes = Array.from({ length: 30 }, (_, n) => {
        const name = NAMES[n % (NAMES.length + 1)];
        const doc = aUser(`user-${String(99 - n)}`, {
          createdAt: n % 3,
          enabled: n % 2 === 0,
          ...(name === undefined ? {} : { externalId: name }),
        });
        return insert('users', environmentId, randomUUIDv7(), doc);
      });
      // The same users elsewhere: no search of the one finds them.
      const others = writes.map((write) => ({ ...write, environmentId: randomUUID() }));
      for (const write of [...writes, ...others]) await store.commit([write]);
    });
    after(() => store?.close());

    const all = () => store.list('users', environmentId, { limit: 100 });

    /** All pages of four rows; of an order by `created_at` if there is one. */
    async function walk(query: Omit<ListQuery, 'limit'>) {
      const rows: Awaited<ReturnType<typeof all>> = [];
      for (;;) {
        const last = rows.at(-1);
        const page = await store.list('users', environmentId, {
          ...query,
          limit: 4,
          ...(last ? { afterId: last.id, afterValue: last.doc.createdAt } : {}),
        });
        rows.push(...page);
        if (page.length < 4) return rows;
      }
    }

    test('the beginning of a text is compared by characters', async () => {
      const rows = await all();
      for (const value of NAMES) {
        const where: Condition = { column: 'external_id', is: 'startsWith', value };
        const expected = rows.filter(({ doc }) => doc.externalId?.startsWith(value));
        const found = await store.list('users', environmentId, { where, limit: 100 });
        assert.deepEqual(found, expected, JSON.stringify(value));
        assert.equal(await store.count('users', environmentId, where), expected.length);
      }
    });

    test('a page ends and the next one begins within rows of the same value', async () => {
      const rows = await all();
      const ordered = rows.toSorted(
        (one, other) => one.doc.createdAt - other.doc.createdAt || (one.id < other.id ? -1 : 1),
      );
      const query = { orderBy: 'created_at' };
      assert.deepEqual(await walk(query), ordered);
      assert.deepEqual(await walk({ ...query, descending: true }), ordered.toReversed());
      await assert.rejects(walk({ orderBy: 'doc; drop table users' }));
    });

    test('bounds hold in the column that orders, behind a cursor too', async () => {
      const bound = (is: 'ge' | 'gt' | 'le' | 'lt', value: number): Condition => ({
        column: 'created_at',
        is,
        value,
      });
      for (const descending of [false, true]) {
        for (const [all, expected] of [
          [[bound('ge', 1), bound('lt', 2)], 10],
          [[bound('gt', 0), bound('le', 2)], 20],
          [[bound('lt', 1)], 10],
          [[bound('gt', 2)], 0],
        ] as const) {
          const query = { orderBy: 'created_at', descending, where: { all } };
          const rows = await walk(query);
          assert.equal(new Set(rows.map(({ id }) => id)).size, expected, JSON.stringify(all));
          assert.equal(rows.length, expected);
        }
      }
    });

    test('a search finds the same, in the same order, whatever index it begins with', async () => {
      const rows = await all();
      const text = (
        is: 'eq' | 'startsWith' | 'contains' | 'endsWith',
        value: string,
      ): Condition => ({
        column: 'username_key',
        is,
        value,
      });
      const enabled: Condition = { column: 'enabled', is: 'eq', value: 1 };
      const cases: [Condition, (username: string, enabled: boolean) => boolean][] = [
        [text('startsWith', 'user-'), () => true],
        [text('contains', '-8'), (name) => name.includes('-8')],
        [text('endsWith', '7'), (name) => name.endsWith('7')],
        [{ all: [enabled, text('startsWith', 'user-8')] }, (name, on) => on && name[5] === '8'],
        [
          { all: [enabled, { any: [text('eq', 'user-90'), text('contains', '8')] }] },
          (name, on) => on && (name === 'user-90' || name.includes('8')),
        ],
        [
          {
            any: [
              text('eq', 'user-90'),
              text('startsWith', 'user-9'),
              { all: [text('eq', 'user-71')] },
            ],
          },
          (name) => name[5] === '9' || name === 'user-71',
        ],
        [{ any: [text('eq', 'user-90'), enabled] }, (name, on) => on || name === 'user-90'],
        [{ not: text('startsWith', 'user-9') }, (name) => name[5] !== '9'],
      ];
      for (const [where, holds] of cases) {
        const expected = rows.filter(({ doc }) => holds(doc.username, doc.enabled));
        const said = JSON.stringify(where);
        assert.ok(expected.length > 0, said);
        assert.equal(await store.count('users', environmentId, where), expected.length, said);
        for (const many of [false, true]) {
          assert.deepEqual(await walk({ where, many }), expected, said);
          const reversed = await walk({ where, many, descending: true });
          assert.deepEqual(reversed, expected.toReversed(), said);
          assert.equal(
            (await walk({ where, many, orderBy: 'created_at' })).length,
            expected.length,
          );
        }
      }
    });
  });
}
