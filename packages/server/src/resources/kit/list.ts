/**
 * Lists: one page of a table as a HAL collection. The documentation's page "Paging and ordering
 * collections" fixes `limit`, `cursor`, `_links.next` and `order`; `size` is the number of rows in
 * the page, `count` the number of all that match.
 */
import { createHash } from 'node:crypto';
import { Type } from 'typebox';
import { FILTER_LENGTH_MAX, PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX } from '../../config/limits.ts';
import { invalidData } from '../../errors/api-error.ts';
import { defined } from '../../model/defined.ts';
import type { Documents, Table } from '../../model/documents.ts';
import type { Condition, Store, Stored } from '../../storage/store.ts';
import { type FilterAttribute, parseFilter } from './filter.ts';
import { type OperationReply, type OperationRequest, ok } from './operation.ts';

/** The query parameters that a list takes. `listReply` reads all but `expand`. */
export const LIST_QUERY = Type.Object({
  limit: Type.Optional(
    Type.String({
      description: `Rows in a page, 1 to ${PAGE_SIZE_MAX}; default ${PAGE_SIZE_DEFAULT}.`,
    }),
  ),
  cursor: Type.Optional(Type.String({ description: 'Where the page begins, from `_links.next`.' })),
  filter: Type.Optional(
    Type.String({ description: `SCIM filter, at most ${FILTER_LENGTH_MAX} characters.` }),
  ),
  expand: Type.Optional(Type.String({ description: 'Related resources to include.' })),
  order: Type.Optional(
    Type.String({ description: '`createdAt` (default), or `-createdAt` for newest first.' }),
  ),
});

export interface ListSpec<T extends Table> {
  store: Pick<Store, 'list' | 'count'>;
  table: T;
  environmentId: string;
  request: Pick<OperationRequest, 'query'>;
  /** Absolute address of the collection, without a query. */
  self: string;
  /** Key of the rows in `_embedded`. */
  name: string;
  /** What a filter may name, by its name on the wire; absent: no filter is taken. */
  attributes?: Readonly<Record<string, FilterAttribute>>;
  /** Which rows the collection has before it is filtered. */
  where?: Condition;
  /** The resource has read the filter itself: what it says is in `where`. */
  readsFilter?: true;
  /** One row, or all of a page where they are shown together. */
  render: RenderRow<T> | { page: RenderPage<T> };
  /** Members that stand beside `_embedded`. */
  extra?: object;
}

type RenderRow<T extends Table> = (row: Stored<Documents[T]>) => object | Promise<object>;
type RenderPage<T extends Table> = (rows: readonly Stored<Documents[T]>[]) => Promise<object[]>;

const ORDERS = ['createdAt', '-createdAt'];
const LIMIT = /^[0-9]{1,9}$/;

/** `limit` of a list's query. Throws where it is none. */
export function readLimit(text: string | undefined): number {
  if (text === undefined) return PAGE_SIZE_DEFAULT;
  const limit = LIMIT.test(text) ? Number(text) : Number.NaN;
  if (limit >= 1 && limit <= PAGE_SIZE_MAX) return limit;
  throw invalidData(Number.isNaN(limit) ? 'INVALID_VALUE' : 'OUT_OF_RANGE', 'limit', {
    innerError: { rangeMinimumValue: 1, rangeMaximumValue: PAGE_SIZE_MAX },
  });
}

function readDescending(order: string | undefined): boolean {
  if (order !== undefined && !ORDERS.includes(order)) {
    throw invalidData('INVALID_VALUE', 'order', { innerError: { allowedValues: ORDERS } });
  }
  return order === '-createdAt';
}

// Binds a cursor to the list it came from. It is no secret: whoever forges one reaches only rows
// of the list that he may read anyway.
function seal(afterId: string, list: string): string {
  return createHash('sha256').update(`${afterId}\n${list}`).digest('base64url').slice(0, 16);
}

/** Where the page after this row begins; only `list` takes it. */
export function writeCursor(afterId: string, list: string): string {
  return Buffer.from(JSON.stringify([afterId, seal(afterId, list)])).toString('base64url');
}

/** The row that a page begins after. Throws for a cursor of another list. */
export function readCursor(cursor: string, list: string): string {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    const afterId: unknown = Array.isArray(parts) ? parts[0] : undefined;
    if (typeof afterId === 'string' && writeCursor(afterId, list) === cursor) return afterId;
  } catch {
    // Falls through: it is not one of ours.
  }
  throw invalidData('INVALID_VALUE', 'cursor', {
    message: 'The cursor is not one of this list: follow `_links.next.href` as it is.',
  });
}

/** Where one condition and perhaps another are true. */
function bothOf(one: Condition | undefined, other: Condition | undefined): Condition | undefined {
  return one && other ? { all: [one, other] } : (one ?? other);
}

function addressOf(self: string, query: OperationRequest['query'], cursor?: string) {
  const kept = Object.keys(LIST_QUERY.properties).flatMap((name) => {
    const value = name === 'cursor' ? (cursor ?? query.cursor) : query[name];
    return value === undefined ? [] : [[name, value]];
  });
  return { href: kept.length === 0 ? self : `${self}?${new URLSearchParams(kept)}` };
}

const rendered = async <T extends Table>(
  page: readonly Stored<Documents[T]>[],
  render: ListSpec<T>['render'],
) => (typeof render === 'function' ? Promise.all(page.map(render)) : render.page(page));

/**
 * Answers a list request: reads `limit`, `cursor`, `filter` and `order` of its query. Throws
 * `INVALID_DATA` with the parameter as target when one of them can't be taken.
 */
export async function listReply<T extends Table>(spec: ListSpec<T>): Promise<OperationReply> {
  const { store, table, environmentId, self, name } = spec;
  const { query } = spec.request;
  const limit = readLimit(query.limit);
  const descending = readDescending(query.order);
  const filter = query.filter;
  const where = bothOf(
    spec.where,
    filter === undefined || spec.readsFilter
      ? undefined
      : parseFilter(filter, spec.attributes ?? {}),
  );
  const list = JSON.stringify([table, environmentId, self, filter ?? '', descending]);
  const cursor = query.cursor;
  const afterId = cursor === undefined ? undefined : readCursor(cursor, list);
  // One row more than the page tells whether there is a next one.
  const rows = await store.list(table, environmentId, {
    ...defined({ where, afterId }),
    descending,
    limit: limit + 1,
  });
  const page = rows.slice(0, limit);
  const isWhole = afterId === undefined && rows.length <= limit;
  const count = isWhole ? rows.length : await store.count(table, environmentId, where);
  const last = page.at(-1);
  const next =
    last && rows.length > limit ? { next: addressOf(self, query, writeCursor(last.id, list)) } : {};
  return ok({
    _links: { self: addressOf(self, query), ...next },
    _embedded: { [name]: await rendered(page, spec.render) },
    ...spec.extra,
    count,
    size: page.length,
  });
}
