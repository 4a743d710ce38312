/**
 * Names and addresses are found without regard to case and to the forms that the same characters can
 * have, and users and environments by more of what they are. The functions are copies: what a
 * migration has written doesn't change with the code.
 */
import { domainToUnicode } from 'node:url';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Engine } from './0001-first.ts';

const COLUMNS: Record<string, Record<string, 'text' | 'bigint'>> = {
  environments: { name_key: 'text', license_id: 'text' },
  populations: { name_key: 'text' },
  users: {
    mobile_phone: 'text',
    lifecycle_status: 'text',
    locked_until: 'bigint',
    created_at: 'bigint',
  },
};
/** The tables whose names are unique. */
const NAMED = ['populations', 'applications', 'policies', 'fido2_policies', 'fido_policies'];
const LICENSE_ID = '4f1c0a52-7a0e-4f0b-9d6e-0c5a1d2b1000';
const ROWS_AT_ONCE = 1_000;

const composed = (text: string) => text.normalize('NFC');
const keyOf = (text: string) => composed(text.toLowerCase());
function emailKeyOf(text: string): string {
  const at = text.lastIndexOf('@');
  const domain = text.slice(at + 1);
  return keyOf(`${text.slice(0, at).replaceAll('"', '')}@${domainToUnicode(domain) || domain}`);
}

type Row = Record<string, string | null> & { environment_id: string; id: string };

/** Calls back for the rows of a table where one of the columns is more than plain ASCII. */
async function eachUnusual(
  db: Kysely<unknown>,
  engine: Engine,
  { table, columns }: { table: string; columns: readonly string[] },
  change: (row: Row) => Promise<void>,
): Promise<void> {
  const bytes = (column: string) =>
    sql.raw(engine === 'postgres' ? `octet_length(${column})` : `length(cast(${column} as blob))`);
  const unusual = columns.map(
    (column) =>
      sql`${bytes(column)} <> length(${sql.ref(column)}) or ${sql.ref(column)} like '%xn--%'`,
  );
  let [environmentId, id] = ['', ''];
  for (;;) {
    const { rows } =
      await sql<Row>`select environment_id, id, ${sql.join(columns.map((column) => sql.ref(column)))}
      from ${sql.table(table)}
      where (environment_id, id) > (${environmentId}, ${id}) and (${sql.join(unusual, sql` or `)})
      order by environment_id, id limit ${ROWS_AT_ONCE}`.execute(db);
    for (const row of rows) await change(row);
    const last = rows.at(-1);
    if (!last) return;
    [environmentId, id] = [last.environment_id, last.id];
  }
}

/** Sets a column of one row; where another row has a unique one already, both stay as they are. */
async function set(
  db: Kysely<unknown>,
  table: string,
  { environment_id, id }: Row,
  column: string,
  value: string,
  isUnique: boolean,
): Promise<void> {
  const free = isUnique
    ? sql`and not exists (select 1 from ${sql.table(table)} as other where
        other.environment_id = ${environment_id} and other.${sql.ref(column)} = ${value})`
    : sql``;
  await sql`update ${sql.table(table)} set ${sql.ref(column)} = ${value}
    where environment_id = ${environment_id} and id = ${id} ${free}`.execute(db);
}

/** The plain rows of all users at once: what the document says, and lower case. */
async function fillUsers(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const member = (path: string, type: 'text' | 'bigint'): RawBuilder<unknown> =>
    sql.raw(
      engine === 'postgres'
        ? `(doc #>> '{${path.replace('.', ',')}}')::${type}`
        : `json_extract(doc, '$.${path}')`,
    );
  await sql`update users set
    mobile_phone = ${member('mobilePhone', 'text')},
    created_at = ${member('createdAt', 'bigint')},
    lifecycle_status = 'ACCOUNT_OK',
    locked_until = case when ${member('lock.lockedAt', 'bigint')} is not null
      then coalesce(${member('lock.unlockAt', 'bigint')}, ${sql.raw(String(Number.MAX_SAFE_INTEGER))}) end,
    email = lower(email),
    family_name = lower(family_name),
    given_name = lower(given_name)`.execute(db);
}

/** Makes the columns and brings the texts of rows that are there into their one form. */
export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  // Byte order in both engines, as in the first schema.
  const text = engine === 'postgres' ? sql`text collate "C"` : sql`text`;
  for (const [table, columns] of Object.entries(COLUMNS)) {
    for (const [name, type] of Object.entries(columns)) {
      await db.schema
        .alterTable(table)
        .addColumn(name, type === 'text' ? text : sql`bigint`)
        .execute();
    }
  }
  await sql`update environments set name_key = lower(name), license_id = ${LICENSE_ID}`.execute(db);
  await sql`update populations set name_key = lower(name)`.execute(db);
  await fillUsers(db, engine);
  for (const table of ['environments', 'populations']) {
    await eachUnusual(db, engine, { table, columns: ['name'] }, (row) =>
      set(db, table, row, 'name_key', keyOf(row.name ?? ''), false),
    );
  }
  for (const table of NAMED) {
    await eachUnusual(db, engine, { table, columns: ['name'] }, (row) =>
      set(db, table, row, 'name', composed(row.name ?? ''), true),
    );
  }
  const forms = {
    username_key: keyOf,
    email: emailKeyOf,
    family_name: keyOf,
    given_name: keyOf,
    external_id: composed,
  };
  const columns = Object.keys(forms);
  await eachUnusual(db, engine, { table: 'users', columns }, async (row) => {
    for (const [column, form] of Object.entries(forms)) {
      const value = row[column];
      if (value == null || form(value) === value) continue;
      await set(db, 'users', row, column, form(value), column === 'username_key');
    }
  });
  for (const column of ['mobile_phone', 'created_at']) {
    await sql.raw(`create index users_${column} on users (environment_id, ${column})`).execute(db);
  }
}
