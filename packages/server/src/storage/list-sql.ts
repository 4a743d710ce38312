import { FILTER_CONDITIONS_MAX } from '../config/limits.ts';
import type { Table } from '../model/documents.ts';
import { conditionSql, type Engine, ofEnvironment, type Place } from './condition-sql.ts';
import { ANY_ENVIRONMENT, type Condition, type ListQuery } from './store.ts';
import { isNarrowColumn, isSearched } from './tables.ts';

export interface Sql {
  text: string;
  parameters: (string | number)[];
}

type Environment = Place['environmentId'];

/**
 * Whether few rows meet the condition, most likely: they are best found by the index of a column
 * whose values few rows share. Else the rows are best read in their order until a page is full.
 */
function isNarrow(condition: Condition, table: Table): boolean {
  if ('all' in condition) return condition.all.some((one) => isNarrow(one, table));
  if ('any' in condition) {
    return condition.any.length > 0 && condition.any.every((one) => isNarrow(one, table));
  }
  if ('not' in condition) return false;
  const isOfText = ['eq', 'in', 'of', 'startsWith', 'endsWith', 'contains'].includes(condition.is);
  return isOfText && isNarrowColumn(table, condition.column);
}

/** The engine for a table's narrow conditions: it uses the indexes of narrow columns only. */
const forNarrow = (table: Table, engine: Engine): Engine => ({
  ...engine,
  column: (name) => (isNarrowColumn(table, name) ? name : engine.unindexed(name)),
});

/** The condition without the bound that a cursor in the same column replaces: it lies behind it. */
function behindCursor(
  where: Condition,
  orderBy: string,
  descending: boolean | undefined,
): Condition {
  if ('all' in where) {
    return { all: where.all.map((one) => behindCursor(one, orderBy, descending)) };
  }
  const bounds = descending ? ['lt', 'le'] : ['gt', 'ge'];
  const isBound = 'column' in where && where.column === orderBy && bounds.includes(where.is);
  return isBound ? { all: [] } : where;
}

/** What stands in a `where`, for the engine as it is or for narrow conditions. */
interface Where extends Place {
  narrow: boolean;
}

/** More searches than this in one statement are none: SQLite bounds them. */
const SEARCHES_MAX = FILTER_CONDITIONS_MAX;

/** Values of one column are one search: both engines find a list of them. */
const isOneColumn = (any: readonly Condition[]) =>
  new Set(any.map((one) => ('column' in one && one.is === 'eq' ? one.column : one))).size === 1;

/**
 * A condition of the whole `where`. SQLite takes one index where several narrow conditions are joined
 * by "or", unless each is a search of its own.
 */
function partSql(part: Condition, where: Where): string {
  const { table, narrow } = where;
  const isSeveral =
    narrow &&
    'any' in part &&
    part.any.length <= SEARCHES_MAX &&
    !isOneColumn(part.any) &&
    isNarrow(part, table);
  if (!isSeveral) {
    return conditionSql(part, where);
  }
  const searches = part.any.map((one) => {
    const conditions = [...ofEnvironment(where), partSql(one, where)];
    return `select id from ${table}${clause(conditions)}`;
  });
  return `id in (${searches.join(' union all ')})`;
}

function conditionsOf(condition: Condition | undefined, where: Where): string[] {
  const parts = condition && 'all' in condition ? condition.all : condition ? [condition] : [];
  return [...ofEnvironment(where), ...parts.map((part) => partSql(part, where))];
}

const clause = (conditions: readonly string[]) =>
  conditions.length === 0 ? '' : ` where ${conditions.join(' and ')}`;

function whereOf(
  table: Table,
  environmentId: Environment,
  condition: Condition | undefined,
  engine: Engine,
  many = false,
): Where {
  // Ids are unique in an environment only.
  const narrow =
    !many &&
    condition !== undefined &&
    environmentId !== ANY_ENVIRONMENT &&
    isNarrow(condition, table);
  const using = narrow ? forNarrow(table, engine) : engine;
  return { table, environmentId, engine: using, narrow, parameters: [] };
}

/** One page of a table. Pure. */
export function listSql(
  table: Table,
  environmentId: Environment,
  { where: condition, afterId, afterValue, orderBy, descending, many, limit }: ListQuery,
  engine: Engine,
): Sql {
  if (orderBy !== undefined && !isSearched(table, orderBy)) {
    throw new Error(`The table ${table} has no searched column ${orderBy}.`);
  }
  const where = whereOf(table, environmentId, condition, engine, many);
  const { narrow, parameters } = where;
  const within =
    condition && afterId !== undefined
      ? behindCursor(condition, orderBy ?? 'id', descending)
      : condition;
  const conditions = conditionsOf(within, where);
  const ordered = [...(orderBy === undefined ? [] : [orderBy]), 'id'];
  const keys = ordered.map(narrow ? engine.unindexed : engine.column);
  if (afterId !== undefined) {
    const after = orderBy === undefined ? [afterId] : [afterValue ?? '', afterId];
    const marks = after.map((value) => engine.parameter(parameters.push(value)));
    conditions.push(`(${keys.join(', ')}) ${descending ? '<' : '>'} (${marks.join(', ')})`);
  }
  const order = `order by ${keys.map((key) => `${key}${descending ? ' desc' : ''}`).join(', ')}`;
  const page = `${order} limit ${engine.parameter(parameters.push(limit))}`;
  const select = `select environment_id, id, version, doc from ${table}`;
  if (!narrow) return { text: `${select}${clause(conditions)} ${page}`, parameters };
  // What is sorted and left out needs the index only, not the documents.
  const found = `id in (select id from ${table}${clause(conditions)} ${page})`;
  return { text: `${select}${clause([found, ...ofEnvironment(where)])} ${order}`, parameters };
}

/** How many rows meet a condition. Pure. */
export function countSql(
  table: Table,
  environmentId: Environment,
  condition: Condition | undefined,
  engine: Engine,
): Sql {
  const where = whereOf(table, environmentId, condition, engine);
  const text = `select count(*) as count from ${table}${clause(conditionsOf(condition, where))}`;
  return { text, parameters: where.parameters };
}
