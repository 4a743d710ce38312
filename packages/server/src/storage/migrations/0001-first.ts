/** The first schema. A released migration is never edited: the next change is the next file. */
import { type Kysely, type RawBuilder, sql } from 'kysely';

export type Engine = 'sqlite' | 'postgres';

// Byte order in both engines: ids page in the order of their creation, and comparisons are exact.
const textOf = (engine: Engine): RawBuilder<unknown> =>
  engine === 'postgres' ? sql`text collate "C"` : sql`text`;
const docOf = (engine: Engine): RawBuilder<unknown> =>
  engine === 'postgres' ? sql`json` : sql`text`;

/** `name: 'text'`, `name: 'integer'`, with `!` for a column that is never null. */
type Columns = Record<string, 'text' | 'text!' | 'integer' | 'integer!'>;

const TABLES: Record<string, Columns> = {
  environments: { name: 'text!' },
  environment_keys: { purpose: 'text!', status: 'text!' },
  populations: { name: 'text!', is_default: 'integer!' },
  users: {
    population_id: 'text!',
    username: 'text!',
    username_key: 'text!',
    email: 'text',
    family_name: 'text',
    given_name: 'text',
    external_id: 'text',
    enabled: 'integer!',
    mfa_enabled: 'integer!',
  },
  applications: { name: 'text!', type: 'text!', enabled: 'integer!' },
  role_assignments: { application_id: 'text!', assignment_key: 'text!' },
  mfa_settings: {},
  policies: { name: 'text!', is_default: 'integer!' },
  devices: {
    user_id: 'text!',
    type: 'text!',
    status: 'text!',
    unique_key: 'text',
    expires_at: 'integer',
  },
  flows: { user_id: 'text', status: 'text!', expires_at: 'integer!' },
  messages: {
    kind: 'text!',
    channel: 'text!',
    status: 'text!',
    available_at: 'integer!',
    expires_at: 'integer!',
    recipient_hash: 'text',
  },
  activities: {
    action: 'text!',
    recorded_at: 'integer!',
    user_id: 'text',
    resource_id: 'text!',
    correlation_id: 'text',
    result: 'text!',
  },
};

/** Index name to its definition; each begins with the environment but the platform's own four. */
const INDEXES = [
  'create unique index populations_name on populations (environment_id, name)',
  'create unique index users_username on users (environment_id, username_key)',
  'create index users_population on users (environment_id, population_id)',
  'create index users_email on users (environment_id, email)',
  'create unique index applications_name on applications (environment_id, name)',
  'create unique index role_assignments_unique on role_assignments (environment_id, assignment_key)',
  'create unique index policies_name on policies (environment_id, name)',
  'create index devices_user on devices (environment_id, user_id, id)',
  'create unique index devices_unique_key on devices (environment_id, user_id, unique_key) where unique_key is not null',
  'create index devices_expiry on devices (expires_at) where expires_at is not null',
  'create index flows_expiry on flows (expires_at)',
  "create index messages_pending on messages (available_at) where status = 'PENDING'",
  'create index messages_expiry on messages (expires_at)',
  'create index messages_recipient on messages (recipient_hash, id) where recipient_hash is not null',
];

/** Makes every table and index. */
export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const text = textOf(engine);
  for (const [name, columns] of Object.entries(TABLES)) {
    let table = db.schema
      .createTable(name)
      .addColumn('environment_id', text, (column) => column.notNull())
      .addColumn('id', text, (column) => column.notNull())
      .addColumn('version', 'integer', (column) => column.notNull())
      .addColumn('doc', docOf(engine), (column) => column.notNull())
      .addPrimaryKeyConstraint(`${name}_primary`, ['environment_id', 'id']);
    for (const [columnName, type] of Object.entries(columns)) {
      table = table.addColumn(columnName, type.startsWith('text') ? text : 'bigint', (column) =>
        type.endsWith('!') ? column.notNull() : column,
      );
    }
    await table.execute();
  }
  for (const index of INDEXES) await sql.raw(index).execute(db);
}
