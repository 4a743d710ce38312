/** Which limits count: the policies', the platform's, the settings'; contract messages §3, §4.1, §5. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, beforeEach, describe, test } from 'node:test';
import { errorOf, type Reply } from '../../../testing/client.ts';
import { countMessages, limitMessages, rejections } from '../../../testing/limits.ts';
import { allowMessages, policyBody } from '../../../testing/policies.ts';
import { aDevice, aFlow, aUser, select, start } from '../../../testing/scenario.ts';
import { startTestServer, type TestServer } from '../../../testing/server.ts';
import { issueUserToken } from '../../platform/tokens/issue-token.ts';

const DAY = 24 * 3_600_000;
const perUser = (...deliveryMethods: string[]) => ({ type: 'USER', deliveryMethods });

describe('the limits in force', () => {
  let server: TestServer;
  let number = 0;
  before(async () => {
    server = await startTestServer();
    await allowMessages(server);
  });
  after(() => server?.close());
  // A day of its own for each test.
  beforeEach(async () => {
    server.advance(DAY);
    await server.renew();
  });

  const aPhone = () => `+3584012${String(++number).padStart(5, '0')}`;
  const assertLimited = (reply: Reply, innerError: object, target = 'device.id') => {
    assert.deepEqual(errorOf(reply), {
      status: 400,
      code: 'REQUEST_FAILED',
      detail: 'LIMIT_EXCEEDED',
      target,
    });
    assert.deepEqual(reply.body.details[0].innerError, innerError);
  };
  const maximum = (count: number) => ({ maximumAllowed: count, maximumValue: count });

  test("the request's policy counts before the MFA policy's, and that before the default", async () => {
    await limitMessages(server);
    const quotas = (total: number) => [{ ...perUser('Email'), total }];
    const made = async (total: number) => {
      const body = { name: `n-${randomUUID()}`, quotas: quotas(total) };
      return (await server.api('/notificationsPolicies', { body })).body.id;
    };
    const [strict, middle] = [await made(1), await made(2)];
    const mfa = await server.api('/deviceAuthenticationPolicies', {
      body: policyBody(`m-${randomUUID()}`, { notificationsPolicy: { id: middle } }),
    });
    const user = await aUser(server);
    const device = await aDevice(server, user);
    const under = (more: object) => aFlow(server, user, more);
    const request = { notification: { policy: { id: strict } } };
    const policy = { policy: { id: mfa.body.id } };
    const flow = await under({ ...policy, ...request });
    assert.equal(flow.status, 'OTP_REQUIRED');
    assert.equal((await under({ ...policy, ...request })).status, 'FAILED');
    // A later call of the flow keeps what the start said.
    assertLimited(await select(server, flow.id, device.id), maximum(1));
    assert.equal((await under(policy)).status, 'OTP_REQUIRED');
    assert.equal((await under(policy)).status, 'FAILED');
    assert.equal((await under({})).status, 'OTP_REQUIRED');
    // Who sends a message hangs on the policy, too, and on the country of a number.
    const { store } = server.server.parts;
    const newest = { limit: 1, descending: true } as const;
    const newestMessage = async () =>
      (await store.list('messages', server.environmentId, newest))[0]?.doc;
    const phone = { selectedDevice: { oneTime: { type: 'SMS', phone: '+14165551234' } } };
    await under({ ...policy, ...phone });
    const first = await newestMessage();
    assert.deepEqual([first?.policyId, first?.country], [middle, 'CA']);
    await under(phone);
    const second = await newestMessage();
    assert.deepEqual([second?.policyId, second?.country], [undefined, 'CA'], 'the default');
    // What is named no more is gone.
    const path = `/notificationsPolicies/${strict}`;
    assert.equal((await server.api(path, { method: 'DELETE' })).status, 204);
    assert.equal((await select(server, flow.id, device.id)).status, 400, "the MFA policy's");
  });

  test('the ceiling of the platform stands above every policy', async () => {
    await limitMessages(server);
    const user = await aUser(server);
    const oneTime = (index: number) => ({
      selectedDevice: { oneTime: { type: 'EMAIL', email: `x${index}@shop.example` } },
    });
    for (let index = 0; index < 50; index++) await aFlow(server, user, oneTime(index));
    assertLimited(await start(server, user, oneTime(50)), maximum(50));
  });

  test('the settings limit, too: text messages and calls of a user, and who is sent anything', async () => {
    await limitMessages(server);
    const setTo = async (body: object) => {
      const reply = await server.api('/notificationsSettings', { method: 'PUT', body });
      assert.equal(reply.status, 200, reply.text);
    };
    await setTo({ restrictions: { smsVoiceQuota: { daily: 1 } } });
    const user = await aUser(server);
    const sms = { selectedDevice: { oneTime: { type: 'SMS', phone: aPhone() } } };
    await aFlow(server, user, sms);
    assertLimited(await start(server, user, sms), maximum(1));
    await setTo({ restrictions: { smsVoiceQuota: { daily: 0 } } });
    assertLimited(await start(server, await aUser(server), sms), maximum(0));
    const other = await aUser(server);
    for (const one of [user, other]) await aDevice(server, one);
    await setTo({ deliveryMode: 'WHITELIST', whitelist: [{ user: { id: user.id } }] });
    const sent = await countMessages(server);
    assert.equal((await aFlow(server, user)).status, 'OTP_REQUIRED');
    assert.equal(await countMessages(server), sent + 1);
    assert.equal((await aFlow(server, other)).status, 'OTP_REQUIRED', 'the flow goes on');
    assert.deepEqual(await rejections(server, other.id), ['NOT_LISTED']);
    await aDevice(server, other, { type: 'SMS', phone: aPhone() });
    assert.equal(await countMessages(server), sent + 1, 'no notice either');
    await setTo({});
    assert.equal((await aFlow(server, other)).status, 'OTP_REQUIRED');
    assert.equal(await countMessages(server), sent + 2);
  });

  test('whoever authenticates chooses no limits', async () => {
    const id = await limitMessages(server);
    const user = await aUser(server);
    await aDevice(server, user);
    const owner = { environmentId: server.environmentId, userId: user.id, scopes: [] };
    const { token } = await issueUserToken(server.server.parts, owner);
    server.secret(token);
    const body = { user: { id: user.id }, notification: { policy: { id } } };
    const reply = await server.auth('/deviceAuthentications', { token, body });
    assert.deepEqual([reply.status, reply.body.code], [403, 'ACCESS_FAILED']);
  });
});
