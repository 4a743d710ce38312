import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { FILTER_CONDITIONS_MAX, FILTER_LENGTH_MAX } from '../../config/limits.ts';
import { ApiError } from '../../errors/api-error.ts';
import type { Condition } from '../../storage/store.ts';
import { parseFilter } from './filter.ts';

const ATTRIBUTES = {
  status: { column: 'status', type: 'string' },
  'user.id': { column: 'user_id', type: 'string', operators: ['eq'] },
  enabled: { column: 'enabled', type: 'boolean' },
  attempts: { column: 'attempts', type: 'number' },
  createdAt: { column: 'created_at', type: 'instant' },
} as const;

const parse = (filter: string) => parseFilter(filter, ATTRIBUTES);

function refusal(filter: string) {
  try {
    parse(filter);
  } catch (error) {
    assert.ok(error instanceof ApiError, `${filter}: ${error}`);
    assert.equal(error.code, 'INVALID_DATA');
    const [detail] = error.details;
    assert.equal(detail?.code, 'INVALID_FILTER');
    assert.equal(detail?.target, 'filter');
    return detail;
  }
  return assert.fail(`taken: ${filter}`);
}

describe('a SCIM filter', () => {
  test('compares each type as the store keeps it', () => {
    const cases: [string, Condition][] = [
      ['status eq "ACTIVE"', { column: 'status', is: 'eq', value: 'ACTIVE' }],
      ['status ne "A"', { column: 'status', is: 'ne', value: 'A' }],
      ['status sw "A"', { column: 'status', is: 'startsWith', value: 'A' }],
      ['status co "%_\\"\\\\"', { column: 'status', is: 'contains', value: '%_"\\' }],
      ['status pr', { column: 'status', is: 'present' }],
      ['user.id eq "7"', { column: 'user_id', is: 'eq', value: '7' }],
      ['user[id eq "7"]', { column: 'user_id', is: 'eq', value: '7' }],
      ['User [ ID eq "7" ]', { column: 'user_id', is: 'eq', value: '7' }],
      ['enabled eq true', { column: 'enabled', is: 'eq', value: 1 }],
      ['enabled eq FALSE', { column: 'enabled', is: 'eq', value: 0 }],
      ['attempts ge 3', { column: 'attempts', is: 'ge', value: 3 }],
      ['attempts lt -3', { column: 'attempts', is: 'lt', value: -3 }],
      [
        'createdAt gt "2026-03-04T05:06:07.089Z"',
        { column: 'created_at', is: 'gt', value: Date.UTC(2026, 2, 4, 5, 6, 7, 89) },
      ],
      [
        'createdAt le "2026-03-04T05:06+01:00"',
        { column: 'created_at', is: 'le', value: Date.UTC(2026, 2, 4, 4, 6) },
      ],
    ];
    for (const [filter, condition] of cases) assert.deepEqual(parse(filter), condition, filter);
  });

  test('takes names and operators in any case', () => {
    assert.deepEqual(parse(' STATUS Eq "x"  '), { column: 'status', is: 'eq', value: 'x' });
    assert.deepEqual(parse('Not (status PR)'), { not: { column: 'status', is: 'present' } });
  });

  test('binds "and" stronger than "or", and brackets stronger than both', () => {
    const [a, b, c] = ['a', 'b', 'c'].map(
      (value) => ({ column: 'status', is: 'eq', value }) as const,
    );
    assert.deepEqual(parse('status eq "a" or status eq "b" and status eq "c"'), {
      any: [a, { all: [b, c] }],
    });
    assert.deepEqual(parse('(status eq "a" or status eq "b") and not(status eq "c")'), {
      all: [{ any: [a, b] }, { not: c }],
    });
  });

  test('is refused when it is no filter', () => {
    const filters = [
      '',
      ' ',
      'status',
      'status eq',
      'status eq ACTIVE',
      "status eq 'ACTIVE'",
      'status eq "ACTIVE',
      'status eq "a" and',
      'and status eq "a"',
      'status eq "a" status eq "b"',
      '(status eq "a"',
      'status eq "a")',
      '()',
      'not status eq "a"',
      'not not (status eq "a")',
      'status eq null',
      'status eq 1',
      'status eq "\\u0000"',
      'status eq "\\ud800"',
      'status eq "\\x"',
      'status eq "a\nb"',
      'status; drop table users',
      'status eq "a" constructor status eq "b"',
      'emails[type eq "work"]',
      'attempts eq 1.5',
      'attempts eq 1e999',
      'attempts eq 9007199254740993',
      'attempts eq "1"',
      'attempts sw 1',
      'enabled eq 1',
      'enabled gt true',
      'createdAt gt "yesterday"',
      'createdAt gt "2026-13-01T00:00:00Z"',
      'createdAt gt 5',
    ];
    for (const filter of filters) refusal(filter);
  });

  test('tells which attributes and operators there are', () => {
    const unknown = refusal('secret eq "x"');
    assert.deepEqual(unknown.innerError?.allowedValues, Object.keys(ATTRIBUTES));
    assert.deepEqual(refusal('user.id sw "x"').innerError?.allowedValues, ['eq']);
    for (const name of ['constructor', '__proto__', 'toString']) refusal(`${name} eq "x"`);
    assert.ok(!JSON.stringify(unknown).includes('secret'), 'the filter is not echoed');
  });

  test('is bounded in length, in conditions and in depth', () => {
    refusal(`status eq "${'x'.repeat(FILTER_LENGTH_MAX)}"`);
    const many = (count: number) => Array(count).fill('status pr').join(' or ');
    parse(many(FILTER_CONDITIONS_MAX));
    refusal(many(FILTER_CONDITIONS_MAX + 1));
    const deep = (depth: number) => `${'not ('.repeat(depth)}status pr${')'.repeat(depth)}`;
    parse(deep(20));
    refusal(deep(21));
  });

  test('never throws anything but the catalogue error, whatever the text', () => {
    const words = fc.constantFrom(
      ...['status', 'enabled', 'attempts', 'createdAt', 'eq', 'sw', 'pr', 'and', 'or', 'not'],
      ...['(', ')', '"a"', '"', '\\', '1', '-1e9', 'true', 'null', '[', ']', '\u0000', '\ud800'],
    );
    const texts = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.array(words, { maxLength: 30 }).map((parts) => parts.join(' ')),
      fc.array(words, { maxLength: 30 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(texts, (filter) => {
        try {
          parse(filter);
        } catch (error) {
          assert.ok(error instanceof ApiError, String(error));
        }
      }),
      { numRuns: 3_000 },
    );
  });

  test('means what it says: a condition written as a filter reads back as itself', () => {
    const leaf = fc
      .tuple(fc.constantFrom('eq', 'ne', 'gt', 'ge', 'lt', 'le'), fc.string())
      .filter(([, value]) => !value.includes('\0') && value.isWellFormed())
      .map(([is, value]) => ({ column: 'status', is, value }) as Condition);
    const tree = fc.letrec<{ node: Condition }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 3 },
        leaf,
        fc.array(tie('node'), { minLength: 2, maxLength: 3 }).map((all) => ({ all })),
        fc.array(tie('node'), { minLength: 2, maxLength: 3 }).map((any) => ({ any })),
        tie('node').map((not) => ({ not })),
      ),
    })).node;
    const write = (condition: Condition): string => {
      if ('all' in condition) return condition.all.map((one) => `(${write(one)})`).join(' and ');
      if ('any' in condition) return condition.any.map((one) => `(${write(one)})`).join(' or ');
      if ('not' in condition) return `not (${write(condition.not)})`;
      const value = 'value' in condition ? JSON.stringify(condition.value) : '';
      return `${condition.column} ${condition.is} ${value}`;
    };
    fc.assert(
      fc.property(tree, (condition) => {
        const filter = write(condition);
        fc.pre(filter.length <= FILTER_LENGTH_MAX);
        assert.deepEqual(parse(filter), condition);
      }),
    );
  });
});
