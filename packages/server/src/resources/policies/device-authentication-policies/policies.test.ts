/** Device authentication policies over HTTP; contract sdk-schemas, flows-and-devices §2.3, §9. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { POLICIES_MAX } from '../../../config/limits.ts';
import { errorOf, invalidData, type RequestOptions } from '../../../testing/client.ts';
import { policyBody, FAILURE as USUAL_FAILURE } from '../../../testing/policies.ts';
import { livesAsSent } from '../../../testing/round-trip.ts';
import { ever } from '../../../testing/scenario.ts';
import { startTestServer, type TestServer } from '../../../testing/server.ts';

const PATH = '/deviceAuthenticationPolicies';
const MIGRATE = 'deviceAuthenticationPolicy.fido2.migrate';
const minutes = (duration: number) => ({ duration, timeUnit: 'MINUTES' });
const seconds = (duration: number) => ({ duration, timeUnit: 'SECONDS' });
const FAILURE = { count: 7, coolDown: minutes(30) };
const OFFLINE_OTP = { lifeTime: minutes(30), failure: USUAL_FAILURE };
const PAIRING = { pairingDisabled: true, promptForNicknameOnPairing: true };
const OFFLINE = {
  enabled: true,
  ...PAIRING,
  otp: { lifeTime: seconds(90), failure: FAILURE, otpLength: 10 },
};

/** A policy with every documented property. */
function wholePolicy(
  applicationId: string,
  fido2PolicyId: string,
  limitsId: string,
): Record<string, unknown> {
  return {
    name: `whole-${randomUUID()}`,
    default: false,
    authentication: { deviceSelection: 'ALWAYS_DISPLAY_DEVICES' },
    newDeviceNotification: 'SMS_THEN_EMAIL',
    ignoreUserLock: true,
    notificationsPolicy: { id: limitsId },
    rememberMe: { web: { enabled: true, lifeTime: { duration: 90, timeUnit: 'DAYS' } } },
    email: OFFLINE,
    sms: OFFLINE,
    voice: OFFLINE,
    whatsApp: OFFLINE,
    totp: {
      enabled: true,
      ...PAIRING,
      otp: { failure: FAILURE },
      passcodeGracePeriod: 10,
      uriParameters: { image: 'https://shop.example/logo.png' },
    },
    oathToken: { enabled: true, ...PAIRING, otp: { failure: FAILURE } },
    fido2: { enabled: true, ...PAIRING, failure: FAILURE, fido2PolicyId },
    mobile: {
      enabled: true,
      promptForNicknameOnPairing: true,
      otp: { failure: FAILURE, window: { stepSize: seconds(30) } },
      applications: [
        {
          id: applicationId,
          type: 'pingIdAppConfig',
          push: { enabled: true, numberMatching: { enabled: true } },
          pushTimeout: seconds(150),
          pairingKeyLifetime: { duration: 48, timeUnit: 'HOURS' },
          pushLimit: { count: 50, lockDuration: minutes(120), timePeriod: minutes(1) },
          otp: { enabled: true },
          deviceAuthorization: { enabled: true, extraVerification: 'restrictive' },
          autoEnrollment: { enabled: true },
          biometricsEnabled: true,
          pairingDisabled: false,
          integrityDetection: 'permissive',
          ipPairingConfiguration: {
            anyIPAdress: false,
            onlyTheseIpAddresses: ['192.0.2.0/24'],
          },
          newRequestDurationConfiguration: {
            deviceTimeout: seconds(15),
            totalTimeout: seconds(90),
          },
        },
      ],
    },
    desktop: {
      enabled: false,
      ...PAIRING,
      otp: { failure: FAILURE },
      pairingKeyLifetime: minutes(1),
    },
    yubikey: { enabled: false, ...PAIRING, otp: { failure: FAILURE } },
  };
}

describe('device authentication policies', () => {
  let server: TestServer;
  let applicationId: string;
  let fido2PolicyId: string;

  before(async () => {
    server = await startTestServer();
    const [application] = await server.server.parts.store.list(
      'applications',
      server.environmentId,
      { limit: 1 },
    );
    applicationId = application?.id ?? '';
    const { body } = await server.api('/fido2Policies');
    fido2PolicyId = body._embedded.fido2Policies[0].id;
  });
  after(() => server?.close());

  const api = (path: string, options?: RequestOptions) => server.api(`${PATH}${path}`, options);
  const put = (id: string, body: object) => api(`/${id}`, { method: 'PUT', body });
  async function made(more: object = {}) {
    const reply = await api('', { body: policyBody(`policy-${randomUUID()}`, more) });
    assert.equal(reply.status, 201, reply.text);
    return reply.body;
  }
  async function defaults() {
    const { body } = await api('?limit=1000');
    const all: { id: string; default: boolean }[] = body._embedded.deviceAuthenticationPolicies;
    return all.filter((policy) => policy.default).map(({ id }) => id);
  }
  const assertRefused = async (more: object, detail: string, target: string) => {
    const reply = await api('', { body: { ...policyBody(`p-${randomUUID()}`), ...more } });
    assert.deepEqual(errorOf(reply), invalidData(detail, target));
  };

  test('begin with one default, as the platform has it', async () => {
    const { status, body } = await api('');
    assert.equal(status, 200);
    assert.deepEqual([body.count, body.size], [1, 1]);
    const [policy] = body._embedded.deviceAuthenticationPolicies;
    const { _links, id, environment, updatedAt, ...rest } = policy;
    const pairing = { pairingDisabled: false, promptForNicknameOnPairing: false };
    const sends = (enabled: boolean) => ({
      enabled,
      ...pairing,
      otp: {
        lifeTime: minutes(30),
        failure: { count: 3, coolDown: minutes(0) },
        otpLength: 6,
      },
    });
    const failure = { count: 3, coolDown: minutes(2) };
    assert.deepEqual(rest, {
      name: 'Default MFA Policy',
      default: true,
      forSignOnPolicy: false,
      authentication: { deviceSelection: 'DEFAULT_TO_FIRST' },
      newDeviceNotification: 'EMAIL_THEN_SMS',
      ignoreUserLock: false,
      rememberMe: { web: { enabled: false, lifeTime: minutes(30) } },
      email: sends(true),
      sms: sends(false),
      voice: sends(false),
      whatsApp: sends(false),
      totp: { enabled: true, ...pairing, otp: { failure }, passcodeGracePeriod: 5 },
      mobile: { enabled: true, otp: { failure } },
      fido2: { enabled: true, ...pairing, failure },
      oathToken: { enabled: true, otp: { failure } },
    });
    const again = await put(policy.id, policy);
    assert.equal(again.status, 200, again.text);
    assert.deepEqual(again.body, { ...policy, updatedAt: again.body.updatedAt });
  });

  test('keep every documented property, and only these', async () => {
    const minimal = policyBody(`minimal-${randomUUID()}`);
    const limits = (await server.api('/notificationsPolicies')).body._embedded;
    const limitsId = limits.notificationsPolicies[0].id;
    const full = wholePolicy(applicationId, fido2PolicyId, limitsId);
    const always = { forSignOnPolicy: false };
    const otpLength = (block: object) => ({ ...block, otp: { ...OFFLINE_OTP, otpLength: 6 } });
    const { email, sms, voice, totp } = minimal as Record<string, object>;
    await livesAsSent(server.api, PATH, {
      minimal,
      full,
      defaults: {
        minimal: {
          ...always,
          authentication: { deviceSelection: 'DEFAULT_TO_FIRST' },
          newDeviceNotification: 'EMAIL_THEN_SMS',
          ignoreUserLock: false,
          email: otpLength(email ?? {}),
          sms: otpLength(sms ?? {}),
          voice: otpLength(voice ?? {}),
          totp: { ...totp, passcodeGracePeriod: 5 },
        },
        full: always,
      },
    });
  });

  test('say nothing of what is unknown, deprecated or decided by the server', async () => {
    const legacy = { enabled: true, fidoPolicyId: randomUUID() };
    const policy = await made({
      unknown: true,
      forSignOnPolicy: true,
      platform: legacy,
      securityKey: legacy,
      createdAt: '2026-01-01T00:00:00.000Z',
    });
    const { _links, id, environment, updatedAt, forSignOnPolicy } = policy;
    for (const name of ['unknown', 'platform', 'securityKey', 'createdAt', '_embedded']) {
      assert.equal(name in policy, false, name);
    }
    assert.equal(forSignOnPolicy, false);
    assert.deepEqual(environment, { id: server.environmentId });
    assert.equal(updatedAt, new Date(server.now()).toISOString());
    assert.ok(_links.self.href.endsWith(`${PATH}/${id}`));
  });

  test('have the documented defaults for what a request leaves out', async () => {
    const policy = await made({
      fido2: { enabled: true, failure: {}, fido2PolicyId: null },
      mobile: {
        enabled: true,
        otp: { failure: FAILURE },
        applications: [{ id: applicationId }],
      },
    });
    assert.equal(policy.sms.otp.otpLength, 6);
    assert.equal(policy.ignoreUserLock, false);
    assert.deepEqual(policy.fido2, {
      enabled: true,
      failure: { count: 3, coolDown: minutes(2) },
    });
    assert.deepEqual(policy.mobile.applications, [
      {
        id: applicationId,
        pushLimit: { count: 5, lockDuration: minutes(30), timePeriod: minutes(10) },
      },
    ]);
    for (const absent of ['whatsApp', 'oathToken', 'rememberMe', 'notificationsPolicy']) {
      assert.equal(absent in policy, false, absent);
    }
    assert.equal(policy.totp.passcodeGracePeriod, 5);
  });

  test('need every block that the SDK needs', async () => {
    for (const name of ['name', 'default', 'email', 'sms', 'voice', 'mobile', 'totp']) {
      await assertRefused({ [name]: undefined }, 'REQUIRED_VALUE', name);
    }
  });

  test('are refused outside their ranges, with the bounds in the unit of the request', async () => {
    const totp = (otp: object, more: object = {}) => ({ totp: { enabled: true, otp, ...more } });
    const coolDown = (name: string, value: object) => {
      const failure = { count: 3, coolDown: value };
      if (name === 'fido2') return { fido2: { enabled: true, failure } };
      return { [name]: { enabled: true, otp: { lifeTime: seconds(90), failure } } };
    };
    const sms = (otp: object) => ({ sms: { ...OFFLINE, otp: { ...OFFLINE.otp, ...otp } } });
    const application = (more: object) => ({
      mobile: {
        enabled: true,
        otp: { failure: FAILURE },
        applications: [{ id: applicationId, ...more }],
      },
    });
    const answerTimes = (device: number, total: number) => ({
      deviceTimeout: seconds(device),
      totalTimeout: seconds(total),
    });
    const at = 'mobile.applications[0]';
    const cases: [object, string][] = [
      [totp({ failure: { ...FAILURE, count: 8 } }), 'totp.otp.failure.count'],
      [totp({ failure: { ...FAILURE, count: 0 } }), 'totp.otp.failure.count'],
      ...['email', 'sms', 'voice', 'whatsApp', 'totp', 'oathToken', 'desktop', 'yubikey'].flatMap(
        (name) =>
          [minutes(31), seconds(1_801), seconds(-1)].map((value): [object, string] => [
            coolDown(name, value),
            `${name}.otp.failure.coolDown.duration`,
          ]),
      ),
      ...[minutes(1), minutes(31), seconds(119), seconds(1_801), seconds(-1)].flatMap(
        (value): [object, string][] => [
          [coolDown('mobile', value), 'mobile.otp.failure.coolDown.duration'],
          [coolDown('fido2', value), 'fido2.failure.coolDown.duration'],
        ],
      ),
      [totp({ failure: FAILURE }, { passcodeGracePeriod: 11 }), 'totp.passcodeGracePeriod'],
      [sms({ otpLength: 5 }), 'sms.otp.otpLength'],
      [sms({ otpLength: 11 }), 'sms.otp.otpLength'],
      [sms({ lifeTime: seconds(0) }), 'sms.otp.lifeTime.duration'],
      [application({ pushTimeout: seconds(39) }), `${at}.pushTimeout.duration`],
      [application({ pushTimeout: seconds(151) }), `${at}.pushTimeout.duration`],
      [application({ pairingKeyLifetime: minutes(0) }), `${at}.pairingKeyLifetime.duration`],
      [
        application({ pairingKeyLifetime: { duration: 49, timeUnit: 'HOURS' } }),
        `${at}.pairingKeyLifetime.duration`,
      ],
      [application({ pushLimit: { count: 51 } }), `${at}.pushLimit.count`],
      [
        application({ pushLimit: { timePeriod: minutes(121) } }),
        `${at}.pushLimit.timePeriod.duration`,
      ],
      [
        application({ newRequestDurationConfiguration: answerTimes(40, 54) }),
        `${at}.newRequestDurationConfiguration.totalTimeout.duration`,
      ],
      [
        { rememberMe: { web: { enabled: true, lifeTime: { duration: 91, timeUnit: 'DAYS' } } } },
        'rememberMe.web.lifeTime.duration',
      ],
    ];
    for (const [more, target] of cases) await assertRefused(more, 'OUT_OF_RANGE', target);
    const bounds = await api('', {
      body: policyBody('bounds', coolDown('mobile', seconds(119))),
    });
    assert.deepEqual(bounds.body.details[0].innerError, {
      rangeMinimumValue: 120,
      rangeMaximumValue: 1_800,
    });
    const accepted: [object, ...string[]][] = [
      [seconds(1), 'email', 'sms', 'voice', 'whatsApp', 'totp', 'oathToken', 'desktop', 'yubikey'],
      [seconds(5), 'email', 'voice'],
      [seconds(125), 'mobile', 'totp', 'oathToken'],
      ...[minutes(0), seconds(0), seconds(120), minutes(30)].map((value): [object, ...string[]] => [
        value,
        ...['email', 'totp', 'mobile', 'fido2'],
      ]),
    ];
    for (const [value, ...names] of accepted) {
      const sent = Object.assign({}, ...names.map((name) => coolDown(name, value)));
      const policy = await made(sent);
      for (const name of names) {
        const { failure } = name === 'fido2' ? policy.fido2 : policy[name].otp;
        assert.deepEqual(failure, { count: 3, coolDown: value }, name);
      }
    }
    await made({
      oathToken: { enabled: true, otp: { failure: FAILURE }, pairingKeyLifetime: seconds(1) },
    });
    await made(application({ newRequestDurationConfiguration: answerTimes(75, 90) }));
  });

  test('are refused for values that are none of the documented', async () => {
    const grace = { enabled: true, otp: { failure: FAILURE } };
    await assertRefused({ name: 'a\nb' }, 'INVALID_VALUE', 'name');
    await assertRefused({ name: '' }, 'EMPTY_VALUE', 'name');
    await assertRefused(
      { authentication: { deviceSelection: 'FIRST' } },
      'INVALID_VALUE',
      'authentication.deviceSelection',
    );
    await assertRefused(
      {
        totp: {
          ...grace,
          otp: { failure: { count: 3, coolDown: { ...minutes(2), timeUnit: 'HOURS' } } },
        },
      },
      'INVALID_VALUE',
      'totp.otp.failure.coolDown.timeUnit',
    );
    const unknown = { enabled: true, otp: { failure: FAILURE } };
    await assertRefused(
      { mobile: { ...unknown, applications: [{ id: randomUUID() }] } },
      'INVALID_VALUE',
      'mobile.applications[0].id',
    );
    await assertRefused(
      { mobile: { ...unknown, applications: [{ id: applicationId }, { id: applicationId }] } },
      'INVALID_VALUE',
      'mobile.applications[1].id',
    );
    const secret = await api('', {
      body: policyBody('secret', { totp: { ...grace, uriParameters: { secret: 'AAAA' } } }),
    });
    assert.equal(secret.status, 400);
  });

  test('have unique names', async () => {
    const { id, name } = await made();
    const again = await api('', { body: policyBody(name) });
    const expected = {
      status: 409,
      code: 'UNIQUENESS_VIOLATION',
      detail: 'UNIQUENESS_VIOLATION',
      target: 'name',
    };
    assert.deepEqual(errorOf(again), expected);
    const other = await made();
    assert.deepEqual(errorOf(await put(other.id, policyBody(name))), expected);
    assert.equal((await put(id, policyBody(name))).status, 200);
  });

  test('have one default: making another unmakes it; it is neither unmade nor deleted', async () => {
    const [former] = await defaults();
    const next = await made({ default: true });
    assert.deepEqual(await defaults(), [next.id]);
    const unmade = await put(next.id, policyBody(next.name, { default: false }));
    assert.deepEqual(errorOf(unmade), invalidData('CONSTRAINT_VIOLATION', 'default'));
    const deleted = await api(`/${next.id}`, { method: 'DELETE' });
    assert.deepEqual(errorOf(deleted), invalidData('CONSTRAINT_VIOLATION', 'id'));
    assert.match(deleted.body.details[0].message, /remove default device authentication policy/);
    assert.equal((await api(`/${former}`, { method: 'DELETE' })).status, 204);
    assert.equal((await api(`/${former}`)).status, 404);
  });

  test('keep one default when many are made the default at the same time', async () => {
    const policies = await Promise.all(Array.from({ length: 6 }, () => made()));
    const replies = await Promise.all([
      ...policies.map(({ id, name }) => put(id, policyBody(name, { default: true }))),
      ...policies.map(() =>
        api('', { body: policyBody(`policy-${randomUUID()}`, { default: true }) }),
      ),
    ]);
    for (const reply of replies) assert.ok(reply.status < 300, reply.text);
    assert.equal((await defaults()).length, 1);
  });

  test('are migrated to a FIDO2 block, all that are named or none', async () => {
    const [one, other] = [await made(), await made({ fido2: { enabled: false, failure: {} } })];
    const migrate = (...migrationData: object[]) =>
      api('', { type: MIGRATE, body: { migrationData } });
    const reply = await migrate(
      { deviceAuthenticationPolicyId: one.id, fido2PolicyId },
      { deviceAuthenticationPolicyId: other.id },
    );
    assert.equal(reply.status, 200, reply.text);
    assert.deepEqual([reply.body.count, reply.body.size], [2, 2]);
    const [first, second] = reply.body._embedded.deviceAuthenticationPolicies;
    assert.deepEqual(first.fido2, { enabled: true, fido2PolicyId });
    assert.deepEqual(second.fido2, other.fido2);
    assert.deepEqual((await api(`/${one.id}`)).body, first);
    const bare = await made();
    const unknown = await migrate(
      { deviceAuthenticationPolicyId: bare.id },
      { deviceAuthenticationPolicyId: randomUUID() },
    );
    assert.deepEqual(
      errorOf(unknown),
      invalidData('INVALID_VALUE', 'migrationData[1].deviceAuthenticationPolicyId'),
    );
    assert.equal('fido2' in (await api(`/${bare.id}`)).body, false);
    const twice = await migrate(
      { deviceAuthenticationPolicyId: bare.id },
      { deviceAuthenticationPolicyId: bare.id },
    );
    assert.equal(errorOf(twice).target, 'migrationData[1].deviceAuthenticationPolicyId');
    const unknownFido = await migrate({
      deviceAuthenticationPolicyId: bare.id,
      fido2PolicyId: randomUUID(),
    });
    assert.deepEqual(
      errorOf(unknownFido),
      invalidData('INVALID_VALUE', 'migrationData[0].fido2PolicyId'),
    );
    await assertRefused(
      { fido2: { enabled: true, fido2PolicyId: randomUUID() } },
      'INVALID_VALUE',
      'fido2.fido2PolicyId',
    );
    const none = await api('', { type: MIGRATE });
    assert.deepEqual([none.status, none.body.count], [200, 0]);
  });

  test('leave a record of each change', async () => {
    const policy = await made();
    await put(policy.id, policyBody(policy.name));
    await api(`/${policy.id}`, { method: 'DELETE' });
    const filter = encodeURIComponent(ever(`resources.id eq "${policy.id}"`));
    const { body } = await server.api(`/activities?filter=${filter}`);
    assert.deepEqual(
      body._embedded.activities.map(({ action }: { action: { type: string } }) => action.type),
      ['DELETED', 'UPDATED', 'CREATED'].map((verb) => `DEVICE_AUTHENTICATION_POLICY.${verb}`),
    );
  });

  test('are never more than their maximum, also when they are made at the same time', async () => {
    const present = (await api('')).body.count;
    const replies = await Promise.all(
      Array.from({ length: POLICIES_MAX - present + 8 }, () =>
        api('', { body: policyBody(`policy-${randomUUID()}`) }),
      ),
    );
    const refused = replies.filter(({ status }) => status !== 201);
    assert.equal(refused.length, 8);
    for (const reply of refused) {
      assert.deepEqual([reply.status, errorOf(reply).detail], [400, 'LIMIT_EXCEEDED']);
    }
    assert.equal((await api('')).body.count, POLICIES_MAX);
  });
});
