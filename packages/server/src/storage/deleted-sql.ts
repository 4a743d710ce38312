import type { Table } from '../model/documents.ts';

/**
 * One environment that has rows in the table and is deleted. It goes from environment to environment
 * along the primary key, so it costs the number of these, not of the rows.
 */
export const DELETED_ENVIRONMENT = (table: Table) => `with recursive seen(id) as (
    select min(environment_id) from ${table}
    union all
    select (select min(environment_id) from ${table} where environment_id > seen.id)
    from seen where seen.id is not null)
  select id as environment_id from seen where id is not null
    and not exists (select 1 from environments e where e.environment_id = seen.id) limit 1`;
