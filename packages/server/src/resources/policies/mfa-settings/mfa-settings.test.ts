/** `…/mfaSettings` over HTTP; contract §3.9. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { errorOf, invalidData } from '../../../testing/client.ts';
import { aDevice, aFlow, aUser, check, ever } from '../../../testing/scenario.ts';
import { startTestServer, type TestServer } from '../../../testing/server.ts';

const DEFAULTS = {
  pairing: { maxAllowedDevices: 5, pairingKeyFormat: 'NUMERIC' },
  phoneExtensions: { enabled: false },
  users: { mfaEnabled: true },
};

describe('MFA settings', () => {
  let server: TestServer;

  before(async () => {
    server = await startTestServer();
  });
  after(() => server?.close());

  const put = (body: object) => server.api('/mfaSettings', { method: 'PUT', body });
  const settings = ({ body }: { body: Record<string, unknown> }) => {
    const { _links, environment, updatedAt, ...rest } = body;
    assert.ok(_links && environment && updatedAt);
    return rest;
  };

  test('begin with the documented defaults', async () => {
    const read = await server.api('/mfaSettings');
    assert.equal(read.status, 200);
    assert.deepEqual(settings(read), DEFAULTS);
    assert.deepEqual(read.body.environment, { id: server.environmentId });
  });

  test('are replaced as a whole, and a reset brings the defaults back', async () => {
    const whole = {
      lockout: { failureCount: 6, durationSeconds: 1_200 },
      pairing: { maxAllowedDevices: 10, pairingKeyFormat: 'ALPHANUMERIC' },
      phoneExtensions: { enabled: true },
      users: { mfaEnabled: false },
      authentication: { deviceSelection: 'PROMPT_TO_SELECT' },
    };
    const replaced = await put(whole);
    assert.equal(replaced.status, 200, replaced.text);
    assert.deepEqual(settings(replaced), whole);
    const read = await server.api('/mfaSettings');
    assert.deepEqual(read.body, replaced.body);
    const again = await put(read.body);
    assert.deepEqual(settings(again), whole, 'what was read can be sent back');
    const less = await put({ pairing: { maxAllowedDevices: 3 }, users: {} });
    assert.deepEqual(settings(less), {
      ...DEFAULTS,
      pairing: { maxAllowedDevices: 3, pairingKeyFormat: 'NUMERIC' },
    });
    for (const nothing of [{}, { pairing: {} }, { pairing: null, phoneExtensions: {} }]) {
      assert.deepEqual(settings(await put(nothing)), DEFAULTS);
    }
    await put(whole);
    const reset = await server.api('/mfaSettings', { method: 'DELETE' });
    assert.equal(reset.status, 204);
    assert.deepEqual(settings(await server.api('/mfaSettings')), DEFAULTS);
    const { body } = await server.api(
      `/activities?filter=${encodeURIComponent(ever('action.type eq "MFA_SETTINGS.UPDATED"'))}`,
    );
    assert.equal(body.count, 8);
    const [{ type, id, name }] = body._embedded.activities[0].resources;
    const environment = server.environmentId;
    assert.deepEqual([type, id, name], ['MFA_SETTINGS', environment, environment]);
  });

  test('are refused outside their ranges', async () => {
    const cases: [object, string, string][] = [
      [{ pairing: { maxAllowedDevices: 0 } }, 'OUT_OF_RANGE', 'pairing.maxAllowedDevices'],
      [{ pairing: { maxAllowedDevices: 16 } }, 'OUT_OF_RANGE', 'pairing.maxAllowedDevices'],
      [{ pairing: { maxAllowedDevices: 1.5 } }, 'INVALID_VALUE', 'pairing.maxAllowedDevices'],
      [{ pairing: { pairingKeyFormat: 'HEX' } }, 'INVALID_VALUE', 'pairing.pairingKeyFormat'],
      [{ lockout: {} }, 'REQUIRED_VALUE', 'lockout.failureCount'],
      [{ lockout: { failureCount: -1 } }, 'OUT_OF_RANGE', 'lockout.failureCount'],
      [
        { lockout: { failureCount: 3, durationSeconds: -1 } },
        'OUT_OF_RANGE',
        'lockout.durationSeconds',
      ],
      [
        { authentication: { deviceSelection: 'ALWAYS_DISPLAY_DEVICES' } },
        'INVALID_VALUE',
        'authentication.deviceSelection',
      ],
    ];
    for (const [body, detail, target] of cases) {
      assert.deepEqual(errorOf(await put(body)), invalidData(detail, target));
    }
  });

  test('take a lock that never comes, and one that never ends', async () => {
    for (const lockout of [
      { failureCount: 0 },
      { failureCount: 0, durationSeconds: 0 },
      { failureCount: 500, durationSeconds: 0 },
    ]) {
      assert.deepEqual(settings(await put({ lockout })), { ...DEFAULTS, lockout });
    }
    await put({ lockout: { failureCount: 0 } });
    const user = await aUser(server);
    await aDevice(server, user);
    const { id } = await aFlow(server, user);
    // Longer than what was sent, and so surely wrong.
    assert.equal(errorOf(await check(server, id, '0000000')).detail, 'INVALID_OTP');
    assert.equal((await aFlow(server, user)).status, 'OTP_REQUIRED');
  });

  test('are in force at once: the maximum of devices', async () => {
    const user = await aUser(server);
    await aDevice(server, user);
    await put({ pairing: { maxAllowedDevices: 1 } });
    const reply = await server.api(`/users/${user.id}/devices`, {
      body: { type: 'EMAIL', email: 'another@shop.example' },
    });
    assert.deepEqual(errorOf(reply), {
      status: 400,
      code: 'REQUEST_FAILED',
      detail: 'LIMIT_EXCEEDED',
      target: undefined,
    });
    assert.deepEqual(reply.body.details[0].innerError, { maximumAllowed: 1, maximumValue: 1 });
    await server.api('/mfaSettings', { method: 'DELETE' });
  });
});
