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
import type { Column, Condition, Store, Stored } from '../../storage/store.ts';
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
    Type.String({
      description:
        '`createdAt` (default), or another attribute that the list can be ordered by; `-createdAt` for the reverse, newest first.',
    }),
  ),
});

/** A searched column that every row has, and its value in a row. */
export interface ListOrder<T extends Table> {
  column: Column;
  valueOf(doc: Documents[T]): string | number;
}

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
  /** What it can be ordered by beside the creation, or what stands for that, by name on the wire. */
  orders?: Readonly<Record<string, ListOrder<T>>>;
  /** Pages aren't larger, whatever is asked for: the platform's own bound for this list. */
  pageSizeMax?: number;
  /** Which rows the collection has before it is filtered. */
  where?: Condition;
  /** The resource has read the filter itself: what it says is in `where`. */
  readsFilter?: true;
  /** One row, or all of a page where they are shown together. */
  render: RenderRow<T> | { page: RenderPage<T> };
  /** Members that stand beside `_embedded`. */
  extra?: object;
}

/** From so many rows on it costs less to read them in order than to sort them for each page. */
const MANY = 10_000;
const CREATED = 'createdAt';
/** Undefined: the row is about to go. */
type Rendered = object | undefined;
type RenderRow<T extends Table> = (row: Stored<Documents[T]>) => Rendered | Promise<Rendered>;
type RenderPage<T extends Table> = (rows: readonly Stored<Documents[T]>[]) => Promise<object[]>;

/** What `expand` names. Throws `INVALID_VALUE` for what isn't among `known`. */
export function expansionsOf(text: string | undefined, known: readonly string[]): string[] {
  const expansions = text?.split(',').map((name) => name.trim()) ?? [];
  if (!expansions.every((name) => known.includes(name))) {
    throw invalidData('INVALID_VALUE', 'expand', { innerError: { allowedValues: known } });
  }
  return expansions;
}

const LIMIT = /^[0-9]{1,9}$/;

/** `limit` of a list's query. Throws where it is none. */
export function readLimit(text: string | undefined, pageSizeMax?: number): number {
  if (text === undefined) return pageSizeMax ?? PAGE_SIZE_DEFAULT;
  const limit = LIMIT.test(text) ? Number(text) : Number.NaN;
  if (limit >= 1 && limit <= PAGE_SIZE_MAX) return Math.min(limit, pageSizeMax ?? limit);
  throw invalidData(Number.isNaN(limit) ? 'INVALID_VALUE' : 'OUT_OF_RANGE', 'limit', {
    innerError: { rangeMinimumValue: 1, rangeMaximumValue: PAGE_SIZE_MAX },
  });
}

function readOrder<T extends Table>(text = CREATED, orders: ListSpec<T>['orders'] = {}) {
  const descending = text.startsWith('-');
  const name = descending ? text.slice(1) : text;
  const order = Object.hasOwn(orders, name) ? orders[name] : undefined;
  if (!order && name !== CREATED) {
    const names = [...new Set([CREATED, ...Object.keys(orders)])];
    const allowedValues = names.flatMap((one) => [one, `-${one}`]);
    throw invalidData('INVALID_VALUE', 'order', { innerError: { allowedValues } });
  }
  return { name, order, descending };
}

/** Where the next page begins: after this row; and how many rows there were when the first was read. */
export interface Cursor {
  id: string;
  value?: string | number;
  count?: number;
}

// Binds a cursor to the list it came from. It is no secret: whoever forges one reaches only rows
// of the list that he may read anyway.
function seal(cursor: string, list: string): string {
  return createHash('sha256').update(`${cursor}\n${list}`).digest('base64url').slice(0, 16);
}

/** The cursor on the wire; only `list` takes it. */
export function writeCursor(cursor: Cursor, list: string): string {
  const text = JSON.stringify([seal(JSON.stringify(cursor), list), cursor]);
  return Buffer.from(text).toString('base64url');
}

/** The row that a page begins after. Throws for a cursor of another list. */
export function readCursor(text: string, list: string): Cursor {
  try {
    const [, cursor]: [string, Cursor] = JSON.parse(Buffer.from(text, 'base64url').toString());
    if (typeof cursor?.id === 'string' && writeCursor(cursor, list) === text) return cursor;
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
 *
 * `count` is that of the moment when the first page was read: counting what matches costs more than a
 * page of it, so it is done once.
 */
export async function listReply<T extends Table>(spec: ListSpec<T>): Promise<OperationReply> {
  const { store, table, environmentId, self, name } = spec;
  const { query } = spec.request;
  const limit = readLimit(query.limit, spec.pageSizeMax);
  const { order, descending, ...ordered } = readOrder(query.order, spec.orders);
  const filter = query.filter;
  const where = bothOf(
    spec.where,
    filter === undefined || spec.readsFilter
      ? undefined
      : parseFilter(filter, spec.attributes ?? {}),
  );
  const list = JSON.stringify([table, environmentId, self, filter ?? '', ordered.name, descending]);
  const cursor = query.cursor === undefined ? undefined : readCursor(query.cursor, list);
  // One row more than the page tells whether there is a next one.
  const rows = await store.list(table, environmentId, {
    ...defined({ where, orderBy: order?.column, afterId: cursor?.id, afterValue: cursor?.value }),
    descending,
    many: (cursor?.count ?? 0) > MANY,
    limit: limit + 1,
  });
  const page = rows.slice(0, limit);
  const hasMore = rows.length > limit;
  const countAll = () => (hasMore ? store.count(table, environmentId, where) : rows.length);
  const count = cursor?.count ?? (await countAll());
  const last = page.at(-1);
  const after = last && { id: last.id, count, ...defined({ value: order?.valueOf(last.doc) }) };
  const next = hasMore && after ? { next: addressOf(self, query, writeCursor(after, list)) } : {};
  const shown = (await rendered(page, spec.render)).filter((row) => row !== undefined);
  return ok({
    _links: { self: addressOf(self, query), ...next },
    _embedded: { [name]: shown },
    ...spec.extra,
    count,
    size: shown.length,
  });
}
