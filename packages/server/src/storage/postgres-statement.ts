/**
 * The one statement that commits a batch of changes on PostgreSQL. Each group (the writes of one
 * kind to one table) comes as arrays, one per field, with the number of the change of each row:
 *
 *   guards    lock every row that a change relies on, if it still has the version that the change was
 *             decided on (READ COMMITTED judges the newest version of a locked row): alone what it
 *             updates or deletes, shared with other guards what it leaves as it is;
 *   verdict   an array: whether all guards of a change hold, by its number;
 *   then one delete, update and insert per table, each for the rows of the changes that have won.
 *
 * The text follows from which groups there are (the batch's shape) and is made once for each.
 */
import type { Table } from '../model/documents.ts';
import { CHANNEL } from './postgres-listen.ts';
import type { Write } from './store.ts';
import { columnNames, columnValues, isIntegerColumn, notifies, TABLE_NAMES } from './tables.ts';

/** A unique index sees each write as it happens: the order is that of `inOrder`. */
const OPERATIONS = ['guard', 'delete', 'update', 'insert'] as const;

/** A write with the contents of its row, in the order of the fields: the document, the columns. */
export interface PreparedWrite {
  write: Write;
  contents: readonly unknown[];
}

/** Reads the document. Throws where it isn't what its table holds. Pure. */
export function prepareWrite(write: Write): PreparedWrite {
  if (write.op === 'delete' || write.op === 'guard') return { write, contents: [] };
  const { table, doc, id } = write;
  return { write, contents: [JSON.stringify(doc), ...columnValues(table, doc, id)] };
}

interface Row extends PreparedWrite {
  /** The number of its change, from 1. */
  change: number;
}

interface Group {
  table: Table;
  op: Write['op'];
  rows: Row[];
}

function groupsOf(changes: readonly (readonly PreparedWrite[])[]): Group[] {
  const groups = new Map<string, Group>();
  for (const [index, writes] of changes.entries()) {
    for (const prepared of writes) {
      const { table, op } = prepared.write;
      const key = `${op} ${table}`;
      const group = groups.get(key) ?? { table, op, rows: [] };
      groups.set(key, group);
      group.rows.push({ change: index + 1, ...prepared });
    }
  }
  // Always in one order: batches of one shape have one text, and all nodes lock alike.
  return OPERATIONS.flatMap((op) =>
    TABLE_NAMES.flatMap((table) => groups.get(`${op} ${table}`) ?? []),
  );
}

type Shape = Pick<Group, 'table' | 'op'>;

/** The fields of a group with the types of their arrays, in the order of `valuesOf`. */
function fieldsOf({ table, op }: Shape): [name: string, type: string][] {
  const key: [string, string][] = [
    ['change', 'int[]'],
    ['environment_id', 'text[]'],
    ['id', 'text[]'],
  ];
  if (op !== 'insert') key.push(['version', 'int[]']);
  if (op === 'delete' || op === 'guard') return key;
  const columns = columnNames(table).map((name): [string, string] => [
    name,
    isIntegerColumn(name) ? 'bigint[]' : 'text[]',
  ]);
  return [...key, ['doc', 'json[]'], ...columns];
}

function valuesOf({ op, rows }: Group): unknown[][] {
  const values: unknown[][] = [
    rows.map(({ change }) => change),
    rows.map(({ write }) => write.environmentId),
    rows.map(({ write }) => write.id),
  ];
  if (op !== 'insert') {
    values.push(rows.map(({ write }) => ('version' in write ? write.version : 0)));
  }
  // Of a delete and of a guard there are none.
  for (const field of rows[0]?.contents.keys() ?? []) {
    values.push(rows.map(({ contents }) => contents[field]));
  }
  return values;
}

const VERDICT = '(select won from verdict)';
const WON = `${VERDICT}[u.change]`;
const SAME_ROW = 't.environment_id = u.environment_id and t.id = u.id and t.version = u.version';

/** A group's arrays as rows: the table function and the names of its fields. */
type Rows = (fields: readonly string[]) => string;

function guardSql({ table, op }: Shape, rows: Rows): string {
  const lock = op === 'guard' ? 'share' : 'update';
  return `select u.change from ${rows(['change', 'environment_id', 'id', 'version'])}
    join ${table} t on ${SAME_ROW} order by t.environment_id, t.id for ${lock} of t`;
}

/** Which changes have all the guards that they need: their needs and their guards cancel out. */
function verdictSql(guards: readonly string[], needs: string): string {
  const held = guards.map((guard) => `union all select change, 1 from ${guard}`).join(' ');
  return `select array_agg(won order by change) as won from (
    select change, sum(guard) = 0 as won from (
      select change, -needed as guard from unnest(${needs}::int[]) with ordinality as n(needed, change)
      ${held}) g group by change) c`;
}

const whereSql = (conditions: readonly string[]) =>
  conditions.length > 0 ? ` where ${conditions.join(' and ')}` : '';

function changeSql(shape: Shape, rows: Rows, conditions: readonly string[]): string {
  const { table, op } = shape;
  const names = fieldsOf(shape).map(([name]) => name);
  const from = rows(names);
  const where = whereSql(op === 'insert' ? conditions : [SAME_ROW, ...conditions]);
  if (op === 'delete') return `delete from ${table} t using ${from}${where} returning 1`;
  const contents = names.slice(names.indexOf('doc'));
  if (op === 'update') {
    const sets = contents.map((name) => `${name} = u.${name}`).join(', ');
    return `update ${table} t set version = t.version + 1, ${sets} from ${from}${where} returning 1`;
  }
  const targets = ['environment_id', 'id', ...contents];
  return `insert into ${table} (version, ${targets.join(', ')})
    select 1, ${targets.map((name) => `u.${name}`).join(', ')} from ${from}${where}`;
}

/** In the same transaction: caches on every node hear of a change of configuration. */
function noticeSql(sources: readonly string[]): string {
  return `(select count(pg_notify('${CHANNEL}', environment_id)) from (
    select distinct environment_id from (${sources.join(' union all ')}) e) d)`;
}

function textOf(shape: readonly Shape[]): string {
  const parts: string[] = [];
  const guards: string[] = [];
  const changes: string[] = [];
  const notices: string[] = [];
  const isGuarded = shape.some(({ op }) => op !== 'insert');
  const won = isGuarded ? [WON] : [];
  let parameters = isGuarded ? 1 : 0;
  for (const group of shape) {
    const { table, op } = group;
    const inputs = new Map(
      fieldsOf(group).map(([name, type]) => [name, `$${++parameters}::${type}`]),
    );
    const rows: Rows = (fields) =>
      `unnest(${fields.map((name) => inputs.get(name)).join(', ')}) as u(${fields.join(', ')})`;
    if (op !== 'insert') {
      guards.push(`${op}_${table}_guard`);
      parts.push(`${op}_${table}_guard as materialized (${guardSql(group, rows)})`);
    }
    if (op === 'guard') continue;
    // Counting what they return makes the earlier writes of the same table happen first.
    const earlier = shape
      .slice(0, shape.indexOf(group))
      .filter((other) => other.table === table && other.op !== 'guard')
      .map((other) => `(select count(*) from ${other.op}_${table}) >= 0`);
    changes.push(`${op}_${table} as (${changeSql(group, rows, [...won, ...earlier])})`);
    if (notifies(table)) {
      const source = rows(['change', 'environment_id']);
      notices.push(`select environment_id from ${source}${whereSql(won)}`);
    }
  }
  if (isGuarded) parts.push(`verdict as materialized (${verdictSql(guards, '$1')})`);
  const lost = isGuarded
    ? `array(select change::int from unnest(${VERDICT}) with ordinality as v(won, change) where not won)`
    : `'{}'::int[]`;
  const notice = notices.length > 0 ? `, ${noticeSql(notices)} as notices` : '';
  const all = [...parts, ...changes];
  return `${all.length > 0 ? `with ${all.join(',\n')}\n` : ''}select ${lost} as lost${notice}`;
}

export interface Statement {
  /** Absent: too many shapes have come; this one isn't kept. */
  name?: string;
  text: string;
  values: unknown[];
}

const SHAPES_MAX = 300;

/** Makes the statements of batches; keeps a name and the text of each shape. */
export function createStatements(): (changes: readonly (readonly PreparedWrite[])[]) => Statement {
  const known = new Map<string, { name: string; text: string }>();

  /** Answers one row: `lost`, the numbers (from 1) of the changes that have lost their guards. */
  return (changes) => {
    const groups = groupsOf(changes);
    const values: unknown[] = groups.flatMap(valuesOf);
    if (groups.some(({ op }) => op !== 'insert')) {
      values.unshift(
        changes.map((writes) => writes.filter(({ write }) => write.op !== 'insert').length),
      );
    }
    const shape = groups.map(({ op, table }) => `${op} ${table}`).join();
    const kept = known.get(shape);
    if (kept) return { ...kept, values };
    const text = textOf(groups);
    if (known.size >= SHAPES_MAX) return { text, values };
    const statement = { name: `commit ${known.size}`, text };
    known.set(shape, statement);
    return { ...statement, values };
  };
}
