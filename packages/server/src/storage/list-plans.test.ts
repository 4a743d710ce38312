/** How SQLite reads lists: by which index, and whether it sorts. It has no statistics to go by. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, test } from 'node:test';
import { DIALECTS } from '../testing/postgres.ts';
import { freshDataDirectory } from '../testing/sqlite.ts';
import { countSql, listSql } from './list-sql.ts';
import { ENGINE, openSqliteStore } from './sqlite.ts';
import { CLAIM, IS_DUE, NEXT_CHANNEL, NEXT_ENVIRONMENT } from './sqlite-leases.ts';
import type { Condition, ListQuery } from './store.ts';

const skip = !DIALECTS.includes('sqlite');

describe('how SQLite reads a list', { skip }, () => {
  let directory: Awaited<ReturnType<typeof freshDataDirectory>>;
  let db: DatabaseSync;
  before(async () => {
    directory = await freshDataDirectory();
    const path = join(directory.path, 'plans.sqlite');
    await (await openSqliteStore(path)).close();
    db = new DatabaseSync(path);
  });
  after(async () => {
    db?.close();
    await directory?.remove();
  });

  const explain = (text: string, parameters: (string | number)[]) =>
    db
      .prepare(`explain query plan ${text}`)
      .all(...parameters)
      .map(({ detail }) => String(detail))
      .join('\n');
  const planOf = (query: Omit<ListQuery, 'limit'>, table: 'users' | 'activities' = 'users') => {
    const { text, parameters } = listSql(table, 'e', { ...query, limit: 201 }, ENGINE);
    return explain(text, parameters);
  };
  const is = (column: string, value: string | number): Condition => ({ column, is: 'eq', value });
  const starts = (column: string, value: string): Condition => ({
    column,
    is: 'startsWith',
    value,
  });

  test('what few rows share is found by its index', () => {
    for (const [column, index] of [
      ['username_key', 'users_username'],
      ['email', 'users_email'],
      ['family_name', 'users_family_name'],
      ['given_name', 'users_given_name'],
      ['external_id', 'users_external_id'],
      ['mobile_phone', 'users_mobile_phone'],
    ] as const) {
      for (const where of [is(column, 'x'), starts(column, 'x')]) {
        for (const query of [
          { where },
          { where, afterId: 'i' },
          { where, orderBy: 'username_key', afterId: 'i', afterValue: 'v' },
          { where: { all: [is('population_id', 'p'), is('enabled', 1), where] } },
        ]) {
          const plan = planOf(query);
          const by = new RegExp(
            `USING (COVERING )?INDEX ${index}\\S* \\(environment_id=\\? AND ${column}`,
          );
          assert.match(plan, by, JSON.stringify(query));
        }
      }
      const where: Condition = { any: [is(column, 'x'), is('email', 'y')] };
      for (const name of [column, 'email']) {
        assert.match(planOf({ where }), new RegExp(`environment_id=\\? AND ${name}=\\?`));
      }
      const { text, parameters } = countSql('users', 'e', starts(column, 'x'), ENGINE);
      assert.match(explain(text, parameters), new RegExp(`INDEX ${index}`));
    }
  });

  test('many values of one column are one search', () => {
    const ids = Array.from({ length: 200 }, (_, n) => is('id', String(n)));
    assert.match(planOf({ where: { any: ids } }), /\(environment_id=\? AND id=\?\)/);
  });

  test('members of a group are found by its index, then by their ids', () => {
    const isMember: Condition = {
      column: 'id',
      is: 'of',
      rows: { table: 'group_members', column: 'user_id', where: is('group_id', 'g') },
    };
    for (const query of [
      { where: isMember },
      { where: { all: [is('enabled', 1), isMember] } },
      { where: { all: [is('family_name', 'x'), isMember] }, afterId: 'i' },
    ]) {
      const plan = planOf(query);
      assert.match(plan, /INDEX group_members_users \(environment_id=\? AND group_id=\?/, plan);
      assert.match(plan, /users USING \S*.*INDEX \S+ \(environment_id=\? AND (id|family_name)=\?/);
    }
  });

  test('what a text contains is looked for in its index, not in the rows', () => {
    for (const column of ['username_key', 'email', 'family_name', 'given_name', 'external_id']) {
      const where: Condition = { column, is: 'contains', value: 'x' };
      assert.match(planOf({ where }), /USING COVERING INDEX/, column);
    }
  });

  test('a list in its order is not sorted, whatever many rows share', () => {
    const queries: Omit<ListQuery, 'limit'>[] = [
      {},
      { afterId: 'i', descending: true },
      { orderBy: 'username_key', afterId: 'i', afterValue: 'v' },
      { orderBy: 'username_key', afterId: 'i', afterValue: 'v', descending: true },
      { where: is('population_id', 'p'), afterId: 'i' },
      { where: is('enabled', 0), afterId: 'i' },
      { where: is('mfa_enabled', 1), descending: true },
      { where: { any: [is('population_id', 'p')] } },
      { where: starts('email', 'x'), many: true, afterId: 'i' },
    ];
    for (const query of queries) {
      const plan = planOf(query);
      assert.doesNotMatch(plan, /TEMP B-TREE/, JSON.stringify(query));
      assert.match(
        plan,
        /^SEARCH users USING INDEX \S+ \(environment_id=\?/,
        JSON.stringify(query),
      );
    }
  });

  test('a claim goes from lane to lane by the index, and reads no other message', () => {
    assert.match(
      explain(NEXT_CHANNEL, ['e', 'c']),
      /^SEARCH messages USING COVERING INDEX messages_lanes \(environment_id=\? AND channel>\?\)$/,
    );
    assert.match(
      explain(NEXT_ENVIRONMENT, ['e']),
      /^SEARCH messages USING COVERING INDEX messages_lanes \(environment_id>\?\)$/,
    );
    const OF_LANE = 'messages_lanes (environment_id=? AND channel=? AND available_at<?)';
    assert.match(explain(IS_DUE, ['e', 'c', 1]), /^SEARCH messages USING (COVERING )?INDEX /);
    assert.ok(explain(IS_DUE, ['e', 'c', 1]).includes(OF_LANE));
    const claim = explain(CLAIM, [1, 1, 'e', 'c', 1, 10]);
    assert.ok(claim.includes(OF_LANE), claim);
    assert.doesNotMatch(claim, /SCAN|TEMP B-TREE/);
  });

  test('a page begins behind its cursor, not at the bound of the filter', () => {
    const range: Condition = {
      all: [
        { column: 'id', is: 'ge', value: 'a' },
        { column: 'id', is: 'lt', value: 'z' },
      ],
    };
    for (const [descending, bounds] of [
      [false, ['lt', '>']],
      [true, ['ge', '<']],
    ] as const) {
      const { text } = listSql(
        'activities',
        'e',
        { where: range, afterId: 'm', descending, limit: 1 },
        ENGINE,
      );
      assert.equal(text.match(/\bid\b[^a-z]*(>=|<=|<|>)/g)?.length, 2, text);
      assert.ok(text.includes(bounds[0] === 'lt' ? 'id < ?' : 'id >= ?'), text);
      assert.ok(text.includes(`(id) ${bounds[1]} (?)`), text);
    }
  });
});
