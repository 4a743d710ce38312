/**
 * Reads by key on PostgreSQL. Those of one kind that are asked in one turn of the event loop, or
 * while earlier ones are under way, go as one statement over arrays: a round trip costs both sides
 * more than the rows that it brings.
 */
import type pg from 'pg';
import type { Documents, Table } from '../model/documents.ts';
import { createBatcher } from './batcher.ts';
import { isFaultOfOneRow, runStatement } from './postgres-pool.ts';
import type { FlowFacts, Stored, UserFacts } from './store.ts';

const READS_MAX = 256;
/** Statements of one kind under way at once. */
const STATEMENTS_MAX = 2;

export interface Row {
  environment_id: string;
  id: string;
  version: number;
  doc: string;
}

/** A row for the key with this number, from 1. */
interface NumberedRow extends Row {
  at: number;
  kind: 'flow' | 'user' | 'device' | 'row';
}

export function stored<T extends Table>({
  environment_id,
  id,
  version,
  doc,
}: Row): Stored<Documents[T]> {
  return { environmentId: environment_id, id, version, doc: JSON.parse(doc) };
}

const ROW = 'environment_id, id, version, doc';
const KEYS = 'unnest($1::text[], $2::text[]) with ordinality as k(environment_id, id, at)';
const rowOf = (table: string) => ROW.replaceAll(/\w+/g, `${table}.$&`);

const rowSql = (table: Table) => `select k.at, 'row' as kind, ${rowOf('t')} from ${KEYS}
  join ${table} t on t.environment_id = k.environment_id and t.id = k.id`;
const USER_FACTS = `select k.at, 'user' as kind, ${rowOf('u')} from ${KEYS}
    join users u on u.environment_id = k.environment_id and u.id = k.id
  union all select k.at, 'device', ${rowOf('d')} from ${KEYS}
    join devices d on d.environment_id = k.environment_id and d.user_id = k.id`;
const FLOW_FACTS = `with flow as materialized (select k.at, ${rowOf('f')}, f.user_id from ${KEYS}
    join flows f on f.environment_id = k.environment_id and f.id = k.id)
  select at, 'flow' as kind, ${ROW} from flow
  union all select f.at, 'user', ${rowOf('u')} from flow f
    join users u on u.environment_id = f.environment_id and u.id = f.user_id
  union all select f.at, 'device', ${rowOf('d')} from flow f
    join devices d on d.environment_id = f.environment_id and d.user_id = f.user_id`;

/** Reads the rows for one key, together with what else is asked of this kind. */
type Reader = (key: { environmentId: string; id: string }) => Promise<NumberedRow[]>;

function createReader(pool: pg.Pool, name: string, text: string): Reader {
  return createBatcher({
    async run(keys) {
      const values = [keys.map(({ environmentId }) => environmentId), keys.map(({ id }) => id)];
      const { rows } = await runStatement<NumberedRow>(pool, { name, text, values });
      const answers = keys.map((): NumberedRow[] => []);
      for (const row of rows) answers[row.at - 1]?.push(row);
      return answers;
    },
    isFaultOfOne: isFaultOfOneRow,
    batchesMax: STATEMENTS_MAX,
    sizeMax: READS_MAX,
  });
}

/** Ids are made in the order of time. */
export const inOrderOfCreation = (one: { id: string }, other: { id: string }) =>
  one.id < other.id ? -1 : 1;

function userFactsOf(rows: readonly NumberedRow[]): UserFacts | undefined {
  const user = rows.find(({ kind }) => kind === 'user');
  if (!user) return undefined;
  const devices = rows.filter(({ kind }) => kind === 'device').sort(inOrderOfCreation);
  return { user: stored<'users'>(user), devices: devices.map((row) => stored<'devices'>(row)) };
}

export interface Reads {
  get<T extends Table>(
    table: T,
    environmentId: string,
    id: string,
  ): Promise<Stored<Documents[T]> | undefined>;
  userFacts(environmentId: string, userId: string): Promise<UserFacts | undefined>;
  flowFacts(environmentId: string, flowId: string): Promise<FlowFacts | undefined>;
}

export function createReads(pool: pg.Pool): Reads {
  const tables = new Map<Table, Reader>();
  const users = createReader(pool, 'user facts', USER_FACTS);
  const flows = createReader(pool, 'flow facts', FLOW_FACTS);

  function readerOf(table: Table): Reader {
    const reader = tables.get(table) ?? createReader(pool, `get ${table}`, rowSql(table));
    tables.set(table, reader);
    return reader;
  }

  return {
    async get<T extends Table>(table: T, environmentId: string, id: string) {
      const [row] = await readerOf(table)({ environmentId, id });
      return row && stored<T>(row);
    },
    userFacts: async (environmentId, userId) =>
      userFactsOf(await users({ environmentId, id: userId })),
    async flowFacts(environmentId, flowId) {
      const rows = await flows({ environmentId, id: flowId });
      const flow = rows.find(({ kind }) => kind === 'flow');
      if (!flow) return undefined;
      return { flow: stored<'flows'>(flow), ...(userFactsOf(rows) ?? { devices: [] }) };
    },
  };
}
