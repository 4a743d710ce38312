/** Rows that are here already, listed as the store lists a table's: the few that no query can search. */
import type { Table } from '../../model/documents.ts';
import type { Condition, ListQuery } from '../../storage/store.ts';
import { meets } from './condition.ts';
import type { Row } from './rows.ts';

/** A column's value in a row, also of columns that the table doesn't have; `id` is known. */
type ReadColumn<T extends Table> = (row: Row<T>, column: string) => string | number | undefined;

/** `list` and `count` of these rows alone, for `listReply`. */
export function rowsInMemory<T extends Table>(rows: readonly Row<T>[], readColumn: ReadColumn<T>) {
  const read = (row: Row<T>, column: string) =>
    column === 'id' ? row.id : readColumn(row, column);
  const chosen = (where: Condition | undefined) =>
    rows.filter((row) => !where || meets(where, (column) => read(row, column)));

  function list({ where, orderBy, descending, afterId, afterValue, limit }: ListQuery) {
    const keys = orderBy === undefined ? ['id'] : [orderBy, 'id'];
    const after = orderBy === undefined ? [afterId] : [afterValue, afterId];
    const keysOf = (row: Row<T>) => keys.map((key) => read(row, key));
    const compare = (one: Keys, other: Keys) => compareKeys(one, other) * (descending ? -1 : 1);
    return chosen(where)
      .filter((row) => afterId === undefined || compare(keysOf(row), after) > 0)
      .sort((one, other) => compare(keysOf(one), keysOf(other)))
      .slice(0, limit);
  }

  // As the store's: whatever the table, these are its rows.
  return {
    list: async (_table: Table, _environmentId: unknown, query: ListQuery) =>
      list(query) as never[],
    count: async (_table: Table, _environmentId: unknown, where?: Condition) =>
      chosen(where).length,
  };
}

type Keys = readonly (string | number | undefined)[];

/** By the first that differs; texts in the order of their characters. */
function compareKeys(one: Keys, other: Keys): number {
  for (const [index, key = ''] of one.entries()) {
    const that = other[index] ?? '';
    if (key !== that) return key < that ? -1 : 1;
  }
  return 0;
}
