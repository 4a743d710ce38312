import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type TSchema, Type } from 'typebox';
import { ApiError, type ErrorDetail } from '../errors/api-error.ts';
import { Reference, Timestamp, Uuid } from '../resources/kit/schemas.ts';
import { createValidators } from './validators.ts';

const ID = '5b0a7a36-52b7-4a43-9c18-0a3d1b7e4f20';
const validators = createValidators();

const closed = { additionalProperties: false };
const SCHEMA = Type.Object(
  {
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 5 })),
    code: Type.Optional(Type.String({ minLength: 3, pattern: '^[a-z]*$' })),
    type: Type.Optional(Type.Union([Type.Literal('SMS'), Type.Literal('EMAIL')])),
    level: Type.Optional(Type.String({ enum: ['LOW', 'HIGH'] })),
    fixed: Type.Optional(Type.Literal('ONE')),
    otp: Type.Optional(
      Type.Object(
        { failure: Type.Object({ count: Type.Integer({ minimum: 1, maximum: 7 }) }, closed) },
        closed,
      ),
    ),
    seconds: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
    order: Type.Optional(Type.Array(Reference, { minItems: 1, maxItems: 3 })),
    few: Type.Optional(Type.Array(Type.Integer(), { minItems: 2, maxItems: 4 })),
    variables: Type.Optional(
      Type.Record(Type.String(), Type.String({ maxLength: 3 }), { maxProperties: 2 }),
    ),
    until: Type.Optional(Timestamp),
    either: Type.Optional(
      Type.Union([Type.Boolean(), Type.Object({ id: Uuid, count: Type.Integer() })]),
    ),
  },
  closed,
);

function detailsFor(value: unknown, schema: TSchema = SCHEMA, sizeBytes = 100) {
  try {
    validators.validator(schema)(value, sizeBytes);
  } catch (error) {
    assert.ok(error instanceof ApiError && error.code === 'INVALID_DATA', String(error));
    return error.details;
  }
  return [];
}

const withoutMessage = ({ message, ...detail }: ErrorDetail) => {
  assert.ok(message.length > 0);
  return detail;
};

describe('a value that is not valid', () => {
  const range = { rangeMinimumValue: 1, rangeMaximumValue: 7 };
  const cases: [string, unknown, Omit<ErrorDetail, 'message'>][] = [
    ['missing', { otp: {} }, { code: 'REQUIRED_VALUE', target: 'otp.failure' }],
    [
      'missing deep',
      { otp: { failure: {} } },
      { code: 'REQUIRED_VALUE', target: 'otp.failure.count' },
    ],
    [
      'missing in an array',
      { order: [{ id: ID }, {}] },
      { code: 'REQUIRED_VALUE', target: 'order[1].id' },
    ],
    ['an empty text', { name: '' }, { code: 'EMPTY_VALUE', target: 'name' }],
    ['an empty text that should be long', { code: '' }, { code: 'EMPTY_VALUE', target: 'code' }],
    ['a short text', { code: 'ab' }, { code: 'INVALID_VALUE', target: 'code' }],
    [
      'a long text',
      { name: '123456' },
      { code: 'SIZE_LIMIT_EXCEEDED', target: 'name', innerError: { maximumValue: 5 } },
    ],
    [
      'a pattern',
      { code: 'ABC' },
      { code: 'INVALID_VALUE', target: 'code', innerError: { allowedPattern: '^[a-z]*$' } },
    ],
    [
      'no constant of a union',
      { type: 'FAX' },
      { code: 'INVALID_VALUE', target: 'type', innerError: { allowedValues: ['SMS', 'EMAIL'] } },
    ],
    [
      'another type than the union',
      { type: 7 },
      { code: 'INVALID_VALUE', target: 'type', innerError: { allowedValues: ['SMS', 'EMAIL'] } },
    ],
    [
      'no value of an enum',
      { level: 'MID' },
      { code: 'INVALID_VALUE', target: 'level', innerError: { allowedValues: ['LOW', 'HIGH'] } },
    ],
    [
      'no constant',
      { fixed: 'TWO' },
      { code: 'INVALID_VALUE', target: 'fixed', innerError: { allowedValues: ['ONE'] } },
    ],
    [
      'too small',
      { otp: { failure: { count: 0 } } },
      { code: 'OUT_OF_RANGE', target: 'otp.failure.count', innerError: range },
    ],
    [
      'too large',
      { otp: { failure: { count: 8 } } },
      { code: 'OUT_OF_RANGE', target: 'otp.failure.count', innerError: range },
    ],
    [
      'on the edge',
      { seconds: 0 },
      { code: 'OUT_OF_RANGE', target: 'seconds', innerError: { rangeMinimumValue: 0 } },
    ],
    [
      'a fraction',
      { otp: { failure: { count: 1.5 } } },
      { code: 'INVALID_VALUE', target: 'otp.failure.count' },
    ],
    [
      'a text for a number',
      { otp: { failure: { count: '3' } } },
      { code: 'INVALID_VALUE', target: 'otp.failure.count' },
    ],
    ['null', { name: null }, { code: 'INVALID_VALUE', target: 'name' }],
    ['an empty list', { order: [] }, { code: 'EMPTY_VALUE', target: 'order' }],
    [
      'a short list',
      { few: [1] },
      {
        code: 'OUT_OF_RANGE',
        target: 'few',
        innerError: { rangeMinimumValue: 2, rangeMaximumValue: 4 },
      },
    ],
    [
      'a long list',
      { few: [1, 2, 3, 4, 5] },
      { code: 'SIZE_LIMIT_EXCEEDED', target: 'few', innerError: { maximumValue: 4 } },
    ],
    [
      'a long value of a map',
      { variables: { 'a/b~c.d': 'long' } },
      { code: 'SIZE_LIMIT_EXCEEDED', target: 'variables.a/b~c.d', innerError: { maximumValue: 3 } },
    ],
    [
      'a large map',
      { variables: { a: '', b: '', c: '' } },
      { code: 'SIZE_LIMIT_EXCEEDED', target: 'variables', innerError: { maximumValue: 2 } },
    ],
    ['no branch of a union', { either: 'x' }, { code: 'INVALID_VALUE', target: 'either' }],
  ];
  test('is told by its code, its target and what would be allowed', () => {
    for (const [name, value, expected] of cases) {
      assert.deepEqual(detailsFor(value).map(withoutMessage), [expected], name);
    }
  });

  test('is told by what is wrong inside where a union was meant', () => {
    const targets = (value: unknown) =>
      detailsFor(value).map(({ code, target }) => `${code} ${target}`);
    assert.deepEqual(targets({ either: { id: ID } }), ['REQUIRED_VALUE either.count']);
    assert.deepEqual(targets({ either: { id: ID, count: 'x' } }), ['INVALID_VALUE either.count']);
  });

  test('is told with the allowed form of ids and moments', () => {
    for (const id of ['', '7', ID.toUpperCase(), `urn:uuid:${ID}`]) {
      const [detail] = detailsFor({ order: [{ id }] });
      assert.deepEqual([detail?.code, detail?.target], ['INVALID_VALUE', 'order[0].id'], id);
      assert.match(detail?.innerError?.allowedPattern ?? '', /0-9a-f/);
    }
    const moments = ['2026-03-04', '2026-03-04T05:06:07Z', '2026-03-04T05:06:07.089+00:00'];
    for (const until of [...moments, '2026-02-30T05:06:07.089Z', '2026-03-04T05:06:60.000Z']) {
      assert.equal(detailsFor({ until })[0]?.target, 'until', until);
    }
    assert.deepEqual(detailsFor({ until: '2026-03-04T05:06:07.089Z' }), []);
  });

  test('is told in words what it would have to be', () => {
    const schema = Type.Object({
      email: Type.Optional(Type.String({ format: 'email' })),
      id: Type.Optional(Uuid),
      at: Type.Optional(Type.String({ format: 'date-time' })),
      kind: Type.Optional(Type.Enum(['ONE', 'TWO'])),
      count: Type.Optional(Type.Integer({ minimum: 1, maximum: 15 })),
    });
    const cases: [object, RegExp][] = [
      [{ email: 'kaisa' }, /not an e-mail address: name@shop\.example/],
      [{ id: 'X' }, /UUID in lower case/],
      [{ at: 'soon' }, /not a time: 2026-/],
      [{ kind: 'THREE' }, /not one of: ONE, TWO/],
      [{ count: 16 }, /not between 1 and 15/],
    ];
    for (const [value, words] of cases) {
      assert.match(detailsFor(value, schema)[0]?.message ?? '', words);
    }
  });

  test('by the tag that tells branches apart is named, and only its own branch is applied', () => {
    const branch = (type: string, more: Record<string, TSchema>) =>
      Type.Object({ type: Type.Literal(type), ...more }, closed);
    const tagged = Type.Unsafe({
      type: 'object',
      required: ['type'],
      discriminator: { propertyName: 'type' },
      oneOf: [branch('SMS', { phone: Type.String() }), branch('EMAIL', { email: Type.String() })],
    });
    const unknown = detailsFor({ type: 'FAX' }, tagged).map(withoutMessage);
    const allowedValues = ['SMS', 'EMAIL'];
    assert.deepEqual(unknown, [
      { code: 'INVALID_VALUE', target: 'type', innerError: { allowedValues } },
    ]);
    assert.equal(detailsFor({}, tagged)[0]?.code, 'REQUIRED_VALUE');
    assert.equal(detailsFor({ type: 'EMAIL' }, tagged)[0]?.target, 'email');
    const value = { type: 'EMAIL', email: 'a@b', phone: 'x' };
    assert.deepEqual(detailsFor(value, tagged), []);
    assert.deepEqual(value, { type: 'EMAIL', email: 'a@b' });
  });
});

test('a union in an array is judged item by item', () => {
  const schema = Type.Array(
    Type.Union([Type.Object({ a: Type.String() }), Type.Object({ b: Type.String() })]),
  );
  const values = [...Array(10).fill({ a: 'x' }), 7, { a: 7, b: 7 }, { b: 'x' }];
  const targets = detailsFor(values, schema).map(({ target }) => target);
  assert.deepEqual(targets, ['[11].a', '[11].b', '[10]']);
  const many = Array(5_000).fill(7);
  // The work, not the time: the machine may be busy.
  const before = process.cpuUsage();
  assert.equal(detailsFor(many, schema).length, 20);
  assert.ok(process.cpuUsage(before).user < 500_000);
});

describe('the details of an error', () => {
  test('name each bad value once, the deepest first', () => {
    const bad = { name: '', code: 'A', otp: { failure: { count: 9 } }, order: [{ id: 'x' }] };
    const details = detailsFor(bad);
    assert.deepEqual(
      details.map(({ target }) => target),
      ['otp.failure.count', 'order[0].id', 'name', 'code'],
    );
  });

  test('are at most twenty, and one for a large body', () => {
    const schema = Type.Array(Type.Integer());
    const values = Array<string>(1_000).fill('x');
    assert.equal(detailsFor(values, schema).length, 20);
    assert.equal(detailsFor(values, schema, 50_000).length, 1);
  });

  test('never hold the value', () => {
    const secret = 'hunter2';
    const values = Object.keys(SCHEMA.properties).map((name) => ({ [name]: secret }));
    for (const value of [...values, { order: [secret] }, { variables: { a: secret } }]) {
      const details = detailsFor(value);
      assert.equal(details.length, 1, JSON.stringify(value));
      assert.ok(!JSON.stringify(details).includes(secret), JSON.stringify(details));
    }
  });

  test('are made of any value without another error', () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.constantFrom(...Object.keys(SCHEMA.properties)),
        (one, name) => {
          for (const value of [one, { [name]: one }, { otp: { failure: one } }, { order: [one] }]) {
            assert.ok(detailsFor(structuredClone(value)).length <= 20);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

test('what a closed schema does not list is removed, at every depth', () => {
  const value = {
    name: 'x',
    _links: {},
    otp: { failure: { count: 1, x: 1 }, y: 1 },
    order: [{ id: ID, z: 1 }],
  };
  assert.deepEqual(detailsFor(value), []);
  assert.deepEqual(value, { name: 'x', otp: { failure: { count: 1 } }, order: [{ id: ID }] });
});

test('a schema with a keyword that there is not is noticed when it is checked', () => {
  validators.check(SCHEMA);
  assert.throws(() => validators.check(Type.Unsafe({ type: 'string', maxLenght: 3 })), /maxLenght/);
});
