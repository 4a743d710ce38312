/**
 * The one statement that commits a batch of changes on PostgreSQL. Each group (the writes of one
 * kind to one table) comes as arrays, one per field, with the number of the change of each row:
 *
 *   locked    one per table: lock what a change updates or deletes, where it still has the version that
 *             the change was decided on (READ COMMITTED judges the newest version of a locked row);
 *   held      one per table, after all of those: the rows that a change only relies on, where nobody has
 *             changed or locked them. Nothing is written to them; docs/decisions/0029;
 *   verdict   an array: whether all guards of a change hold, by its number;
 *   then one delete, update and insert per table, each for the rows of the changes that have won.
 *
 * The text follows from which groups there are (the batch's shape) and is made once for each.
 */
import type { Table } from '../model/documents.ts';
import { CHANNEL } from './postgres-listen.ts';
import type { Write } from './store.ts';
import { columnNames, columnValues, isIntegerColumn, notifies, TABLE_NAMES } from './tables.ts';

/**
 * A unique index sees each write as it happens: the order is that of `inOrder`. `lock`: a guard that
 * locks its row, and so waits for whoever is at it.
 */
const OPERATIONS = ['guard', 'lock', 'delete', 'update', 'insert'] as const;
type Op = (typeof OPERATIONS)[number];

/** A write with the contents of its row, in the order of the fields: the document, the columns. */
export interface PreparedWrite {
  op: Op;
  write: Write;
  contents: readonly unknown[];
}

/** Reads the document. Throws where it isn't what its table holds. Pure. */
export function prepareWrite(write: Write): PreparedWrite {
  const { op } = write;
  if (write.op === 'delete' || write.op === 'guard') return { op, write, contents: [] };
  const { table, doc, id } = write;
  return { op, write, contents: [JSON.stringify(doc), ...columnValues(table, doc, id)] };
}

interface Row extends PreparedWrite {
  /** The number of its change, from 1. */
  change: number;
}

interface Group {
  table: Table;
  op: Op;
  rows: Row[];
}

function groupsOf(changes: readonly (readonly PreparedWrite[])[]): Group[] {
  const groups = new Map<string, Group>();
  for (const [index, writes] of changes.entries()) {
    for (const prepared of writes) {
      const { op, write } = prepared;
      const { table } = write;
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

/** Whether a document comes with it. */
const hasContents = (op: Op) => op === 'update' || op === 'insert';
const isChange = (op: Op) => hasContents(op) || op === 'delete';
const locks = (op: Op) => op === 'lock' || op === 'delete' || op === 'update';

/** The fields of a group with the types of their arrays, in the order of `valuesOf`. */
function fieldsOf({ table, op }: Shape): [name: string, type: string][] {
  const key: [string, string][] = [
    ['change', 'int[]'],
    ['environment_id', 'text[]'],
    ['id', 'text[]'],
  ];
  if (op !== 'insert') key.push(['version', 'int[]']);
  if (!hasContents(op)) return key;
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

interface Input extends Shape {
  rows: Rows;
}

const KEY = ['change', 'environment_id', 'id', 'version'] as const;

/** Locks the rows of a table always in one order, whatever is done to them: so nobody waits in a circle. */
function lockedSql(table: Table, groups: readonly Input[]): string {
  const all = groups.map(({ rows }) => `select * from ${rows(KEY)}`).join(' union all ');
  return `select u.change from (${all}) u
    join ${table} t on ${SAME_ROW} order by t.environment_id, t.id for update of t`;
}

// What is or was at a row is its `xmax`. All that have ended before this statement began are older
// than its `xmin`: they have left the row as it is, or it wouldn't be seen.
const AT_REST = 'age(t.xmax) > (select age(pg_snapshot_xmin(pg_current_snapshot())::xid))';

function heldSql({ table, rows }: Input, conditions: readonly string[]): string {
  return `select u.change from ${rows(KEY)} join ${table} t on ${SAME_ROW}
    ${whereSql([AT_REST, ...conditions])}`;
}

/** Counting what they return makes earlier parts happen first. */
const happened = (part: string) => `(select count(*) from ${part}) >= 0`;

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

function changeSql(group: Input, conditions: readonly string[]): string {
  const { table, op, rows } = group;
  const names = fieldsOf(group).map(([name]) => name);
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

/** The groups with what their arrays are in the text, where `parameters` come before them. */
function inputsOf(shape: readonly Shape[], parameters: number): Input[] {
  let number = parameters;
  return shape.map((group) => {
    const inputs = new Map(fieldsOf(group).map(([name, type]) => [name, `$${++number}::${type}`]));
    const rows: Rows = (fields) =>
      `unnest(${fields.map((name) => inputs.get(name)).join(', ')}) as u(${fields.join(', ')})`;
    return { ...group, rows };
  });
}

/** Named parts of the statement: each is run once, when another part first reads it. */
type Parts = [name: string, text: string][];

function guardsOf(groups: readonly Input[]): Parts {
  const locked: Parts = TABLE_NAMES.flatMap((table) => {
    const own = groups.filter((group) => group.table === table && locks(group.op));
    return own.length > 0 ? [[`${table}_locked`, lockedSql(table, own)]] : [];
  });
  const before = locked.map(([name]) => happened(name));
  const held = groups
    .filter(({ op }) => op === 'guard')
    .map((group): Parts[number] => [`${group.table}_held`, heldSql(group, before)]);
  return [...locked, ...held];
}

function changesOf(groups: readonly Input[], won: readonly string[]): Parts {
  const changes = groups.filter(({ op }) => isChange(op));
  return changes.map((group, index) => {
    const earlier = changes
      .slice(0, index)
      .filter(({ table }) => table === group.table)
      .map(({ op, table }) => happened(`${op}_${table}`));
    return [`${group.op}_${group.table}`, changeSql(group, [...won, ...earlier])];
  });
}

function textOf(shape: readonly Shape[]): string {
  const isGuarded = shape.some(({ op }) => op !== 'insert');
  const groups = inputsOf(shape, isGuarded ? 1 : 0);
  const won = isGuarded ? [WON] : [];
  const guards = guardsOf(groups);
  const verdict: Parts = isGuarded
    ? [
        [
          'verdict',
          verdictSql(
            guards.map(([name]) => name),
            '$1',
          ),
        ],
      ]
    : [];
  const parts = [
    ...[...guards, ...verdict].map(([name, text]) => `${name} as materialized (${text})`),
    ...changesOf(groups, won).map(([name, text]) => `${name} as (${text})`),
  ];
  const lost = isGuarded
    ? `array(select change::int from unnest(${VERDICT}) with ordinality as v(won, change) where not won)`
    : `'{}'::int[]`;
  const notices = groups
    .filter(({ op, table }) => notifies(table) && isChange(op))
    .map(({ rows }) => rows(['change', 'environment_id']))
    .map((source) => `select environment_id from ${source}${whereSql(won)}`);
  const notice = notices.length > 0 ? `, ${noticeSql(notices)} as notices` : '';
  const all = parts.length > 0 ? `with ${parts.join(',\n')}\n` : '';
  return `${all}select ${lost} as lost${notice}`;
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
