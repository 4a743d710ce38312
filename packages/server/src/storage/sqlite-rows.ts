/** Rows of SQLite as the port's. */
import type { Documents, Table } from '../model/documents.ts';
import type { Stored } from './store.ts';

type Row = Record<string, unknown>;

interface Key {
  environmentId: string;
  id: string;
}

export const storedAs = <T extends Table>(
  key: Key,
  { version, doc }: Row,
): Stored<Documents[T]> => ({ ...key, version: Number(version), doc: JSON.parse(String(doc)) });

export const stored = <T extends Table>(row: Row) =>
  storedAs<T>({ environmentId: String(row.environment_id), id: String(row.id) }, row);

/** What `stored` reads. */
export const ROW = 'environment_id, id, version, doc';
