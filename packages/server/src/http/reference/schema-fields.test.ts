import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Type } from 'typebox';
import { Uuid } from '../../resources/kit/schemas.ts';
import { fieldsOf } from './schema-fields.ts';

const closed = { additionalProperties: false };
const rows = (schema: object | null) =>
  fieldsOf(schema).map(({ path, type, isRequired }) => `${path}: ${type}${isRequired ? ' !' : ''}`);

describe('the fields of a schema', () => {
  test('have paths as clients write them, and are required with all around them', () => {
    const reference = Type.Object({ id: Uuid }, closed);
    const schema = Type.Object({
      _links: Type.Object({ self: Type.String() }),
      user: reference,
      policy: Type.Optional(reference),
      order: Type.Array(reference, { minItems: 1 }),
      names: Type.Array(Type.String()),
      level: Type.Union([Type.Literal('LOW'), Type.Literal('HIGH')]),
    });
    assert.deepEqual(rows(schema), [
      'user.id: id !',
      'policy.id: id',
      'order: list of object !',
      'order[].id: id !',
      'names: list of string !',
      'level: LOW | HIGH !',
    ]);
  });

  test('say their bounds, and what the schema says of them', () => {
    const schema = Type.Object({
      count: Type.Integer({ minimum: 1, maximum: 7, description: 'How many.' }),
      name: Type.String({ maxLength: 5, default: 'x' }),
    });
    assert.deepEqual(
      fieldsOf(schema).map(({ rules }) => rules),
      ['How many; 1 to 7', 'at most 5 characters; default: "x"'],
    );
  });

  test('of a union stand once where all branches share them, else with their branch', () => {
    const branch = (type: string, more: object) =>
      Type.Object({ type: Type.Literal(type), name: Type.String(), ...more }, closed);
    const schema = {
      type: 'object',
      discriminator: { propertyName: 'type' },
      oneOf: [branch('ONE', { one: Type.Boolean() }), branch('TWO', {})],
    };
    assert.deepEqual(rows(schema), ['type: ONE | TWO !', 'name: string !', 'one (ONE): boolean !']);
  });

  test('of nothing are none', () => assert.deepEqual(rows(null), []));
});
