// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are placeholders of contents.
/**
 * A whole environment as a declarative client keeps it, on both stores: each resource made in the
 * order of what needs what, read again at each refresh, changed, and all of it gone in the reverse.
 * What was sent comes back, and a plan right after an apply is empty.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { errorOf } from '../src/testing/client.ts';
import { fido2PolicyBody, policyBody } from '../src/testing/policies.ts';
import { DIALECTS } from '../src/testing/postgres.ts';
import { assertHas } from '../src/testing/round-trip.ts';
import { startTestServerOn, type TestServer } from '../src/testing/server.ts';

/** Ids of what was made before, by their names here. */
type Ids = Record<string, string>;

interface Declared {
  name: string;
  /** Where it is made; where there is one of it from the beginning, `PUT` goes there. */
  path: string | ((ids: Ids) => string);
  isThere?: true;
  type?: string;
  body(ids: Ids): object;
  /** Replaced by this later; absent: it can't be changed. */
  changed?(ids: Ids): object;
  /** Members that are never shown. */
  hidden?: readonly string[];
  /** What was read can't be sent back: it lacks a secret that a change must name. */
  needsSecret?: true;
}

const FAILURE = { count: 3, coolDown: { duration: 125, timeUnit: 'SECONDS' } };
const QUICK = {
  enabled: true,
  pairingDisabled: true,
  promptForNicknameOnPairing: true,
  otp: {
    lifeTime: { duration: 75, timeUnit: 'SECONDS' },
    failure: { count: 5, coolDown: { duration: 5, timeUnit: 'SECONDS' } },
    otpLength: 7,
  },
};
const NATIVE = {
  name: 'Phones',
  enabled: true,
  type: 'NATIVE_APP',
  protocol: 'OPENID_CONNECT',
  grantTypes: ['CLIENT_CREDENTIALS'],
  tokenEndpointAuthMethod: 'CLIENT_SECRET_BASIC',
  mobile: { bundleId: 'example.declared', packageName: 'example.declared' },
};
const WORKER = { ...NATIVE, name: 'Robot', type: 'WORKER', mobile: undefined };
const USER = { username: 'kaisa', email: 'kaisa@shop.example' };
const SENDER = {
  name: 'Provider',
  provider: 'CUSTOM_PROVIDER',
  authentication: { method: 'BEARER', authToken: 'the-token' },
  requests: [
    {
      deliveryMethod: 'SMS',
      method: 'GET',
      url: 'https://sms.shop.example/send?to=${to}&message=${message}',
    },
  ],
};
const WEBHOOK = {
  name: 'Audit',
  enabled: true,
  verifyTlsCertificates: true,
  format: 'ACTIVITY',
  httpEndpoint: { url: 'https://audit.shop.example/in', headers: { authorization: 'Basic x' } },
  filterOptions: { includedActionTypes: ['USER.CREATED'], ipAddressExposed: true },
};
const devicePolicy = (name: string, isDefault: boolean, { phones, limits, passkeys }: Ids) =>
  policyBody(name, {
    default: isDefault,
    authentication: { deviceSelection: 'PROMPT_TO_SELECT' },
    newDeviceNotification: 'SMS_THEN_EMAIL',
    ignoreUserLock: true,
    notificationsPolicy: { id: limits },
    rememberMe: { web: { enabled: true, lifeTime: { duration: 60, timeUnit: 'MINUTES' } } },
    sms: QUICK,
    mobile: {
      enabled: true,
      otp: { failure: FAILURE },
      applications: [
        {
          id: phones,
          push: { enabled: true, numberMatching: { enabled: true } },
          otp: { enabled: true },
          deviceAuthorization: { enabled: true, extraVerification: 'restrictive' },
          autoEnrollment: { enabled: true },
          pushTimeout: { duration: 45, timeUnit: 'SECONDS' },
        },
      ],
    },
    fido2: { enabled: true, fido2PolicyId: passkeys, failure: FAILURE },
  });

const ENVIRONMENT: readonly Declared[] = [
  {
    name: 'settings',
    path: '/mfaSettings',
    isThere: true,
    body: () => ({
      pairing: { maxAllowedDevices: 7, pairingKeyFormat: 'ALPHANUMERIC' },
      lockout: { failureCount: 5, durationSeconds: 600 },
      phoneExtensions: { enabled: true },
      users: { mfaEnabled: false },
    }),
    changed: () => ({ pairing: { maxAllowedDevices: 5, pairingKeyFormat: 'NUMERIC' } }),
  },
  {
    name: 'language',
    path: '/languages',
    body: () => ({ locale: 'fi', enabled: false, default: false }),
    changed: () => ({ locale: 'fi', enabled: true, default: false }),
  },
  {
    name: 'theme',
    path: '/themes',
    body: () => ({ template: 'split', configuration: { name: 'Shop', buttonColor: '#2996cc' } }),
  },
  {
    name: 'population',
    path: '/populations',
    body: ({ theme }) => ({ name: 'Guests', theme: { id: theme }, preferredLanguage: 'fi' }),
    changed: ({ theme }) => ({
      name: 'Visitors',
      description: 'For a while',
      theme: { id: theme },
      preferredLanguage: 'en',
    }),
  },
  {
    name: 'user',
    path: '/users',
    type: 'user.import',
    body: ({ population }) => ({
      ...USER,
      population: { id: population },
      lifecycle: { status: 'ACCOUNT_OK' },
      account: { canAuthenticate: true, status: 'OK' },
      verifyStatus: 'NOT_INITIATED',
      password: { value: 'unused', forceChange: true },
    }),
    changed: ({ population }) => ({
      ...USER,
      population: { id: population },
      name: { given: 'Kaisa', family: 'Aalto', honorificPrefix: 'Dr' },
      address: { countryCode: 'FI', locality: 'Turku' },
      photo: { href: 'https://shop.example/k.png' },
    }),
    hidden: ['password'],
  },
  {
    name: 'group',
    path: '/groups',
    body: ({ population }) => ({ name: 'Testers', population: { id: population } }),
    changed: ({ population }) => ({
      name: 'Testers',
      description: 'They see what is new',
      population: { id: population },
      customData: { colour: 'red' },
    }),
  },
  {
    name: 'membership',
    path: ({ user }) => `/users/${user}/memberOfGroups`,
    body: ({ group }) => ({ id: group }),
  },
  {
    name: 'phones',
    path: '/applications',
    body: () => NATIVE,
    changed: ({ group }) => ({
      ...NATIVE,
      description: 'Ours',
      accessControl: { group: { type: 'ANY_GROUP', groups: [{ id: group }] } },
    }),
  },
  {
    name: 'credential',
    path: ({ phones }) => `/applications/${phones}/pushCredentials`,
    body: () => ({ type: 'HMS', clientId: 'shop', clientSecret: 'a-secret-of-huawei' }),
    changed: () => ({ type: 'HMS', clientId: 'shop', clientSecret: 'another-secret' }),
    hidden: ['clientId', 'clientSecret'],
    needsSecret: true,
  },
  {
    name: 'robot',
    path: '/applications',
    body: () => ({ ...WORKER, assignActorRoles: false }),
    changed: () => ({ ...WORKER, tags: ['PING_FED_CONNECTION_INTEGRATION'] }),
    hidden: ['assignActorRoles'],
  },
  {
    name: 'assignment',
    path: ({ robot }) => `/applications/${robot}/roleAssignments`,
    body: ({ role, environment }) => ({
      role: { id: role },
      scope: { id: environment, type: 'ENVIRONMENT' },
    }),
  },
  {
    name: 'sender',
    path: '/notificationsSettings/phoneDeliverySettings',
    body: () => SENDER,
    changed: () => ({ ...SENDER, name: 'Our provider' }),
    hidden: ['authentication'],
    needsSecret: true,
  },
  {
    name: 'words',
    path: '/templates/strong_authentication/contents',
    body: () => ({ deliveryMethod: 'SMS', locale: 'fi', content: 'Koodi on ${otp}' }),
    changed: () => ({
      deliveryMethod: 'SMS',
      locale: 'fi',
      variant: 'Shop',
      content: 'Kaupan koodi on ${otp}',
      sender: 'Shop',
    }),
  },
  { name: 'domain', path: '/emailDomains', body: () => ({ domainName: 'mail.shop.example' }) },
  {
    name: 'limits',
    path: '/notificationsPolicies',
    body: () => ({ name: 'Few', quotas: [] }),
    changed: ({ sender }) => ({
      name: 'Few',
      quotas: [{ type: 'USER', deliveryMethods: ['SMS', 'Voice'], total: 30 }],
      providerConfiguration: {
        conditions: [{ deliveryMethods: ['SMS', 'VOICE'], fallbackChain: [{ id: sender }] }],
      },
    }),
  },
  {
    name: 'passkeys',
    path: '/fido2Policies',
    body: () => fido2PolicyBody('Shop keys'),
    changed: () => fido2PolicyBody('Shop keys', { description: 'With hints' }),
  },
  {
    name: 'other policy',
    path: '/deviceAuthenticationPolicies',
    body: (ids) => devicePolicy('Other', false, ids),
    changed: () => policyBody('Other'),
  },
  {
    name: 'default policy',
    path: ({ 'first policy': id }) => `/deviceAuthenticationPolicies/${id}`,
    isThere: true,
    body: (ids) => devicePolicy('First', true, ids),
    changed: () => policyBody('First', { default: true }),
  },
  {
    name: 'passwords',
    path: '/passwordPolicies',
    body: () => ({
      name: 'Strict',
      excludesCommonlyUsed: true,
      excludesProfileData: true,
      notSimilarToCurrent: true,
      minCharacters: { ABC: 1 },
    }),
  },
  {
    name: 'sign-on',
    path: '/signOnPolicies',
    body: () => ({ name: 'Shop' }),
    changed: () => ({ name: 'Shop', description: 'Password, then MFA' }),
  },
  {
    name: 'action',
    path: (ids) => `/signOnPolicies/${ids['sign-on']}/actions`,
    body: (ids) => ({
      type: 'MULTI_FACTOR_AUTHENTICATION',
      priority: 1,
      deviceAuthenticationPolicy: { id: ids['other policy'] },
      noDevicesMode: 'BLOCK',
    }),
  },
  {
    name: 'webhook',
    path: '/subscriptions',
    body: () => WEBHOOK,
    changed: () => ({ ...WEBHOOK, enabled: false, format: 'SPLUNK' }),
  },
];

const without = (members: object, names: readonly string[] = []) =>
  Object.fromEntries(Object.entries(members).filter(([name]) => !names.includes(name)));

for (const dialect of DIALECTS) {
  describe(`a declared environment on ${dialect}`, () => {
    let server: TestServer;
    const ids: Ids = {};
    before(async () => {
      server = await startTestServerOn(dialect);
    });
    after(() => server?.close());

    async function call(method: string, path: string, body?: object, type?: string) {
      const options = { token: server.token, method };
      const sent = body === undefined ? {} : { body, ...(type === undefined ? {} : { type }) };
      return server.raw(`/v1/environments${path}`, { ...options, ...sent });
    }
    const below = (path: string) => `/${ids.environment}${path}`;
    const placeOf = ({ path }: Declared) => below(typeof path === 'string' ? path : path(ids));
    const addressOf = (one: Declared) =>
      one.isThere ? placeOf(one) : `${placeOf(one)}/${ids[one.name]}`;
    async function read(path: string) {
      const { status, body, text } = await call('GET', path);
      assert.equal(status, 200, text);
      return body;
    }

    /** What was sent is there, a second look sees the same, and sending it back changes nothing. */
    async function assertSettled(one: Declared, sent: object) {
      const found = await read(addressOf(one));
      assertHas(found, without(sent, one.hidden), one.name);
      assert.deepEqual(await read(addressOf(one)), found);
      if (!one.changed || one.needsSecret) return;
      const put = await call('PUT', addressOf(one), found);
      assert.equal(put.status, 200, put.text);
      const moments = ['updatedAt'];
      assert.deepEqual(without(await read(addressOf(one)), moments), without(found, moments));
    }

    test('begins with an environment and what is in it from the beginning', async () => {
      const sent = {
        name: `declared-${randomUUID()}`,
        description: 'Of a test',
        type: 'SANDBOX',
        region: 'EU',
        license: { id: randomUUID() },
        billOfMaterials: {
          solutionType: 'CUSTOMER',
          products: [
            { type: 'PING_ONE_BASE' },
            { type: 'PING_ONE_DAVINCI', tags: ['DAVINCI_MINIMAL'] },
            {
              type: 'PING_ONE_MFA',
              console: { href: 'https://shop.example' },
              bookmarks: [{ name: 'Shop', href: 'https://shop.example/b' }],
            },
          ],
        },
      };
      const made = await call('POST', '', sent);
      assert.equal(made.status, 201, made.text);
      assertHas(made.body, sent);
      ids.environment = made.body.id;
      const { billOfMaterials, ...environment } = sent;
      assertHas(await read(below('')), environment);
      assertHas(await read(below('/billOfMaterials')), billOfMaterials);
      const policies = await read(below('/deviceAuthenticationPolicies'));
      ids['first policy'] = policies._embedded.deviceAuthenticationPolicies.find(
        (one: { default: boolean }) => one.default,
      ).id;
      const roles = await server.raw('/v1/roles', { token: server.token });
      ids.role = roles.body._embedded.roles.find(
        ({ name }: { name: string }) => name === 'Identity Data Admin',
      ).id;
    });

    for (const one of ENVIRONMENT) {
      test(`${one.name}: is applied, and the plan after it is empty`, async () => {
        const sent = one.body(ids);
        const method = one.isThere ? 'PUT' : 'POST';
        const made = await call(method, placeOf(one), sent, one.type);
        assert.equal(made.status, one.isThere ? 200 : 201, made.text);
        assertHas(made.body, without(sent, one.hidden));
        if (!one.isThere) ids[one.name] = made.body.id;
        await assertSettled(one, sent);
      });
    }

    test('is changed, what is left out is gone, and nothing else has moved', async () => {
      for (const one of ENVIRONMENT) {
        if (!one.changed) continue;
        const sent = one.changed(ids);
        const put = await call('PUT', addressOf(one), sent);
        assert.equal(put.status, 200, `${one.name}: ${put.text}`);
        await assertSettled(one, sent);
      }
      const policy = await read(below(`/deviceAuthenticationPolicies/${ids['first policy']}`));
      assert.ok(!('notificationsPolicy' in policy), 'as the provider’s own test has it');
      for (const one of ENVIRONMENT) {
        await assertSettled(one, (one.changed ?? one.body)(ids));
      }
    });

    test('has lists that hold each resource whole', async () => {
      for (const one of ENVIRONMENT.filter(({ isThere }) => !isThere)) {
        const { _embedded, size } = await read(placeOf(one));
        const [rows = []] = Object.values<{ id: string }[]>(_embedded);
        const listed = rows.find(({ id }) => id === ids[one.name]);
        assert.equal(rows.length, size);
        // Counting takes a question of its own in a list.
        const { userCount: _, ...whole } = await read(addressOf(one));
        assert.deepEqual(listed, whole, one.name);
      }
    });

    test('is destroyed in the reverse order', async () => {
      for (const one of ENVIRONMENT.filter(({ isThere }) => !isThere).toReversed()) {
        const address = addressOf(one);
        const { status, text } = await call('DELETE', address);
        assert.equal(status, 204, `${one.name}: ${text}`);
        const gone = errorOf(await call('GET', address));
        assert.deepEqual([gone.status, gone.code], [404, 'NOT_FOUND'], one.name);
      }
      assert.equal((await call('DELETE', below('/mfaSettings'))).status, 204);
      assert.equal((await call('DELETE', below(''))).status, 204);
      for (const _time of [1, 2]) {
        const gone = errorOf(await call('GET', below('')));
        assert.deepEqual([gone.status, gone.code], [404, 'NOT_FOUND']);
      }
    });
  });
}
