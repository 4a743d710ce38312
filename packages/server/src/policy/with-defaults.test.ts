import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Type } from 'typebox';
import { withDefaults } from './with-defaults.ts';

const DURATION = Type.Object({ duration: Type.Integer() }, { default: { duration: 40 } });
const ITEM = Type.Object({
  count: Type.Optional(Type.Integer({ default: 5 })),
  timeout: Type.Optional(DURATION),
  note: Type.Optional(Type.String()),
});
const SCHEMA = Type.Object({
  item: Type.Optional(ITEM),
  made: Type.Optional(Type.Object({ ...ITEM.properties }, { default: {} })),
  items: Type.Optional(Type.Array(ITEM)),
  words: Type.Optional(Type.Record(Type.String(), Type.String())),
});

test('fills what is left out of objects and lists that are there, and makes no others', () => {
  const whole = { count: 5, timeout: { duration: 40 } };
  assert.deepEqual(withDefaults(SCHEMA, {}), { made: whole });
  assert.deepEqual(withDefaults(SCHEMA, { item: {}, items: [{}, { count: 0 }] }), {
    item: whole,
    items: [whole, { ...whole, count: 0 }],
    made: whole,
  });
});

test('keeps what is given, also where it is false, nothing, or of any name', () => {
  const given = {
    item: { count: 0, timeout: { duration: 0 }, note: '' },
    made: { count: 1, timeout: { duration: 1 } },
    words: { default: 'x', properties: 'y' },
  };
  const copy = structuredClone(given);
  assert.deepEqual(withDefaults(SCHEMA, given), copy);
  assert.deepEqual(given, copy, 'the given value is not changed');
});

test('takes null as left out', () => {
  assert.deepEqual(withDefaults(ITEM, { count: null, timeout: null, note: null }), {
    count: 5,
    timeout: { duration: 40 },
  });
});
