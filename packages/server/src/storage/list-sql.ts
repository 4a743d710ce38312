import type { Table } from '../model/documents.ts';
import { conditionSql, type Engine } from './condition-sql.ts';
import { ANY_ENVIRONMENT, type Condition, type ListQuery } from './store.ts';

export interface Sql {
  text: string;
  parameters: (string | number)[];
}

function whereSql(
  table: Table,
  environmentId: string | typeof ANY_ENVIRONMENT,
  where: Condition | undefined,
  engine: Engine,
): { conditions: string[]; parameters: (string | number)[] } {
  const parameters: (string | number)[] = [];
  const conditions: string[] = [];
  if (environmentId !== ANY_ENVIRONMENT) {
    parameters.push(environmentId);
    conditions.push(`environment_id = ${engine.parameter(parameters.length)}`);
  }
  if (where) conditions.push(conditionSql(where, table, engine, parameters));
  return { conditions, parameters };
}

const clause = (conditions: readonly string[]) =>
  conditions.length === 0 ? '' : ` where ${conditions.join(' and ')}`;

/** Whether an index finds the few rows at once: those of named values. */
const isOfNamed = (where: Condition | undefined) =>
  where !== undefined && 'is' in where && where.is === 'in';

/** One page of a table. Pure. */
export function listSql(
  table: Table,
  environmentId: string | typeof ANY_ENVIRONMENT,
  { where, afterId, descending, limit }: ListQuery,
  engine: Engine,
): Sql {
  const { conditions, parameters } = whereSql(table, environmentId, where, engine);
  if (afterId !== undefined) {
    parameters.push(afterId);
    conditions.push(`id ${descending ? '<' : '>'} ${engine.parameter(parameters.length)}`);
  }
  parameters.push(limit);
  // Else SQLite may go through the whole table in the order of its ids, to save sorting a few.
  const key = isOfNamed(where) ? "id || ''" : 'id';
  const order = `${key}${descending ? ' desc' : ''}`;
  return {
    text: `select environment_id, id, version, doc from ${table}${clause(conditions)} order by ${order} limit ${engine.parameter(parameters.length)}`,
    parameters,
  };
}

/** How many rows meet a condition. Pure. */
export function countSql(
  table: Table,
  environmentId: string | typeof ANY_ENVIRONMENT,
  where: Condition | undefined,
  engine: Engine,
): Sql {
  const { conditions, parameters } = whereSql(table, environmentId, where, engine);
  return { text: `select count(*) as count from ${table}${clause(conditions)}`, parameters };
}
