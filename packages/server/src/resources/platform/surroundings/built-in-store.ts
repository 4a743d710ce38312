/**
 * The store with what an environment has of a kind although nobody has written it. The first change
 * of such a row writes it, under its id; until then it costs nothing.
 */
import { KEPT_RESOURCES_MAX } from '../../../config/limits.ts';
import type { Condition, Store, Write } from '../../../storage/store.ts';
import { rowsInMemory } from '../../kit/rows-in-memory.ts';
import { type BuiltIn, type KeptRow, UNWRITTEN } from './kind.ts';

type KeptStore = Pick<Store, 'get' | 'list' | 'count' | 'commit'>;

/** More than there can be: built-in ones that were changed come on top. */
const ROWS_MAX = 2 * KEPT_RESOURCES_MAX;

/** The parent that a list is of. */
function parentIn(where: Condition | undefined): string | undefined {
  if (!where) return undefined;
  if ('all' in where) return where.all.map(parentIn).find((id) => id !== undefined);
  const isParent = 'column' in where && where.column === 'parent_id' && 'value' in where;
  return isParent ? String(where.value) : undefined;
}

const columnOf = ({ doc }: KeptRow, column: string) =>
  ({ kind: doc.kind, parent_id: doc.parentId, is_default: doc.isDefault ? 1 : 0 })[column];

function written(write: Write): Write[] {
  const isUnwritten = 'version' in write && write.version === UNWRITTEN;
  if (!isUnwritten) return [write];
  if (write.op !== 'update') return [];
  const { version: _, ...row } = write;
  return [{ ...row, op: 'insert' } as Write];
}

export function withBuiltIn(store: KeptStore, builtIn: BuiltIn | undefined): KeptStore {
  if (!builtIn) return store;

  async function inMemory(environmentId: Parameters<Store['list']>[1], where?: Condition) {
    const query = { limit: ROWS_MAX, ...(where ? { where } : {}) };
    const rows = await store.list('kept_resources', environmentId, query);
    const ids = new Set(rows.map(({ id }) => id));
    const unwritten = builtIn?.list(String(environmentId), parentIn(where)) ?? [];
    const all = [...rows, ...unwritten.filter(({ id }) => !ids.has(id))];
    return rowsInMemory<'kept_resources'>(all, columnOf);
  }

  const mine: Pick<Store, 'get' | 'list' | 'count'> = {
    get: async (table, environmentId, id) =>
      (await store.get(table, environmentId, id)) ?? (builtIn.get(environmentId, id) as undefined),
    list: async (table, environmentId, query) =>
      (await inMemory(environmentId, query.where)).list(table as never, environmentId, query),
    count: async (table, environmentId, where) =>
      (await inMemory(environmentId, where)).count(table as never, environmentId, where),
  };
  return { ...mine, commit: (writes, options) => store.commit(writes.flatMap(written), options) };
}
