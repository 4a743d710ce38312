/** FIDO2 and native devices: their policies, keys and codes, and how a device is found by its key. */
import { randomUUIDv7 } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import type { Engine } from './0001-first.ts';

type Columns = Record<string, 'text' | 'text!' | 'integer' | 'integer!'>;

const TABLES: Record<string, Columns> = {
  fido2_policies: { name: 'text!', is_default: 'integer!' },
  fido_policies: { name: 'text!', is_default: 'integer!' },
  custom_authenticators: { name: 'text!' },
  pairing_keys: {
    user_id: 'text!',
    code_hash: 'text!',
    status: 'text!',
    usable_until: 'integer!',
    expires_at: 'integer!',
  },
  authentication_codes: { code_hash: 'text!', status: 'text!', expires_at: 'integer!' },
  push_credentials: { application_id: 'text!', type: 'text!' },
  device_requests: { expires_at: 'integer!' },
};

const NEW_COLUMNS: Record<string, Columns> = {
  devices: { environment_key: 'text' },
  flows: { push_device_id: 'text', push_expires_at: 'integer' },
};

const INDEXES = [
  'create unique index devices_environment_key on devices (environment_id, environment_key) where environment_key is not null',
  'create index flows_push_device on flows (environment_id, push_device_id) where push_device_id is not null',
  'create index flows_push_expiry on flows (push_expires_at) where push_expires_at is not null',
  'create unique index fido2_policies_name on fido2_policies (environment_id, name)',
  'create unique index fido_policies_name on fido_policies (environment_id, name)',
  'create unique index custom_authenticators_name on custom_authenticators (environment_id, name)',
  'create index pairing_keys_user on pairing_keys (environment_id, user_id, id)',
  'create unique index pairing_keys_code on pairing_keys (environment_id, code_hash)',
  'create index pairing_keys_expiry on pairing_keys (expires_at)',
  'create unique index authentication_codes_code on authentication_codes (environment_id, code_hash)',
  'create index authentication_codes_expiry on authentication_codes (expires_at)',
  'create unique index push_credentials_type on push_credentials (environment_id, application_id, type)',
  'create index device_requests_expiry on device_requests (expires_at)',
];

/** Makes the new tables, columns and indexes. */
export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  // Byte order in both engines, as in the first schema.
  const text = engine === 'postgres' ? sql`text collate "C"` : sql`text`;
  const doc = engine === 'postgres' ? sql`json` : sql`text`;
  const typeOf = (type: string) => (type.startsWith('text') ? text : sql`bigint`);
  for (const [name, columns] of Object.entries(TABLES)) {
    let table = db.schema
      .createTable(name)
      .addColumn('environment_id', text, (column) => column.notNull())
      .addColumn('id', text, (column) => column.notNull())
      .addColumn('version', 'integer', (column) => column.notNull())
      .addColumn('doc', doc, (column) => column.notNull())
      .addPrimaryKeyConstraint(`${name}_primary`, ['environment_id', 'id']);
    for (const [columnName, type] of Object.entries(columns)) {
      table = table.addColumn(columnName, typeOf(type), (column) =>
        type.endsWith('!') ? column.notNull() : column,
      );
    }
    await table.execute();
  }
  for (const [name, columns] of Object.entries(NEW_COLUMNS)) {
    for (const [columnName, type] of Object.entries(columns)) {
      await db.schema.alterTable(name).addColumn(columnName, typeOf(type)).execute();
    }
  }
  for (const index of INDEXES) await sql.raw(index).execute(db);
  await addDefaultPolicies(db);
}

/** What an environment that is older than FIDO2 policies begins with: passkeys of any kind. */
const DEFAULT_POLICY = {
  name: 'Passkeys',
  isDefault: true,
  settings: {
    description: 'Passkeys and security keys that verify their user.',
    attestationRequirements: 'NONE',
    authenticatorAttachment: 'BOTH',
    backupEligibility: { allow: true, enforceDuringAuthentication: true },
    deviceDisplayName: 'Passkey',
    discoverableCredentials: 'REQUIRED',
    mdsAuthenticatorsRequirements: { option: 'NONE', enforceDuringAuthentication: false },
    userDisplayNameAttributes: {
      attributes: [
        { name: 'name', subAttributes: [{ name: 'given' }, { name: 'family' }] },
        { name: 'username' },
      ],
    },
    userPresenceTimeout: { duration: 2, timeUnit: 'MINUTES' },
    userVerification: { option: 'REQUIRED', enforceDuringAuthentication: true },
  },
};

async function addDefaultPolicies(db: Kysely<unknown>): Promise<void> {
  const now = Date.now();
  const doc = JSON.stringify({ ...DEFAULT_POLICY, createdAt: now, updatedAt: now });
  const { rows } = await sql<{ id: string }>`select id from environments`.execute(db);
  for (const { id } of rows) {
    await sql`insert into fido2_policies (environment_id, id, version, doc, name, is_default)
      values (${id}, ${randomUUIDv7()}, 1, ${doc}, ${DEFAULT_POLICY.name}, 1)`.execute(db);
  }
}
