/** Rows that were read, and guarded writes of them. */
import { notFound } from '../../errors/api-error.ts';
import type { Documents, Table } from '../../model/documents.ts';
import type { Store, Stored, Write } from '../../storage/store.ts';

export type Row<T extends Table> = Stored<Documents[T]>;

/** What was read. Throws `NOT_FOUND` where there was nothing. */
export function found<R>(row: R | undefined): R {
  if (row === undefined) throw notFound();
  return row;
}

/** Rows whose column has this value. */
export const whereIs = (column: string, value: string | number) =>
  ({ column, is: 'eq', value }) as const;

/** The one row whose column has this value: of one that is unique, or any of them. */
export async function findBy<T extends Table>(
  { store }: { store: Pick<Store, 'list'> },
  table: T,
  environmentId: string,
  column: string,
  value: string | number,
): Promise<Row<T> | undefined> {
  const where = whereIs(column, value);
  const [row] = await store.list(table, environmentId, { where, limit: 1 });
  return row;
}

// A write names its table and that table's document; the compiler can't see it through a parameter.
const asWrite = (write: object) => write as Write;

export function insertRow<T extends Table>(
  table: T,
  { environmentId, id, doc }: Pick<Row<T>, 'environmentId' | 'id' | 'doc'>,
): Write {
  return asWrite({ op: 'insert', table, environmentId, id, doc });
}

/** Replaces the row, unless it has changed since it was read. */
export function updateRow<T extends Table>(table: T, row: Row<T>, doc: Documents[T]): Write {
  const { environmentId, id, version } = row;
  return asWrite({ op: 'update', table, environmentId, id, version, doc });
}

/**
 * Writes the row as it is. Who does the same at the same time loses the race and decides again: so
 * those take turns whose decisions hang on it (its name in another row, a number of rows).
 */
export function touchRow<T extends Table>(table: T, row: Row<T>): Write {
  return updateRow(table, row, row.doc);
}

export function deleteRow<T extends Table>(table: T, row: Row<T>): Write {
  const { environmentId, id, version } = row;
  return asWrite({ op: 'delete', table, environmentId, id, version });
}
