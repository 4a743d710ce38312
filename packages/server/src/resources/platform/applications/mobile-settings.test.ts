/** What `mobile` of a native application may say, over HTTP. */
import assert from 'node:assert/strict';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
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
      passcodeGracePeriod: 5,
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

  test('seal the credentials of Play Integrity, and keep them when they are left out', async (context) => {
    const { create, at, store, logText } = await start(context);
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    const internal = {
      decryptionKey: randomBytes(32).toString('base64'),
      verificationKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
    };
    const serviceAccountCredentials = JSON.stringify({
      client_email: 'countersign@shop.example',
      private_key: privateKey.export({ format: 'pem', type: 'pkcs8' }),
    });
    const playing = (googlePlay: object) => ({
      integrityDetection: { mode: 'ENABLED', cacheDuration: hours(1), googlePlay },
    });
    const made = await create(playing({ verificationType: 'INTERNAL', ...internal }));
    assert.equal(made.status, 201, JSON.stringify(made.body));
    const { id } = made.body;
    const shown = { verificationType: 'INTERNAL' };
    assert.deepEqual(made.body.mobile.integrityDetection.googlePlay, shown);
    const sealed = async () => (await store.get('applications', HOME, id))?.doc.sealedPlayIntegrity;
    const first = await sealed();
    assert.ok(first);
    assert.equal((await at(id, 'PUT', made.body)).status, 200);
    assert.equal(await sealed(), first);
    const google = playing({ verificationType: 'GOOGLE', serviceAccountCredentials });
    assert.equal((await at(id, 'PUT', { ...made.body, mobile: google })).status, 200);
    assert.notEqual(await sealed(), first);
    const other = playing({ verificationType: 'INTERNAL' });
    assert.equal((await at(id, 'PUT', { ...made.body, mobile: other })).status, 200);
    assert.equal(await sealed(), undefined);
    const row = await store.get('applications', HOME, id);
    const said = JSON.stringify([row, made.body, first]) + logText();
    for (const secret of [...Object.values(internal), 'PRIVATE KEY']) {
      assert.ok(!said.includes(secret), secret);
    }
    const part = await create(playing({ ...shown, decryptionKey: internal.decryptionKey }));
    const [detail] = part.body.details;
    const target = 'mobile.integrityDetection.googlePlay.verificationKey';
    assert.deepEqual([part.status, detail.code, detail.target], [400, 'REQUIRED_VALUE', target]);
    // As the platform does: what can't be used fails when it is used.
    for (const googlePlay of [
      { ...shown, decryptionKey: 'dummy', verificationKey: 'dummy' },
      { verificationType: 'GOOGLE', serviceAccountCredentials: '{}' },
    ]) {
      const kept = await create(playing(googlePlay));
      assert.equal(kept.status, 201, JSON.stringify(kept.body));
    }
  });
});
