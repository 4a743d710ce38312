import type { Table } from '../model/documents.ts';
import type { Condition } from './store.ts';
import { columnNames, memberPath } from './tables.ts';

/** How an engine writes what differs between them. */
export interface Engine {
  /** A placeholder for the parameter with this number, from 1. */
  parameter(number: number): string;
  /** Position of a text in another, from 1; 0: it isn't in it. Compares bytes. */
  position(column: string, text: string): string;
  /** A member of the document as text, by its path: `tags.0`. */
  member(path: string): string;
  /** The texts of a JSON array, as a query of one column. */
  members(array: string): string;
}

/**
 * The first text, in the order of bytes, after all that begin with this one; undefined: there is none.
 * So an index finds them: no text of a table is looked at in vain. Pure.
 */
export function firstBeyond(prefix: string): string | undefined {
  const points = Array.from(prefix, (character) => character.codePointAt(0) ?? 0);
  while (points.at(-1) === 0x10ffff) points.pop();
  const last = points.pop();
  if (last === undefined) return undefined;
  // Surrogates are no characters of their own.
  const next = last + 1 === 0xd800 ? 0xe000 : last + 1;
  return String.fromCodePoint(...points, next);
}

const OPERATORS = { eq: '=', ne: '<>', gt: '>', ge: '>=', lt: '<', le: '<=' } as const;

function columnSql(name: string, table: Table, engine: Engine): string {
  if (name === 'id' || columnNames(table).includes(name)) return name;
  const path = memberPath(table, name);
  if (path === undefined) throw new Error(`The table ${table} has no searched column ${name}.`);
  return engine.member(path);
}

/**
 * A condition as SQL; its values are pushed to `parameters`. A column that the table doesn't have
 * is a mistake of ours and throws: no name reaches the text unchecked. Pure but `parameters`.
 */
export function conditionSql(
  condition: Condition,
  table: Table,
  engine: Engine,
  parameters: (string | number)[],
): string {
  const joined = (conditions: readonly Condition[], word: string, empty: string): string =>
    conditions.length === 0
      ? empty
      : `(${conditions.map((one) => conditionSql(one, table, engine, parameters)).join(word)})`;
  if ('all' in condition) return joined(condition.all, ' and ', '1 = 1');
  if ('any' in condition) return joined(condition.any, ' or ', '1 = 0');
  // A comparison with an absent value is unknown in SQL; here it is false, and its reverse true.
  if ('not' in condition) {
    return `not coalesce(${conditionSql(condition.not, table, engine, parameters)}, false)`;
  }
  const column = columnSql(condition.column, table, engine);
  if (condition.is === 'present') return `${column} is not null`;
  if (condition.is === 'in') {
    // One parameter: however many there are, it is one statement.
    parameters.push(JSON.stringify(condition.values));
    return `${column} in (${engine.members(engine.parameter(parameters.length))})`;
  }
  if (condition.is === 'startsWith') {
    const { value } = condition;
    const beyond = firstBeyond(value);
    parameters.push(value, ...(beyond === undefined ? [] : [beyond]));
    const from = `${column} >= ${engine.parameter(parameters.length - (beyond === undefined ? 0 : 1))}`;
    return beyond === undefined
      ? from
      : `(${from} and ${column} < ${engine.parameter(parameters.length)})`;
  }
  parameters.push(condition.value);
  const value = engine.parameter(parameters.length);
  switch (condition.is) {
    case 'endsWith':
      // Both engines count characters, as the string's iterator does.
      return `substr(${column}, length(${column}) - ${[...condition.value].length} + 1) = ${value}`;
    case 'contains':
      return `${engine.position(column, value)} > 0`;
    case 'ne':
      return `(${column} is null or ${column} <> ${value})`;
    default:
      return `${column} ${OPERATORS[condition.is]} ${value}`;
  }
}
