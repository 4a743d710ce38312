/** What a store holds, read without making, migrating or changing anything. */
import { dirname } from 'node:path';
import type {
  DeviceAuthenticationPolicy,
  EnvironmentKey,
  EventDelivery,
  Subscription,
} from '../model/documents.ts';
import type { Instant } from '../model/instant.ts';
import { SENDER_KINDS } from '../model/messages.ts';
import { pendingMigrations } from './migrations/migrations.ts';
import { existingFile, type StorePlace } from './open.ts';
import { placeOf } from './place.ts';
import { contentsOf, openReadOnly } from './sqlite-backup.ts';
import { servingProcess } from './sqlite-lock.ts';
import type { Stored } from './store.ts';

export interface StoreReport {
  engine: 'SQLite' | 'PostgreSQL';
  /** The file, or the host and the database: no user, no password. */
  place: string;
  /** The folder of a file. */
  folder?: string;
  bytes: number;
  environments: number;
  users: number;
  /** Migrations that this version would run. */
  pending: string[];
  /** With which the master key can be tried. */
  dataKey?: Pick<Stored<EnvironmentKey>, 'environmentId' | 'id'> & { sealed: string };
  /** What texts are kept in; `UTF8` is needed. */
  encoding: string;
  /** Subscriptions that are enabled and whose receivers fail, and since when. */
  failing: { id: string; since: Instant; reason?: string | undefined }[];
  /** Environments whose policies allow messages that they have no sender of their own for. */
  senderless: { environmentId: string; methods: MessageMethod[] }[];
  /** The process that serves from the file. */
  servedBy?: number;
}

type MessageMethod = keyof typeof SENDER_KINDS;
const METHODS = Object.keys(SENDER_KINDS) as MessageMethod[];

const POLICIES = 'select environment_id, cast(doc as text) as doc from policies order by id';
const KINDS = 'select distinct environment_id, kind from message_senders';

const DATA_KEY =
  "select environment_id, id, cast(doc as text) as doc from environment_keys where purpose = 'DATA' limit 1";

const DELIVERIES = `select d.id as id, cast(d.doc as text) as delivery, cast(s.doc as text) as subscription
  from event_deliveries d
  join subscriptions s on s.environment_id = d.environment_id and s.id = d.id`;

/** Throws `NoStoreError` and `SchemaTooNewError`, and what the driver throws. */
export async function inspectStore(place: StorePlace): Promise<StoreReport> {
  return place.databaseUrl === undefined
    ? inspectFile(place.dataDirectory)
    : inspectDatabase(place.databaseUrl);
}

function dataKeyOf(row: Record<string, unknown> | undefined) {
  if (!row) return {};
  const doc: EnvironmentKey = JSON.parse(String(row.doc));
  return {
    dataKey: {
      environmentId: String(row.environment_id),
      id: String(row.id),
      sealed: doc.sealed,
    },
  };
}

function failingOf(rows: readonly Record<string, unknown>[]): StoreReport['failing'] {
  return rows.flatMap(({ id, delivery, subscription }) => {
    const { failingSince, lastFailure }: EventDelivery = JSON.parse(String(delivery));
    const { enabled }: Subscription = JSON.parse(String(subscription));
    if (!enabled || failingSince === undefined) return [];
    return [{ id: String(id), since: failingSince, reason: lastFailure?.reason }];
  });
}

function senderlessOf(
  policies: readonly Record<string, unknown>[],
  senders: readonly Record<string, unknown>[],
): StoreReport['senderless'] {
  const kinds = new Set(senders.map(({ environment_id, kind }) => `${environment_id} ${kind}`));
  const found = new Map<string, Set<MessageMethod>>();
  for (const row of policies) {
    const environmentId = String(row.environment_id);
    const { settings }: DeviceAuthenticationPolicy = JSON.parse(String(row.doc));
    for (const method of METHODS) {
      const hasSender = kinds.has(`${environmentId} ${SENDER_KINDS[method]}`);
      if (hasSender || !settings.methods[method]?.enabled) continue;
      found.set(environmentId, (found.get(environmentId) ?? new Set()).add(method));
    }
  }
  return [...found].map(([environmentId, methods]) => ({ environmentId, methods: [...methods] }));
}

function inspectFile(dataDirectory: string): StoreReport {
  const path = existingFile(dataDirectory);
  const servedBy = servingProcess(path);
  return { ...inspectSqliteFile(path), ...(servedBy === undefined ? {} : { servedBy }) };
}

/** The same of any file: a copy, too. */
export function inspectSqliteFile(path: string): StoreReport {
  const db = openReadOnly(path);
  try {
    const { bytes, environments, users, migrations } = contentsOf(db, path);
    const pending = pendingMigrations(migrations);
    return {
      engine: 'SQLite',
      place: path,
      folder: dirname(path),
      bytes,
      environments,
      users,
      pending,
      // An older schema may have no such tables.
      failing: pending.length > 0 ? [] : failingOf(db.prepare(DELIVERIES).all()),
      senderless:
        pending.length > 0 ? [] : senderlessOf(db.prepare(POLICIES).all(), db.prepare(KINDS).all()),
      ...dataKeyOf(db.prepare(DATA_KEY).get()),
      encoding: String(db.prepare('pragma encoding').get()?.encoding).replace('-', ''),
    };
  } finally {
    db.close();
  }
}

async function withClient<R>(
  databaseUrl: string,
  work: (read: (text: string) => Promise<Record<string, unknown>[]>) => Promise<R>,
): Promise<R> {
  const [{ default: pg }, { connectionOf }] = await Promise.all([
    import('pg'),
    import('./postgres-pool.ts'),
  ]);
  const client = new pg.Client(connectionOf(databaseUrl));
  await client.connect();
  try {
    return await work(async (text) => (await client.query(text)).rows);
  } finally {
    await client.end();
  }
}

/** What time the database has. */
export function databaseTime(databaseUrl: string): Promise<number> {
  return withClient(databaseUrl, async (read) => {
    const [row] = await read(
      'select (extract(epoch from clock_timestamp()) * 1000)::float8 as now',
    );
    return Number(row?.now);
  });
}

function inspectDatabase(databaseUrl: string): Promise<StoreReport> {
  return withClient(databaseUrl, async (read) => {
    const [about] = await read(
      `select pg_encoding_to_char(encoding) as encoding, pg_database_size(oid)::float8 as bytes,
        to_regclass('kysely_migration') is not null as made
        from pg_database where datname = current_database()`,
    );
    const report = {
      engine: 'PostgreSQL' as const,
      place: placeOf(databaseUrl),
      bytes: Number(about?.bytes),
      encoding: String(about?.encoding),
    };
    if (!about?.made) {
      const pending = pendingMigrations([]);
      return { ...report, environments: 0, users: 0, pending, failing: [], senderless: [] };
    }
    const migrations = await read('select name from kysely_migration order by name');
    const pending = pendingMigrations(migrations.map(({ name }) => String(name)));
    const [counted] = await read(
      `select (select count(*) from environments)::int as environments,
        (select count(*) from users)::int as users`,
    );
    const [key] = await read(DATA_KEY);
    return {
      ...report,
      environments: Number(counted?.environments),
      users: Number(counted?.users),
      pending,
      failing: pending.length > 0 ? [] : failingOf(await read(DELIVERIES)),
      senderless: pending.length > 0 ? [] : senderlessOf(await read(POLICIES), await read(KINDS)),
      ...dataKeyOf(key),
    };
  });
}
