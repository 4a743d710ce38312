/** Kysely on `node:sqlite`: its SQLite dialect asks for the few methods that are mapped here. */
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { type Dialect, SqliteAdapter, SqliteDialect } from 'kysely';

/** SQLite does take `create table` in a transaction: a migration that is cut off leaves nothing. */
class TransactionalSqliteAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/** Used for migrations only. Destroying the Kysely instance leaves the database open. */
export function nodeSqliteDialect(db: DatabaseSync): Dialect {
  const dialect = new SqliteDialect({
    database: {
      close: () => {},
      prepare(text) {
        // At once for writing: of two processes that migrate, one waits and then finds it done.
        const statement = db.prepare(text === 'begin' ? 'begin immediate' : text);
        return {
          reader: statement.columns().length > 0,
          all: (parameters) => statement.all(...(parameters as SQLInputValue[])),
          run: (parameters) => statement.run(...(parameters as SQLInputValue[])),
          iterate: (parameters) =>
            statement.iterate(...(parameters as SQLInputValue[])) as IterableIterator<unknown>,
        };
      },
    },
  });
  return {
    createAdapter: () => new TransactionalSqliteAdapter(),
    createDriver: () => dialect.createDriver(),
    createIntrospector: (kysely) => dialect.createIntrospector(kysely),
    createQueryCompiler: () => dialect.createQueryCompiler(),
  };
}
