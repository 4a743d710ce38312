/** What `mobile` of a native application may say, over HTTP. */
import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { applicationsOf, aWorker, HOME, startPlatform } from './testing-platform.ts';

const SECONDS_30 = { duration: 30, timeUnit: 'SECONDS' };
const hours = (amount: number) => ({ amount, units: 'HOURS' });

async function start(context: TestContext) {
  const platform = await startPlatform(context);
  const token = await platform.tokenOf();
  let made = 0;
  const create = (mobile?: unknown, more: object = {}) =>
    platform.ask(applicationsOf(), {
      token,
      method: 'POST',
      body: aWorker({ name: `Phone ${made++}`, type: 'NATIVE_APP', mobile, ...more }),
    });
  const at = (id: string, method = 'GET', body?: object) =>
    platform.ask(`${applicationsOf()}/${id}`, { token, method, ...(body ? { body } : {}) });
  return { ...platform, create, at };
}

describe('mobile settings', () => {
  test('have defaults, and no property that nobody knows', async (context) => {
    const { create, at } = await start(context);
    const DEFAULTS = {
      passcodeRefreshDuration: SECONDS_30,
      integrityDetection: { mode: 'DISABLED' },
    };
    assert.deepEqual((await create()).body.mobile, DEFAULTS);
    const given = await create({ bundleId: 'com.example', unheardOf: { a: 1 } });
    assert.deepEqual(given.body.mobile, { ...DEFAULTS, bundleId: 'com.example' });
    assert.deepEqual((await at(given.body.id)).body, given.body);
  });

  test('are kept as documented, and can be sent back', async (context) => {
    const { create, at } = await start(context);
    const whole = {
      bundleId: 'com.example.bundle',
      packageName: 'com.example.package',
      huaweiAppId: '104123456',
      huaweiPackageName: 'com.example.huawei',
      uriPrefix: 'https://app.example/',
      passcodeRefreshDuration: { duration: 45, timeUnit: 'SECONDS' },
      passcodeGracePeriod: 2,
      push: { numberMatching: { type: 'ENTER_MANUALLY' } },
      integrityDetection: {
        mode: 'ENABLED',
        excludedPlatforms: ['IOS'],
        cacheDuration: hours(48),
        googlePlay: { verificationType: 'INTERNAL' },
      },
    };
    const { status, body } = await create(whole);
    assert.equal(status, 201, JSON.stringify(body));
    assert.deepEqual(body.mobile, whole);
    const back = await at(body.id, 'PUT', body);
    assert.equal(back.status, 200, JSON.stringify(back.body));
    assert.deepEqual(back.body.mobile, whole);
  });

  test('are refused with the target of what is wrong', async (context) => {
    const { create } = await start(context);
    const refresh = (duration: number, timeUnit = 'SECONDS') => ({
      passcodeRefreshDuration: { duration, timeUnit },
    });
    const integrity = (more: object) => ({ integrityDetection: { mode: 'ENABLED', ...more } });
    const cached = { cacheDuration: hours(1) };
    const cases: [object, string, string][] = [
      [refresh(29), 'OUT_OF_RANGE', 'passcodeRefreshDuration.duration'],
      [refresh(61), 'OUT_OF_RANGE', 'passcodeRefreshDuration.duration'],
      [refresh(30, 'FORTNIGHTS'), 'INVALID_VALUE', 'passcodeRefreshDuration.timeUnit'],
      [{ passcodeGracePeriod: 11 }, 'OUT_OF_RANGE', 'passcodeGracePeriod'],
      [{ bundleId: 5 }, 'INVALID_VALUE', 'bundleId'],
      [{ packageName: '' }, 'EMPTY_VALUE', 'packageName'],
      [{ integrityDetection: 'zzz' }, 'INVALID_VALUE', 'integrityDetection'],
      [integrity({ mode: 'zzz' }), 'INVALID_VALUE', 'integrityDetection.mode'],
      [integrity({}), 'REQUIRED_VALUE', 'integrityDetection.cacheDuration'],
      [integrity(cached), 'REQUIRED_VALUE', 'integrityDetection.googlePlay'],
      [
        integrity({ ...cached, googlePlay: {} }),
        'REQUIRED_VALUE',
        'integrityDetection.googlePlay.verificationType',
      ],
      [
        integrity({ cacheDuration: hours(49) }),
        'OUT_OF_RANGE',
        'integrityDetection.cacheDuration.amount',
      ],
    ];
    for (const [mobile, code, target] of cases) {
      const { status, body } = await create(mobile);
      const [detail] = body.details ?? [];
      assert.deepEqual([status, detail?.code, detail?.target], [400, code, `mobile.${target}`]);
    }
    const excluded = integrity({ ...cached, excludedPlatforms: ['GOOGLE'] });
    assert.equal((await create(excluded)).status, 201);
  });

  test('hold no credentials of an attestation service: they are not kept', async (context) => {
    const { create, store, logText } = await start(context);
    const secrets = {
      decryptionKey: 'the-decryption-key',
      verificationKey: 'the-verification-key',
      serviceAccountCredentials: '{"private_key":"the-private-key"}',
    };
    const { status, body } = await create({
      integrityDetection: {
        mode: 'ENABLED',
        cacheDuration: hours(1),
        googlePlay: { verificationType: 'GOOGLE', ...secrets },
      },
    });
    assert.equal(status, 201, JSON.stringify(body));
    assert.deepEqual(body.mobile.integrityDetection.googlePlay, { verificationType: 'GOOGLE' });
    const row = await store.get('applications', HOME, body.id);
    const said = JSON.stringify([row, body]) + logText();
    for (const secret of ['the-decryption-key', 'the-verification-key', 'the-private-key']) {
      assert.ok(!said.includes(secret), secret);
    }
  });
});
