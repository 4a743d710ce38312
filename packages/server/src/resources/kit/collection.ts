/**
 * A plain resource of an environment as a declaration: what differs from one to the next (table,
 * path, schemas, permission, rules) is said, and `collectionOperations` gives the five operations
 * that all have: list, create, read, replace, delete, each change with its audit row, under a guard.
 * What a resource does beside these stands in its own folder and uses the functions below.
 */
import { randomUUIDv7 } from 'node:crypto';
import {
  type ApiError,
  invalidData,
  limitExceeded,
  notFound,
  notUnique,
} from '../../errors/api-error.ts';
import { defined } from '../../model/defined.ts';
import type { Documents, Table, Timestamps } from '../../model/documents.ts';
import type { Condition, Store, Write } from '../../storage/store.ts';
import { type AuditType, type ChangeVerb, changeRecord } from './activity.ts';
import { commitOrRetry, type Decision } from './commit.ts';
import type { FilterAttribute } from './filter.ts';
import { headOf, type Links } from './links.ts';
import { listReply } from './list.ts';
import { oneDefault } from './one-default.ts';
import {
  environmentOf,
  type Operation,
  type OperationReply,
  type OperationRequest,
} from './operation.ts';
import {
  type Differences,
  ENVIRONMENT,
  embeddedName,
  idParameterOf,
  type Resource,
  resourceOperations,
} from './resource.ts';
import { deleteRow, found, insertRow, type Row, updateRow } from './rows.ts';

/** The tables whose documents know when they were made. */
export type CollectionTable = {
  [T in Table]: Documents[T] extends Timestamps ? T : never;
}[Table];

/** A document as a request makes it: the collection adds the moments. */
export type Requested<T extends CollectionTable> = Omit<Documents[T], keyof Timestamps>;

/** What is being made or replaced. */
export interface Target<T extends CollectionTable> {
  environmentId: string;
  id: string;
  request: OperationRequest;
  /** The row to be replaced; absent: a new one. */
  before?: Row<T>;
}

export interface Collection<T extends CollectionTable, Body> extends Resource {
  store: Pick<Store, 'get' | 'list' | 'count' | 'commit'>;
  links: Links;
  table: T;
  /** The resource type in activities: `POPULATION`; absent: its changes aren't recorded. */
  auditType?: AuditType;
  /** What is recorded beside that. */
  auditData?(doc: Documents[T]): Record<string, unknown>;
  /** What a filter of the list may name; absent: none is taken. */
  filters?: Readonly<Record<string, FilterAttribute>>;
  /**
   * In an environment, or of those among them that `where` says; `of`: the word for them; `refusal`:
   * another error than usual.
   */
  maximum?: {
    count: number;
    of: string;
    where?(request: OperationRequest): Condition;
    refusal?(): ApiError;
  };
  /**
   * One of them is the default (`default` on the wire), which is neither unmade nor deleted. `kept`:
   * what is said to who would delete it; `refusal`: another error than usual. `isLasting`: who would
   * unmake it is not heard instead of refused.
   */
  oneDefault?: { noun: string; kept?: string; refusal?(): ApiError; isLasting?: true };
  /** The member that is unique; default `name`. */
  unique?: string;
  /** What is said of another one that has it. */
  taken?: string;
  /** Nothing of them can be replaced. */
  isImmutable?: true;
  /** Throws where what the path names above the list isn't there. */
  assertParent?(request: OperationRequest): Promise<void>;
  /** Which rows belong to the path and may be seen by the caller; default all. */
  where?(request: OperationRequest): Condition | undefined;
  /** The same for one row. */
  isVisible?(row: Row<T>, request: OperationRequest): boolean;
  /** What a valid body says, with defaults for what it leaves out. Throws what is wrong with it. */
  toDocument(body: Body, target: Target<T>): Requested<T> | Promise<Requested<T>>;
  /** The members of the resource in a reply, beside `_links`, `id` and `environment`. */
  view(doc: Documents[T], row: Row<T>, request: OperationRequest): object | Promise<object>;
  /** Links beside `self` and `environment`, or in their place. */
  moreLinks?(row: Row<T>): Record<string, { href: string }>;
  /** Writes that hold in place what the new document names. Throws when it isn't there. */
  holds?(row: Row<T>, target: Target<T>): Promise<Write[]>;
  /** Writes that take away what is a part of it. */
  removes?(row: Row<T>, request: OperationRequest): Promise<Write[]>;
  /** Throws while something uses it. */
  assertUnused?(row: Row<T>, request: OperationRequest): Promise<void>;
  /** What differs in single operations; a handler, too. */
  operations?: Differences;
}

// The rules say nothing of the body, so they serve collections of every kind of it.
// biome-ignore lint/suspicious/noExplicitAny: the schema has checked the body.
type Any<T extends CollectionTable> = Collection<T, any>;

/** The path of a request's collection, below the environment. */
const addressOf = ({ path }: Any<CollectionTable>, { params }: OperationRequest) =>
  path.replace(ENVIRONMENT, '').replaceAll(/\{(\w+)\}/g, (_, name) => params[name] ?? '');

/** A row as the API shows it. */
export async function renderRow<T extends CollectionTable>(
  collection: Any<T>,
  row: Row<T>,
  request: OperationRequest,
): Promise<object> {
  const path = `${addressOf(collection, request)}/${row.id}`;
  return {
    ...headOf(collection.links, row, path, collection.moreLinks?.(row)),
    ...(await collection.view(row.doc, row, request)),
  };
}

/** The row of the path. Throws `NOT_FOUND`, also where the caller may not see it. */
export async function findRow<T extends CollectionTable>(
  { store, table, assertParent, isVisible, ...resource }: Any<T>,
  request: OperationRequest,
): Promise<Row<T>> {
  const id = request.params[idParameterOf(resource)] ?? '';
  await assertParent?.(request);
  const row = found(await store.get(table, environmentOf(request), id));
  if (isVisible?.(row, request) === false) throw notFound();
  return row;
}

/** What a record calls it, also when it is gone. */
const nameOf = (doc: object) =>
  'name' in doc && typeof doc.name === 'string' ? doc.name : undefined;

/** The audit row of a change. */
function recordOf<T extends CollectionTable>(
  { auditType, auditData }: Any<T>,
  request: OperationRequest,
  verb: ChangeVerb,
  { id, doc }: Row<T>,
): Write[] {
  if (!auditType) return [];
  return [changeRecord(request, auditType, verb, { id, name: nameOf(doc) }, auditData?.(doc))];
}

function commitChange<T extends CollectionTable, R>(
  { store, unique = 'name', taken }: Any<T>,
  decide: () => Promise<Decision<R>>,
): Promise<R> {
  return commitOrRetry(store, decide, () => notUnique(unique, taken));
}

async function assertRoom<T extends CollectionTable>(
  { store, table, maximum }: Any<T>,
  request: OperationRequest,
): Promise<void> {
  if (!maximum) return;
  const { count, of, where, refusal } = maximum;
  if ((await store.count(table, environmentOf(request), where?.(request))) < count) return;
  if (refusal) throw refusal();
  const whose = where ? 'There is the maximum' : 'The environment has its maximum';
  throw limitExceeded(`${whose} of ${of}.`, count);
}

/** The page of them that the request asks for. */
export async function listRows<T extends CollectionTable>(
  collection: Any<T>,
  request: OperationRequest,
): Promise<OperationReply> {
  await collection.assertParent?.(request);
  const { store, links, table, filters } = collection;
  const environmentId = environmentOf(request);
  return listReply({
    store,
    table,
    environmentId,
    request,
    self: links.api(environmentId, addressOf(collection, request)).href,
    name: embeddedName(collection),
    ...defined({ attributes: filters, where: collection.where?.(request) }),
    render: (row) => renderRow(collection, row, request),
  });
}

/** The row as the request makes it or replaces `before`, with all that follows from it. */
async function decideRow<T extends CollectionTable>(
  collection: Any<T>,
  target: Target<T>,
  read: () => Requested<T> | Promise<Requested<T>>,
): Promise<Decision<Row<T>>> {
  const { table } = collection;
  const { environmentId, id, request, before } = target;
  const defaults = await oneDefault(collection, target);
  const moments = { createdAt: before?.doc.createdAt ?? request.now, updatedAt: request.now };
  const members = { ...(await read()), ...defaults.members, ...moments };
  const doc = members as unknown as Documents[T];
  const row = { environmentId, id, version: before?.version ?? 1, doc };
  return {
    writes: [
      ...defaults.writes,
      ...((await collection.holds?.(row, target)) ?? []),
      before ? updateRow(table, before, doc) : insertRow(table, row),
      ...recordOf(collection, request, before ? 'UPDATED' : 'CREATED', row),
    ],
    result: row,
  };
}

/** Makes the row that the request says. */
async function createRow<T extends CollectionTable>(
  collection: Any<T>,
  request: OperationRequest,
): Promise<Row<T>> {
  const environmentId = environmentOf(request);
  const target = { environmentId, id: randomUUIDv7(), request };
  // Once, whatever races it: a secret that is made is the one that is shown.
  const requested = await collection.toDocument(request.body, target);
  return commitChange(collection, async () => {
    await assertRoom(collection, request);
    return decideRow(collection, target, () => requested);
  });
}

/** Replaces the row of the path by what the request says. */
function replaceRow<T extends CollectionTable>(
  collection: Any<T>,
  request: OperationRequest,
): Promise<Row<T>> {
  return commitChange(collection, async () => {
    const before = await findRow(collection, request);
    const { environmentId, id } = before;
    const target = { environmentId, id, request, before };
    return decideRow(collection, target, () => collection.toDocument(request.body, target));
  });
}

/** Deletes the row of the path, unless something uses it. */
export function removeRow<T extends CollectionTable>(
  collection: Any<T>,
  request: OperationRequest,
): Promise<void> {
  const { table, oneDefault: rule } = collection;
  return commitChange(collection, async () => {
    const row = await findRow(collection, request);
    if (rule && 'isDefault' in row.doc && row.doc.isDefault) {
      if (rule.refusal) throw rule.refusal();
      throw invalidData('CONSTRAINT_VIOLATION', 'id', {
        message: rule.kept ?? `The default ${rule.noun} can not be deleted.`,
      });
    }
    await collection.assertUnused?.(row, request);
    return {
      writes: [
        deleteRow(table, row),
        ...((await collection.removes?.(row, request)) ?? []),
        ...recordOf(collection, request, 'DELETED', row),
      ],
      result: undefined,
    };
  });
}

/** The five operations of a collection. */
export function collectionOperations<T extends CollectionTable, Body>(
  collection: Collection<T, Body>,
): Operation[] {
  const reply =
    (status: number, rowOf: (collection: Any<T>, request: OperationRequest) => Promise<Row<T>>) =>
    async (of: Any<T>, request: OperationRequest) => ({
      status,
      body: await renderRow(of, await rowOf(of, request), request),
    });
  return resourceOperations<Any<T>>(
    collection,
    collection,
    {
      list: listRows,
      create: reply(201, createRow),
      read: reply(200, findRow),
      ...(collection.isImmutable ? {} : { replace: reply(200, replaceRow) }),
      delete: async (of, request) => {
        await removeRow(of, request);
        return { status: 204 };
      },
    },
    collection.operations,
  );
}
