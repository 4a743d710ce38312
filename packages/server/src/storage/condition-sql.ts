import type { Table } from '../model/documents.ts';
import { ANY_ENVIRONMENT, type Condition } from './store.ts';
import { isSearched, memberPath } from './tables.ts';

/** How an engine writes what differs between them. */
export interface Engine {
  /** A placeholder for the parameter with this number, from 1. */
  parameter(number: number): string;
  /** Position of a text in another, from 1; 0: it isn't in it. Compares bytes. */
  position(column: string, text: string): string;
  /** A column in a condition or an order. */
  column(name: string): string;
  /** The same, where its index is not to be used. */
  unindexed(name: string): string;
  /** A member of the document as text, by its path: `tags.0`. */
  member(path: string): string;
  /** The texts of a JSON array, as a query of one column. */
  members(array: string): string;
}

const OPERATORS = { eq: '=', ne: '<>', gt: '>', ge: '>=', lt: '<', le: '<=' } as const;

const LAST_CHARACTER = 0x10_ff_ff;
const FIRST_SURROGATE = 0xd8_00;
const AFTER_SURROGATES = 0xe0_00;

/**
 * The first text, in the order of characters, that is after all those that begin with `prefix`;
 * undefined: there is none.
 */
export function endOfPrefix(prefix: string): string | undefined {
  const characters = [...prefix];
  for (;;) {
    const last = characters.pop()?.codePointAt(0);
    if (last === undefined) return undefined;
    if (last === LAST_CHARACTER) continue;
    const next = last + 1 === FIRST_SURROGATE ? AFTER_SURROGATES : last + 1;
    return characters.join('') + String.fromCodePoint(next);
  }
}

function columnSql(name: string, table: Table, engine: Engine): string {
  if (isSearched(table, name)) return engine.column(name);
  const path = memberPath(table, name);
  if (path === undefined) throw new Error(`The table ${table} has no searched column ${name}.`);
  return engine.member(path);
}

/** Where a condition stands: in the `where` of this table, of one environment or of all. */
export interface Place {
  table: Table;
  environmentId: string | typeof ANY_ENVIRONMENT;
  engine: Engine;
  parameters: (string | number)[];
}

/** The place's own environment, as conditions to be joined by "and". */
export const ofEnvironment = ({ environmentId, engine, parameters }: Place): string[] =>
  environmentId === ANY_ENVIRONMENT
    ? []
    : [`environment_id = ${engine.parameter(parameters.push(environmentId))}`];

/** A search in another table: nothing keeps it from its own indexes. */
function rowsSql(
  { table, column, where }: Extract<Condition, { is: 'of' }>['rows'],
  outer: Place,
): string {
  if (outer.environmentId === ANY_ENVIRONMENT) throw new Error('Ids are those of one environment.');
  const place: Place = { ...outer, table, engine: { ...outer.engine, column: (name) => name } };
  const conditions = [...ofEnvironment(place), conditionSql(where, place)];
  return `select ${columnSql(column, table, place.engine)} from ${table} where ${conditions.join(' and ')}`;
}

/**
 * A condition as SQL; its values are pushed to `parameters`. A column that the table doesn't have
 * is a mistake of ours and throws: no name reaches the text unchecked. Pure but `parameters`.
 */
export function conditionSql(condition: Condition, place: Place): string {
  const { table, engine, parameters } = place;
  const joined = (conditions: readonly Condition[], word: string, empty: string): string =>
    conditions.length === 0
      ? empty
      : `(${conditions.map((one) => conditionSql(one, place)).join(word)})`;
  if ('all' in condition) return joined(condition.all, ' and ', '1 = 1');
  if ('any' in condition) return joined(condition.any, ' or ', '1 = 0');
  // A comparison with an absent value is unknown in SQL; here it is false, and its reverse true.
  if ('not' in condition) {
    return `not coalesce(${conditionSql(condition.not, place)}, false)`;
  }
  const column = columnSql(condition.column, table, engine);
  if (condition.is === 'present') return `${column} is not null`;
  const bound = (value: string | number) => engine.parameter(parameters.push(value));
  switch (condition.is) {
    case 'in':
      // One parameter: however many there are, it is one statement.
      return `${column} in (${engine.members(bound(JSON.stringify(condition.values)))})`;
    case 'of':
      return `${column} in (${rowsSql(condition.rows, place)})`;
    case 'startsWith': {
      // As a range, which an index finds. Texts are in the order of their bytes, in both engines.
      const end = endOfPrefix(condition.value);
      const from = `${column} >= ${bound(condition.value)}`;
      return end === undefined ? from : `(${from} and ${column} < ${bound(end)})`;
    }
    case 'endsWith':
      // Both engines count characters, as the string's iterator does.
      return `substr(${column}, length(${column}) - ${[...condition.value].length} + 1) = ${bound(condition.value)}`;
    case 'contains':
      return `${engine.position(column, bound(condition.value))} > 0`;
    case 'ne':
      return `(${column} is null or ${column} <> ${bound(condition.value)})`;
    default:
      return `${column} ${OPERATORS[condition.is]} ${bound(condition.value)}`;
  }
}
