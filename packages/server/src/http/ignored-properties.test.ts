import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Type } from 'typebox';
import { operation, recorder, startTestApp, THINGS, thingsOf } from './testing-app.ts';

describe('properties that the schema does not have', () => {
  const body = Type.Object(
    { email: Type.Optional(Type.String()), name: Type.String() },
    { additionalProperties: false },
  );
  const { requests, handle } = recorder();
  const create = operation({ id: 'create', method: 'POST', path: THINGS, body, handle });

  test('are ignored as on the platform, and the answer names them', async (context) => {
    const { ask } = await startTestApp(context, [create]);
    const misspelt = await ask(thingsOf(), { body: { name: 'x', emial: 'k@shop.example' } });
    assert.equal(misspelt.status, 200);
    assert.equal(misspelt.headers.get('ignored-properties'), 'emial');
    assert.deepEqual(requests.at(-1)?.body, { name: 'x' });
    const right = await ask(thingsOf(), { body: { name: 'x', email: 'k@shop.example' } });
    assert.equal(right.headers.get('ignored-properties'), null);
    const required = await ask(thingsOf(), { body: { nmae: 'x' } });
    const [detail] = required.body.details;
    assert.deepEqual(
      [required.status, detail.code, detail.target],
      [400, 'REQUIRED_VALUE', 'name'],
    );
  });

  test('are named only as a header can hold them, and not without end', async (context) => {
    const { ask } = await startTestApp(context, [create]);
    const odd = { 'a\r\nset-cookie: x': 1, ä: 1, [`${'x'.repeat(65)}`]: 1, '': 1 };
    const answer = await ask(thingsOf(), { body: { name: 'x', ...odd } });
    assert.deepEqual([answer.status, answer.headers.get('ignored-properties')], [200, null]);
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`p${at}`, at]));
    const { headers } = await ask(thingsOf(), { body: { name: 'x', ...many } });
    assert.equal(headers.get('ignored-properties')?.split(', ').length, 20);
  });
});
