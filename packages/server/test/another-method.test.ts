/**
 * The rule that a method is one folder and one line: a made-up one, known to this test only, is
 * paired, chosen, checked and shown by the whole server without any other change.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Type } from 'typebox';
import type { AuthenticationMethod } from '../src/methods/authentication-method.ts';
import { createRegistry } from '../src/methods/registry.ts';
import { FAILURE_RULE } from '../src/policy/blocks.ts';
import { errorOf } from '../src/testing/client.ts';
import { aDefaultPolicy } from '../src/testing/policies.ts';
import { aDevice, aFlow, aUser, check } from '../src/testing/scenario.ts';
import { startTestServer, type TestServer } from '../src/testing/server.ts';

const failure = { count: 2, coolDown: { duration: 2, timeUnit: 'MINUTES' as const } };
const block = { enabled: true, otp: { failure } };

/** The user answers with his riddle's word, backwards. */
const riddle: AuthenticationMethod = {
  type: 'RIDDLE',
  policyKey: 'riddle',
  policyOptional: true,
  waitingStatus: 'OTP_REQUIRED',
  answerKind: 'otp',
  amr: ['kba'],
  initialStatuses: ['ACTIVE'],
  schemas: {
    create: { word: Type.String({ minLength: 1, maxLength: 20 }) },
    view: { length: Type.Integer() },
    policy: Type.Object(
      { enabled: Type.Boolean(), otp: Type.Object({ failure: FAILURE_RULE }) },
      { additionalProperties: false },
    ),
  },
  defaultPolicy: block,
  create: ({ word }) => ({ credential: { word }, uniqueKey: `RIDDLE:${word}` }),
  challenge: () => ({ challenge: { state: {} } }),
  verify: ({ otp }, _challenge, { credential }) =>
    otp === String(credential.word).split('').reverse().join('')
      ? { verdict: 'VERIFIED', credential }
      : { verdict: 'REJECTED' },
  view: ({ credential }) => ({ length: String(credential.word).length }),
};

let server: TestServer;
before(async () => {
  const methods = createRegistry([...createRegistry().all(), riddle]);
  server = await startTestServer({ methods });
});
after(() => server.close());

test('a method that only the registry names works in the whole server', async () => {
  const policies = await server.api('/deviceAuthenticationPolicies');
  assert.deepEqual(policies.body._embedded.deviceAuthenticationPolicies[0].riddle, block);
  const user = await aUser(server);
  const device = await aDevice(server, user, { type: 'RIDDLE', word: 'sentry' });
  assert.deepEqual([device.type, device.length, device.word], ['RIDDLE', 6, undefined]);
  const flow = await aFlow(server, user);
  assert.equal(flow._embedded.devices[0].length, 6);
  assert.equal(errorOf(await check(server, flow.id, 'sentry')).detail, 'INVALID_OTP');
  const done = await check(server, flow.id, 'yrtnes');
  assert.deepEqual(done.body.authenticators, ['kba', 'mfa']);
  const again = await server.api(`/users/${user.id}/devices`, {
    body: { type: 'RIDDLE', word: 'sentry' },
  });
  assert.equal(errorOf(again).target, 'word');
  const missing = await server.api(`/users/${user.id}/devices`, { body: { type: 'RIDDLE' } });
  assert.equal(errorOf(missing).detail, 'REQUIRED_VALUE');
  await aDefaultPolicy(server, { riddle: { ...block, enabled: false } });
  assert.equal((await aFlow(server, user)).error.code, 'NO_USABLE_DEVICES');
  const openapi = await server.raw('/openapi.json');
  assert.match(openapi.text, /"RIDDLE"/);
});
