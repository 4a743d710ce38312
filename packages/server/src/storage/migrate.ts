/** Runs the migrations with Kysely's migrator, which keeps two nodes from migrating at once. */
import { type Dialect, Kysely, type Migration, Migrator } from 'kysely';
import { type Engine, MIGRATIONS } from './migrations/migrations.ts';

/** Brings the schema to the newest migration, or to `last`; rejects with the first failure. */
export async function runMigrations(
  dialect: Dialect,
  engine: Engine,
  last = MIGRATIONS.at(-1)?.name ?? '',
): Promise<void> {
  const db = new Kysely<unknown>({ dialect });
  const migrations: Record<string, Migration> = {};
  for (const { name, load } of MIGRATIONS) {
    const { up } = await load();
    migrations[name] = { up: (transaction) => up(transaction, engine) };
  }
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const { error } = await migrator.migrateTo(last);
  if (error) throw error instanceof Error ? error : new Error('Migration failed', { cause: error });
}
