import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX } from '../../config/limits.ts';
import { ApiError } from '../../errors/api-error.ts';
import type { Population } from '../../model/documents.ts';
import type { Condition, ListQuery, Stored } from '../../storage/store.ts';
import { type ListSpec, listReply } from './list.ts';

const ENVIRONMENT = '0197f000-0000-7000-8000-000000000000';
const SELF = `https://api.example/v1/environments/${ENVIRONMENT}/populations`;

const idOf = (n: number) => `0197f000-0000-7000-8000-${String(n).padStart(12, '0')}`;

const rows = (count: number): Stored<Population>[] =>
  Array.from({ length: count }, (_, n) => ({
    environmentId: ENVIRONMENT,
    id: idOf(n),
    version: 1,
    doc: { name: `p${n}`, isDefault: n === 0, createdAt: n, updatedAt: n },
  }));

function matches(row: Stored<Population>, where: Condition | undefined): boolean {
  if (!where) return true;
  if ('all' in where) return where.all.every((one) => matches(row, one));
  if ('column' in where && where.is === 'startsWith') return row.doc.name.startsWith(where.value);
  if ('column' in where && where.is === 'eq') return row.doc.name === where.value;
  return assert.fail(`not a condition of these tests: ${JSON.stringify(where)}`);
}

/** A store of populations in memory: as much of the port as a list uses. */
function storeOf(all: Stored<Population>[]) {
  const calls = { count: 0 };
  const find = (where: Condition | undefined) => all.filter((row) => matches(row, where));
  const store = {
    async list(_table: string, _environment: unknown, query: ListQuery) {
      const found = find(query.where);
      if (query.descending) found.reverse();
      const { afterId } = query;
      const isAfter = ({ id }: { id: string }) =>
        afterId === undefined || (query.descending ? id < afterId : id > afterId);
      return found.filter(isAfter).slice(0, query.limit);
    },
    async count(_table: string, _environment: string, where?: Condition) {
      calls.count++;
      return find(where).length;
    },
  };
  return { store: store as unknown as ListSpec<'populations'>['store'], calls };
}

interface Page {
  _links: { self: { href: string }; next?: { href: string } };
  _embedded: { populations: { name: string }[] };
  count: number;
  size: number;
}

async function page(
  store: ListSpec<'populations'>['store'],
  query: Record<string, string> = {},
  more: Partial<ListSpec<'populations'>> = {},
): Promise<Page> {
  const reply = await listReply({
    store,
    table: 'populations',
    environmentId: ENVIRONMENT,
    request: { query },
    self: SELF,
    name: 'populations',
    attributes: { name: { column: 'name', type: 'string' } },
    render: ({ doc }) => ({ name: doc.name }),
    ...more,
  });
  assert.equal(reply.status, 200);
  return reply.body as Page;
}

const queryOf = (href: string) => Object.fromEntries(new URL(href).searchParams);

async function walk(store: ListSpec<'populations'>['store'], query: Record<string, string>) {
  const names: string[] = [];
  for (let next: Record<string, string> | undefined = query; next; ) {
    const one: Page = await page(store, next);
    names.push(...namesIn(one));
    next = one._links.next && queryOf(one._links.next.href);
  }
  return names;
}
const namesIn = ({ _embedded }: Page) => _embedded.populations.map(({ name }) => name);

async function refusal(query: Record<string, string>) {
  const { store } = storeOf(rows(3));
  const error = await page(store, query).then(
    () => assert.fail(`taken: ${JSON.stringify(query)}`),
    (error: unknown) => error,
  );
  assert.ok(error instanceof ApiError, String(error));
  assert.equal(error.code, 'INVALID_DATA');
  return error.details[0];
}

describe('a list', () => {
  test('in one page has no next link, and needs no second query for its count', async () => {
    const { store, calls } = storeOf(rows(3));
    const only = await page(store, {}, { extra: { order: [] } });
    assert.deepEqual(only, {
      _links: { self: { href: SELF } },
      _embedded: { populations: [{ name: 'p0' }, { name: 'p1' }, { name: 'p2' }] },
      order: [],
      count: 3,
      size: 3,
    });
    assert.equal(calls.count, 0);
  });

  test('is walked by its next links, each row once and in order', async () => {
    const all = rows(10);
    const { store } = storeOf(all);
    const names = all.map(({ doc }) => doc.name);
    assert.deepEqual(await walk(store, { limit: '3' }), names);
    assert.deepEqual(await walk(store, { limit: '5' }), names);
    assert.deepEqual(await walk(store, { limit: '3', order: '-createdAt' }), names.toReversed());
  });

  test('says how many rows match in all, on each page', async () => {
    const { store } = storeOf(rows(12));
    const first = await page(store, { limit: '1', filter: 'name sw "p1"' });
    assert.equal(first.count, 3);
    assert.equal(first.size, 1);
    assert.ok(first._links.next);
    const second = await page(store, queryOf(first._links.next.href));
    assert.deepEqual([second.count, second.size, namesIn(second)], [3, 1, ['p10']]);
    assert.equal(queryOf(second._links.self.href).filter, 'name sw "p1"');
  });

  test('adds the filter to the rows that the collection has', async () => {
    const { store } = storeOf(rows(12));
    const where = { column: 'name', is: 'startsWith', value: 'p1' } as const;
    assert.equal((await page(store, { filter: 'name eq "p2"' }, { where })).count, 0);
    assert.equal((await page(store, {}, { where })).count, 3);
  });

  test('has a default and a largest page', async () => {
    const { store } = storeOf(rows(PAGE_SIZE_MAX + 1));
    assert.equal((await page(store)).size, PAGE_SIZE_DEFAULT);
    assert.equal((await page(store, { limit: String(PAGE_SIZE_MAX) })).size, PAGE_SIZE_MAX);
  });

  test('refuses a limit that is none', async () => {
    for (const limit of [
      '0',
      '-1',
      '1.5',
      '1e2',
      '',
      'ten',
      String(PAGE_SIZE_MAX + 1),
      '9'.repeat(30),
    ]) {
      const detail = await refusal({ limit });
      assert.equal(detail?.target, 'limit', limit);
      assert.equal(detail?.innerError?.rangeMaximumValue, PAGE_SIZE_MAX);
    }
  });

  test('refuses a cursor that was changed or belongs to another list', async () => {
    const { store } = storeOf(rows(5));
    const first = await page(store, { limit: '2' });
    const cursor = queryOf(first._links.next?.href ?? '').cursor ?? '';
    const forged = Buffer.from(
      Buffer.from(cursor, 'base64url').toString().replace(idOf(1), idOf(3)),
    ).toString('base64url');
    assert.notEqual(forged, cursor);
    for (const bad of ['', 'x', '%', 'W10', `${cursor}A`, forged, 'bnVsbA', 'é']) {
      assert.equal((await refusal({ cursor: bad }))?.target, 'cursor', bad);
    }
    assert.equal((await refusal({ cursor, filter: 'name sw "p"' }))?.target, 'cursor');
    assert.equal((await refusal({ cursor, order: '-createdAt' }))?.target, 'cursor');
    const other = page(store, { cursor }, { self: `${SELF}/other` });
    await assert.rejects(other, ApiError);
  });

  test('refuses an unknown order and any filter where nothing can be searched', async () => {
    assert.equal((await refusal({ order: 'name' }))?.target, 'order');
    const { store } = storeOf([]);
    const filtered = page(store, { filter: 'name pr' }, { attributes: {} });
    await assert.rejects(filtered, { code: 'INVALID_DATA' });
  });
});
