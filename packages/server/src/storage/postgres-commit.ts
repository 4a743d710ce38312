/**
 * Group commit on PostgreSQL. The changes of a batch become one statement over arrays:
 *
 *   guards   locks every row that a change updates or deletes, if it still has the version that
 *            the change was decided on (READ COMMITTED judges the newest version of a locked row);
 *   won      the changes all of whose guards hold;
 *   then one update, delete and insert per table, each for the rows of changes that have won.
 *
 * A batch never has two changes of one row: the later one waits for the next batch, and finds
 * there that its guard no longer holds. One batch is under way at a time, so a node's batches don't
 * wait for each other's locks; what comes meanwhile makes the next batch. A broken unique index
 * fails the whole statement: then each change goes alone, and only the guilty one is refused.
 */
import type pg from 'pg';
import { GROUP_COMMIT_MAX } from '../config/limits.ts';
import type { Table } from '../model/documents.ts';
import { CHANNEL } from './postgres-listen.ts';
import type { CommitOutcome, Write } from './store.ts';
import { columnNames, columnValues, isIntegerColumn, notifies, TABLE_NAMES } from './tables.ts';

interface Pending {
  writes: readonly Write[];
  resolve(outcome: CommitOutcome): void;
  reject(error: unknown): void;
}

const UNIQUE_VIOLATION = '23505';
// Deadlock, serialization failure: another node was in the way; the same batch may pass now.
const PASSING = ['40P01', '40001'];
const TRIES_MAX = 5;

const keyOf = ({ table, environmentId, id }: Write) => `${table}/${environmentId}/${id}`;

const OPERATIONS = ['update', 'delete', 'insert'] as const;

/** The writes of a batch by table and kind, each with the number of its change. */
interface Group {
  table: Table;
  op: Write['op'];
  rows: { change: number; write: Write }[];
}

function groupsOf(changes: readonly (readonly Write[])[]): Group[] {
  const groups = new Map<string, Group>();
  for (const [change, writes] of changes.entries()) {
    for (const write of writes) {
      const { table, op } = write;
      const key = `${op} ${table}`;
      const group = groups.get(key) ?? { table, op, rows: [] };
      groups.set(key, group);
      group.rows.push({ change, write });
    }
  }
  // Always in one order: statements of one shape have one text, and nodes lock alike.
  return OPERATIONS.flatMap((op) =>
    TABLE_NAMES.flatMap((table) => groups.get(`${op} ${table}`) ?? []),
  );
}

interface Statement {
  text: string;
  values: unknown[];
}

/** Statement texts by shape, so that each shape is prepared once per connection. */
const names = new Map<string, string>();
const SHAPES_MAX = 500;

function nameOf(text: string): string | undefined {
  const known = names.get(text);
  if (known !== undefined || names.size >= SHAPES_MAX) return known;
  const name = `commit ${names.size}`;
  names.set(text, name);
  return name;
}

/** The one statement of a batch; it answers the numbers of the changes that have won. Pure. */
function statementOf(changes: readonly (readonly Write[])[]): Statement {
  const values: unknown[] = [];
  const parameter = (value: unknown, type: string) => {
    values.push(value);
    return `$${values.length}::${type}`;
  };
  const groups = groupsOf(changes);
  const parts: string[] = [];
  const guards: string[] = [];
  for (const { table, op, rows } of groups) {
    const columns = op === 'delete' ? [] : columnNames(table);
    const { input, fields } = inputOf({ table, op, rows }, columns, parameter);
    const from = `${op}_${table}_rows`;
    parts.push(`${from} as materialized (select * from unnest(${input}) as u(${fields}))`);
    if (op === 'insert') continue;
    guards.push(`${op}_${table}_guard`);
    parts.push(
      `${op}_${table}_guard as materialized (select u.change from ${from} u join ${table} t
        on t.environment_id = u.environment_id and t.id = u.id and t.version = u.version
        order by t.environment_id, t.id for update of t)`,
    );
  }
  const expected = changes.map((writes) => writes.filter(({ op }) => op !== 'insert').length);
  const input = `${parameter([...changes.keys()], 'int[]')}, ${parameter(expected, 'int[]')}`;
  const held = guards.map((guard) => `select change from ${guard}`).join(' union all ');
  parts.push(
    `won as materialized (select e.change from unnest(${input}) as e(change, guards)
      where e.guards = ${held ? `(select count(*) from (${held}) g where g.change = e.change)` : '0'})`,
  );
  parts.push(...groups.map(({ table, op }) => changeSql(table, op)));
  return {
    text: `with ${parts.join(',\n')}\nselect change${noticeSql(groups, parameter)} from won`,
    values,
  };
}

/** The arrays of one group as parameters of `unnest`, and the names of their fields. */
function inputOf(
  { op, rows }: Group,
  columns: readonly string[],
  parameter: (value: unknown, type: string) => string,
): { input: string; fields: string } {
  const inputs = [
    parameter(
      rows.map(({ change }) => change),
      'int[]',
    ),
    parameter(
      rows.map(({ write }) => write.environmentId),
      'text[]',
    ),
    parameter(
      rows.map(({ write }) => write.id),
      'text[]',
    ),
    parameter(
      rows.map(({ write }) => ('version' in write ? write.version : 1)),
      'int[]',
    ),
  ];
  const fields = ['change', 'environment_id', 'id', 'version'];
  if (op !== 'delete') {
    inputs.push(
      parameter(
        rows.map(({ write }) => JSON.stringify('doc' in write ? write.doc : null)),
        'json[]',
      ),
    );
    fields.push('doc');
    const searched = rows.map(({ write }) =>
      'doc' in write ? columnValues(write.table, write.doc, write.id) : [],
    );
    for (const [index, column] of columns.entries()) {
      const type = isIntegerColumn(column) ? 'bigint[]' : 'text[]';
      inputs.push(
        parameter(
          searched.map((row) => row[index] ?? null),
          type,
        ),
      );
      fields.push(column);
    }
  }
  return { input: inputs.join(', '), fields: fields.join(', ') };
}

function changeSql(table: Table, op: Write['op']): string {
  const columns = ['doc', ...columnNames(table)];
  const from = `${op}_${table}_rows u join won w on w.change = u.change`;
  const match = 't.environment_id = u.environment_id and t.id = u.id and t.version = u.version';
  if (op === 'insert') {
    const fields = ['environment_id', 'id', 'version', ...columns];
    return `insert_${table} as (insert into ${table} (${fields.join(', ')})
      select ${fields.map((field) => `u.${field}`).join(', ')} from ${from})`;
  }
  if (op === 'delete')
    return `delete_${table} as (delete from ${table} t using ${from} where ${match})`;
  const sets = columns.map((column) => `${column} = u.${column}`).join(', ');
  return `update_${table} as (update ${table} t set version = t.version + 1, ${sets} from ${from} where ${match})`;
}

/** In the same transaction: caches on every node hear of a change of configuration. */
function noticeSql(groups: readonly Group[], parameter: (value: unknown, type: string) => string) {
  const rows = groups.flatMap((group) => (notifies(group.table) ? group.rows : []));
  if (rows.length === 0) return '';
  const changes = parameter(
    rows.map(({ change }) => change),
    'int[]',
  );
  const environments = parameter(
    rows.map(({ write }) => write.environmentId),
    'text[]',
  );
  return `, (select count(pg_notify('${CHANNEL}', n.environment_id))
    from unnest(${changes}, ${environments}) as n(change, environment_id) where n.change = won.change)`;
}

function codeOf(error: unknown): string {
  return error instanceof Error ? String(Reflect.get(error, 'code')) : '';
}

const LOST: CommitOutcome = { committed: false, conflict: 'VERSION' };

export interface Committer {
  commit(writes: readonly Write[]): Promise<CommitOutcome>;
  /** Waits for what is under way and refuses what comes after. */
  close(): Promise<void>;
}

/** Collects changes and commits them in batches over the pool. */
export function createCommitter(pool: pg.Pool): Committer {
  let queue: Pending[] = [];
  let running: Promise<void> | undefined;
  let closed = false;

  /** The next batch: in order, and no two changes of one row. */
  function nextBatch(): Pending[] {
    const taken = new Set<string>();
    const batch: Pending[] = [];
    const later: Pending[] = [];
    for (const pending of queue) {
      const keys = pending.writes.map(keyOf);
      const fits = batch.length < GROUP_COMMIT_MAX && !keys.some((key) => taken.has(key));
      // Also what a deferred change wants is taken: order is kept among changes of one row.
      for (const key of keys) taken.add(key);
      (fits ? batch : later).push(pending);
    }
    queue = later;
    return batch;
  }

  async function run(batch: readonly Pending[]): Promise<CommitOutcome[]> {
    const { text, values } = statementOf(batch.map(({ writes }) => writes));
    const name = nameOf(text);
    for (let tries = 1; ; tries++) {
      try {
        const query = name === undefined ? { text, values } : { name, text, values };
        const { rows } = await pool.query<{ change: number }>(query);
        const won = new Set(rows.map(({ change }) => change));
        return batch.map((_, change) => (won.has(change) ? { committed: true } : LOST));
      } catch (error) {
        const code = codeOf(error);
        if (PASSING.includes(code) && tries < TRIES_MAX) continue;
        if (code !== UNIQUE_VIOLATION) throw error;
        if (batch.length === 1)
          return [{ committed: false, conflict: 'UNIQUE', table: tableOf(error) }];
        const alone: CommitOutcome[] = [];
        for (const pending of batch) alone.push(...(await run([pending])));
        return alone;
      }
    }
  }

  async function drain(): Promise<void> {
    // Changes of the same turn of the event loop go together.
    await new Promise((resolve) => setImmediate(resolve));
    while (queue.length > 0) {
      const batch = nextBatch();
      try {
        const outcomes = await run(batch);
        for (const [index, { resolve }] of batch.entries()) resolve(outcomes[index] ?? LOST);
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    running = undefined;
  }

  return {
    commit(writes) {
      if (closed) return Promise.reject(new Error('The store is closed.'));
      return new Promise((resolve, reject) => {
        queue.push({ writes, resolve, reject });
        running ??= drain();
      });
    },
    async close() {
      closed = true;
      await running;
    },
  };
}

/** The table of a broken unique index, from the server's report. */
function tableOf(error: unknown): Table {
  const name = error instanceof Error ? Reflect.get(error, 'table') : undefined;
  const table = TABLE_NAMES.find((one) => one === name);
  if (!table) throw error;
  return table;
}
