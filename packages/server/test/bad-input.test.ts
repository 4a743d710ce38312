/**
 * Bad input on every route, made from the list of operations itself: a new route is tested the
 * moment it is listed. Each answer is the documented error, and the store is as it was before.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { apiOperations } from '../src/app.ts';
import { BODY_BYTES_MAX } from '../src/config/limits.ts';
import { ERROR_DETAILS, ERRORS } from '../src/errors/catalogue.ts';
import { LICENSE_ID } from '../src/model/built-in.ts';
import type { Table } from '../src/model/documents.ts';
import type { Operation, SelfScope } from '../src/resources/kit/operation.ts';
import { TEMPLATE_ID } from '../src/resources/platform/reports/data-explorations.schema.ts';
import { issueUserToken } from '../src/resources/platform/tokens/issue-token.ts';
import { ANY_ENVIRONMENT } from '../src/storage/store.ts';
import { TABLE_NAMES } from '../src/storage/tables.ts';
import { askToken, type Reply, type RequestOptions, send } from '../src/testing/client.ts';
import { allowNative, aNativeApplication, aPairingKey } from '../src/testing/native.ts';
import { oathTokenBody } from '../src/testing/oath.ts';
import { allowMessages, fido2PolicyBody, policyBody } from '../src/testing/policies.ts';
import { aDevice, aFlow, aUser } from '../src/testing/scenario.ts';
import { startTestServer, type TestServer } from '../src/testing/server.ts';

type World = Record<string, string>;

let server: TestServer;
let operations: Operation[];
/** Ids that exist, by the name of the path parameter. */
let world: World;
let otherEnvironmentToken: string;
let rolelessToken: string;
let readOnlyToken: string;
let withoutMfaId: string;

const HOUR = 3_600_000;
const APPLICATION = {
  name: 'valid',
  type: 'WORKER',
  protocol: 'OPENID_CONNECT',
  enabled: true,
  grantTypes: ['CLIENT_CREDENTIALS'],
  tokenEndpointAuthMethod: 'CLIENT_SECRET_BASIC',
};
/** The head of a picture says all that is asked of it. */
const PNG = Buffer.from('89504e470d0a1a0a0000000d494844520000000200000003', 'hex');
const HMS = { type: 'HMS', clientId: '1', clientSecret: 'x' };
const FIDO_POLICY = {
  name: 'old',
  attestationRequirements: 'NONE',
  residentKeyRequirement: 'REQUIRED',
};
const SUBSCRIPTION = {
  name: 'valid',
  enabled: false,
  verifyTlsCertificates: true,
  // Nothing of that kind happens here: numbers are given in the background.
  filterOptions: { includedActionTypes: ['ACCOUNT.LINKED'] },
  httpEndpoint: { url: 'https://audit.shop.example/' },
};
const PHONE_SENDER = {
  name: 'valid',
  provider: 'CUSTOM_PROVIDER',
  authentication: { method: 'BEARER', authToken: 'x' },
  requests: [
    {
      deliveryMethod: 'SMS',
      method: 'GET',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a placeholder of the request.
      url: 'https://sms.shop.example/?to=${to}&text=${message}',
    },
  ],
};
const AUTHENTICATOR = {
  aaguid: randomUUID(),
  metadataStatement: { description: 'Key One', attestationRootCertificates: [] },
};
const isForm = ({ mediaType }: Operation) => mediaType === 'application/x-www-form-urlencoded';
const guarded = () => operations.filter(({ permission }) => permission !== 'PUBLIC');
const writing = () => operations.filter((operation) => operation.body && !isForm(operation));

function pathOf({ path }: Operation, ids: World = world): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => ids[name] ?? randomUUID());
}

function call(operation: Operation, options: RequestOptions = {}, ids: World = world) {
  const { method, mediaType, body } = operation;
  const type = mediaType ?? (body ? 'application/json' : undefined);
  return send(`${server.server.url}${pathOf(operation, ids)}`, {
    method,
    token: server.token,
    ...(type === undefined ? {} : { type }),
    ...options,
  });
}

/** Everything that is kept, but for the outcome of requests that are made on purpose. */
async function snapshot(): Promise<string> {
  const tables: Table[] = TABLE_NAMES;
  const rows = await Promise.all(
    tables.map((table) => server.server.parts.store.list(table, ANY_ENVIRONMENT, { limit: 1_000 })),
  );
  return JSON.stringify(rows);
}

/** The contract's error: an id, a code of the catalogue, details of the catalogue. */
function assertError(reply: Reply, status: number, code: string, operation: Operation): void {
  const about = `${operation.id}: ${reply.status} ${reply.text}`;
  assert.equal(reply.status, status, about);
  assert.equal(reply.body.code, code, about);
  assert.equal(ERRORS[code as keyof typeof ERRORS].status, status, about);
  assert.match(reply.body.id, /^[0-9a-f-]{36}$/, about);
  for (const detail of reply.body.details ?? []) {
    assert.ok(detail.code in ERROR_DETAILS, about);
    assert.equal(typeof detail.message, 'string', about);
  }
  assert.ok(reply.headers['x-ping-external-transaction-id'], about);
}

async function workerToken(environmentId: string, roleName: string | undefined): Promise<string> {
  const api = `${server.server.url}/v1/environments/${environmentId}`;
  const { token } = server;
  const made = await send(`${api}/applications`, {
    token,
    body: { ...APPLICATION, name: `worker-${randomUUID()}`, assignActorRoles: false },
  });
  assert.equal(made.status, 201, made.text);
  if (roleName !== undefined) {
    const roles = await send(`${server.server.url}/v1/roles`, { token });
    const role = roles.body._embedded.roles.find(({ name }: { name: string }) => name === roleName);
    const scope = { id: environmentId, type: 'ENVIRONMENT' };
    const assigned = await send(`${api}/applications/${made.body.id}/roleAssignments`, {
      token,
      body: { role: { id: role.id }, scope },
    });
    assert.equal(assigned.status, 201, assigned.text);
  }
  const secret = await send(`${api}/applications/${made.body.id}/secret`, { token });
  assert.equal(secret.status, 200, secret.text);
  server.secret(secret.body.secret);
  const environment = `${server.server.url}/${environmentId}`;
  const issued = await askToken(environment, made.body.id, secret.body.secret);
  assert.equal(issued.status, 200, issued.text);
  server.secret(issued.body.access_token);
  return issued.body.access_token;
}

async function anEnvironment(products: object[]): Promise<string> {
  const reply = await send(`${server.server.url}/v1/environments`, {
    token: server.token,
    body: { name: `environment-${randomUUID()}`, billOfMaterials: { products } },
  });
  assert.equal(reply.status, 201, reply.text);
  return reply.body.id;
}

/** One of each that is kept as a part of something, and of those without `PUT`. */
async function makeKeptParts(): Promise<void> {
  const [schema] = (await server.api('/schemas')).body._embedded.schemas;
  Object.assign(world, { schemaID: schema.id, certificateID: randomUUID() });
  for (const { tag, method, path, example } of operations) {
    if (tag !== 'Surroundings' || method !== 'POST') continue;
    const one = operations.find(
      (other) => other.method === 'GET' && other.path.startsWith(`${path}/{`),
    );
    const [parameter = ''] = one?.path.slice(path.length).match(/\w+/) ?? [];
    if (world[parameter] || !example) continue;
    const address = `${server.server.url}${path.replaceAll(/\{(\w+)\}/g, (_, name) => world[name] ?? '')}`;
    const made = await send(address, { token: server.token, body: example });
    assert.equal(made.status, 201, made.text);
    world[parameter] = made.body.id;
  }
}

before(async () => {
  // Nobody listens there.
  server = await startTestServer({ env: { COUNTERSIGN_WHATSAPP_URL: 'http://127.0.0.1:9/v23.0' } });
  const user = await aUser(server);
  const oathToken = await server.api('/oathTokens', { body: oathTokenBody() });
  const { serialNumber } = oathToken.body;
  await aDevice(server, user, { type: 'OATH_TOKEN', serialNumber });
  await allowMessages(server);
  operations = apiOperations(server.server.parts);
  const { parts } = server.server;
  const device = await aDevice(server, user, { status: 'ACTIVATION_REQUIRED' });
  await aDevice(server, user, { type: 'SMS', phone: '+15125551234' });
  const flow = await aFlow(server, user);
  const policy = await server.api('/deviceAuthenticationPolicies', {
    body: policyBody('other', { recovery: { temporaryCodes: { enabled: true } } }),
  });
  const lifeTime = { duration: 1, timeUnit: 'HOURS' };
  const temporaryCode = await server.api(`/users/${user.id}/temporaryCodes`, {
    body: { lifeTime, policy: { id: policy.body.id } },
  });
  const invitation = await server.api(`/users/${user.id}/invitations`, { body: { lifeTime } });
  const population = await server.api('/populations', { body: { name: 'other' } });
  const group = await server.api('/groups', { body: { name: 'other' } });
  await server.api(`/users/${user.id}/memberOfGroups`, { body: { id: group.body.id } });
  const [assignment] = await parts.store.list('role_assignments', server.environmentId, {
    limit: 1,
  });
  const [message] = await parts.store.list('messages', server.environmentId, { limit: 1 });
  const [activity] = await parts.store.list('activities', server.environmentId, { limit: 1 });
  const roles = await send(`${server.server.url}/v1/roles`, { token: server.token });
  const applicationId = await aNativeApplication(server);
  await allowNative(server, applicationId);
  const pairingKey = await aPairingKey(server, user);
  const pushCredential = await server.api(`/applications/${applicationId}/pushCredentials`, {
    body: HMS,
  });
  const code = await server.auth('/authenticationCodes', {
    body: { application: { id: applicationId } },
  });
  const fido2Policy = await server.api('/fido2Policies', { body: fido2PolicyBody('other') });
  const fidoPolicy = await server.api('/fidoPolicies', { body: FIDO_POLICY });
  const subscription = await server.api('/subscriptions', { body: SUBSCRIPTION });
  const phoneSender = await server.api('/notificationsSettings/phoneDeliverySettings', {
    body: PHONE_SENDER,
  });
  const authenticator = await server.api('/fidoDevicesMetadata', { body: AUTHENTICATOR });
  const job = await server.api('/oathJobs', {
    type: 'job.oathtokens.create',
    body: { async: false, tokens: [oathTokenBody()] },
  });
  const notificationPolicy = await server.api('/notificationsPolicies', {
    body: { name: 'limits', quotas: [] },
  });
  const organizations = await parts.store.list('organizations', ANY_ENVIRONMENT, { limit: 1 });
  const kept: World = {};
  for (const one of operations) {
    const [, parameter] = /^\/v1\/environments\/\{envID\}\/\w+\/\{(\w+)\}$/.exec(one.path) ?? [];
    if (one.tag !== 'Surroundings' || one.method !== 'PUT' || !parameter) continue;
    const made = await server.api(
      one.path
        .split('/')
        .slice(4, 5)
        .map((name) => `/${name}`)
        .join(''),
      { body: one.example },
    );
    kept[parameter] = made.body.id;
  }
  const trustedIssuer = await server.api('/trustedIssuers', {
    body: {
      name: 'valid',
      issuer: 'https://id.shop.example',
      jwksUrl: 'https://id.shop.example/keys',
      audiences: ['valid'],
    },
  });
  const exploration = await server.api('/dataExplorations', {
    body: { dataExplorationTemplate: { id: TEMPLATE_ID } },
  });
  const domainName = 'mail.shop.example';
  const emailDomain = await server.api('/emailDomains', { body: { domainName } });
  const trustedEmail = await server.api(`/emailDomains/${emailDomain.body.id}/trustedEmails`, {
    body: { emailAddress: `no-reply@${domainName}` },
  });
  const content = await server.api('/templates/strong_authentication/contents', {
    body: { deliveryMethod: 'Push', locale: 'fi', body: 'valid' },
  });
  world = {
    uid: 'abcdefghijklmnopqrstu',
    trustedIssuerID: trustedIssuer.body.id,
    ...kept,
    emailDomainID: emailDomain.body.id,
    trustedEmailID: trustedEmail.body.id,
    templateName: 'strong_authentication',
    contentID: content.body.id,
    imageID: (await server.api('/images', { type: 'image/png', body: PNG })).body.id,
    organizationID: organizations[0]?.id ?? '',
    licenseID: LICENSE_ID,
    dataExplorationID: exploration.body.id,
    oathTokenID: oathToken.body.id,
    oathJobID: job.body.id,
    temporaryCodeID: temporaryCode.body.id,
    invitationID: invitation.body.id,
    pairingKeyID: pairingKey.id,
    authenticationCodeID: code.body.id,
    pushCredentialID: pushCredential.body.id,
    fido2PolicyID: fido2Policy.body.id,
    fidoPolicyID: fidoPolicy.body.id,
    notificationPolicyID: notificationPolicy.body.id,
    fidoDeviceID: authenticator.body.id,
    envID: server.environmentId,
    userID: user.id,
    deviceID: device.id,
    deviceAuthenticationID: flow.id,
    deviceAuthenticationPolicyID: policy.body.id,
    populationID: population.body.id,
    groupID: group.body.id,
    appID: applicationId,
    roleAssignmentID: assignment?.id ?? '',
    roleID: roles.body._embedded.roles[0].id,
    activityID: activity?.id ?? '',
    subscriptionID: subscription.body.id,
    notificationID: message?.id ?? '',
    sender: randomUUID(),
    callbackKey: 'x'.repeat(43),
    phoneDeliverySettingsID: phoneSender.body.id,
  };
  await makeKeptParts();
  const otherId = await anEnvironment([{ type: 'PING_ONE_MFA' }]);
  withoutMfaId = await anEnvironment([{ type: 'PING_ONE_BASE' }]);
  otherEnvironmentToken = await workerToken(otherId, 'Identity Data Admin');
  rolelessToken = await workerToken(server.environmentId, undefined);
  readOnlyToken = await workerToken(server.environmentId, 'Identity Data Read Only');
});
after(() => server.close());

describe('every route', () => {
  let unchanged: string;

  test('has operations to test, and an id for every path parameter', () => {
    assert.ok(operations.length > 50);
    const names = new Set(operations.flatMap(({ path }) => path.match(/\w+(?=\})/g) ?? []));
    assert.deepEqual(
      [...names].filter((name) => !world[name]),
      [],
    );
  });

  test('refuses a request without a token, and with one that is none', async () => {
    unchanged = await snapshot();
    for (const operation of guarded()) {
      for (const authorization of ['', 'Bearer x', 'Bearer a.b.c', 'Basic YTpi', 'Bearer']) {
        const reply = await call(operation, { token: undefined, headers: { authorization } });
        assertError(reply, 401, 'INVALID_TOKEN', operation);
      }
    }
    assert.equal(await snapshot(), unchanged);
  });

  test("refuses another environment's token, and one without the role", async () => {
    for (const operation of guarded()) {
      if (!operation.path.includes('{envID}')) continue;
      for (const token of [otherEnvironmentToken, rolelessToken]) {
        assertError(await call(operation, { token }), 403, 'ACCESS_FAILED', operation);
      }
      // A report is asked for by POST, and only reads.
      if (operation.method === 'GET' || operation.permission.startsWith('read:')) continue;
      assertError(await call(operation, { token: readOnlyToken }), 403, 'ACCESS_FAILED', operation);
    }
    assert.equal(await snapshot(), unchanged);
  });

  test("refuses a user's token without the scope, and on another user", async () => {
    const { parts } = server.server;
    const { envID: environmentId = '', userID = '' } = world;
    const tokenOf = async (userId: string, scopes: SelfScope[]) => {
      const issued = await issueUserToken(parts, { environmentId, userId, scopes });
      server.secret(issued.token);
      return issued.token;
    };
    const stranger = await aUser(server);
    unchanged = await snapshot();
    const scopes: SelfScope[] = [
      'p1:read:user',
      'p1:update:user',
      'p1:create:device',
      'p1:read:device',
    ];
    const bare = await tokenOf(userID, []);
    const foreign = await tokenOf(stranger.id, [...scopes, 'p1:update:device', 'p1:delete:device']);
    for (const operation of guarded().filter(({ selfFlow }) => !selfFlow)) {
      assertError(await call(operation, { token: bare }), 403, 'ACCESS_FAILED', operation);
      assertError(await call(operation, { token: foreign }), 403, 'ACCESS_FAILED', operation);
    }
    for (const operation of guarded().filter((one) => one.selfFlow && one.path.includes('{dev'))) {
      const body = operation.body ? validBody(operation) : undefined;
      const reply = await call(operation, { token: foreign, body });
      assertError(reply, 404, 'NOT_FOUND', operation);
    }
    const start = operations.find(({ id }) => id === 'startDeviceAuthentication');
    assert.ok(start);
    const reply = await call(start, { token: foreign, body: { user: { id: userID } } });
    assertError(reply, 404, 'NOT_FOUND', start);
    assert.equal(await snapshot(), unchanged);
  });

  test('does not find ids that are not there, or are none', async () => {
    for (const operation of guarded()) {
      const names = operation.path.match(/\w+(?=\})/g) ?? [];
      for (const name of names) {
        for (const id of [randomUUID(), 'not-an-id', '%00', '..%2f..', 'A'.repeat(36)]) {
          const body = operation.body ? validBody(operation) : undefined;
          const reply = await call(operation, { body }, { ...world, [name]: id });
          assertError(reply, 404, 'NOT_FOUND', operation);
        }
      }
    }
    assert.equal(await snapshot(), unchanged);
  });

  test('refuses a body that is no JSON object', async () => {
    const bodies = [
      '{',
      '[]',
      '"text"',
      'null',
      '{"a":1}}',
      '\ufeff{"a":',
      Buffer.from([0x7b, 0xff, 0xfe, 0x7d]),
      '{"name":"\\u0000"}',
      '{"name":"\\ud800"}',
      '{"__proto__":{"enabled":true}}',
      `${'{"a":'.repeat(100)}1${'}'.repeat(100)}`,
    ];
    for (const operation of writing()) {
      for (const body of bodies) {
        // It is no body, and taken where none is needed: Go clients send it.
        if (body === 'null' && operation.bodyOptional) continue;
        assertError(await call(operation, { body }), 400, 'INVALID_REQUEST', operation);
      }
    }
    assert.equal(await snapshot(), unchanged);
  });

  test('refuses each property of a wrong type, and names it', async () => {
    for (const operation of writing()) {
      for (const [name, value] of wrongProperties(operation)) {
        const reply = await call(operation, { body: { ...validBody(operation), [name]: value } });
        assertError(reply, 400, 'INVALID_DATA', operation);
        const targets = reply.body.details.map(({ target = '' }) => target);
        assert.ok(
          targets.some((target: string) => target.startsWith(name)),
          `${operation.id} ${name}: ${targets}`,
        );
      }
    }
    assert.equal(await snapshot(), unchanged);
  });

  test('names what is missing', async () => {
    for (const operation of writing()) {
      const { required = [] } = Object(operation.body) as { required?: string[] };
      if (required.length === 0) continue;
      const reply = await call(operation, { body: {} });
      assertError(reply, 400, 'INVALID_DATA', operation);
      const details = reply.body.details.map(({ code, target }: Record<string, string>) =>
        [code, target].join(' '),
      );
      for (const name of required)
        assert.ok(details.includes(`REQUIRED_VALUE ${name}`), reply.text);
    }
    assert.equal(await snapshot(), unchanged);
  });

  test('refuses media types that it has no action for, and bodies over the limit', async () => {
    for (const operation of operations) {
      if (operation.method === 'GET' || operation.method === 'DELETE') continue;
      const type = 'application/vnd.pingidentity.no.such.action+json';
      assertError(
        await call(operation, { type, body: '{}' }),
        415,
        'UNSUPPORTED_MEDIA_TYPE',
        operation,
      );
    }
    for (const operation of writing()) {
      const body = JSON.stringify({ name: 'x'.repeat(operation.bodyBytesMax ?? BODY_BYTES_MAX) });
      assertError(await call(operation, { body }), 413, 'REQUEST_TOO_LARGE', operation);
    }
    assert.equal(await snapshot(), unchanged);
  });

  test('refuses an environment without PING_ONE_MFA, where it is about MFA', async () => {
    const mfa = guarded().filter(
      ({ path, needsMfa }) => path.includes('{envID}') && needsMfa !== false,
    );
    assert.ok(mfa.length > 20);
    for (const operation of mfa) {
      const reply = await call(operation, {}, { ...world, envID: withoutMfaId });
      assertError(reply, 403, 'ACCESS_FAILED', operation);
      assert.match(reply.body.message, /PING_ONE_MFA/);
    }
    assert.equal(await snapshot(), unchanged);
  });

  test('refuses lists with bad parameters', async () => {
    const lists = operations.filter(({ id }) => id.startsWith('list') && id !== 'listRoles');
    const bad = [
      ['limit=0', 'limit'],
      ['limit=-1', 'limit'],
      ['limit=99999999', 'limit'],
      ['limit=x', 'limit'],
      ['limit=1&limit=2', 'limit'],
      ['filter=(((', 'filter'],
      ['filter=password%20eq%20%22x%22', 'filter'],
      [`filter=${'(a%20eq%201)%20or%20'.repeat(200)}`, 'filter'],
      ['filter=username%20eq%20%22x%27%20or%201%3D1--%22%20x', 'filter'],
    ];
    for (const operation of lists) {
      for (const [query, target] of bad) {
        const reply = await send(`${server.server.url}${pathOf(operation)}?${query}`, {
          token: server.token,
        });
        assertError(reply, 400, 'INVALID_DATA', operation);
        assert.equal(reply.body.details[0].target, target, `${operation.id} ${query}`);
      }
    }
  });

  test('refuses an expired token', async () => {
    server.advance(HOUR + 31_000);
    for (const operation of guarded()) {
      assertError(await call(operation), 401, 'INVALID_TOKEN', operation);
    }
    assert.equal(await snapshot(), unchanged);
  });

  test('never answers 5xx to random bytes in any place', async () => {
    await server.renew();
    const pieces = [
      '%',
      '%zz',
      '\\',
      '//',
      '?a[]=1&a=2',
      '%2e%2e',
      ';x=1',
      '\u00e9',
      '%F0%9F%92%A9',
    ];
    for (const operation of operations) {
      for (const piece of pieces) {
        const url = `${server.server.url}${pathOf(operation)}${encodeURI(piece)}`;
        const reply = await send(url, { method: operation.method, token: server.token }).catch(
          () => undefined,
        );
        if (operation.method === 'DELETE') continue;
        assert.ok(!reply || reply.status < 500, `${operation.id} ${piece} ${reply?.status}`);
      }
      if (operation.method === 'DELETE') break;
    }
  });
});

/** What is wrong in a value of this schema, whatever its type. */
function wrongProperties({ body }: Operation): [string, unknown][] {
  const properties: Record<string, { type?: string | string[] }> = Object(Object(body).properties);
  return Object.entries(properties).map(([name, { type }]) => [
    name,
    [type].flat().some((one) => one === 'object' || one === 'array') ? 'text' : { object: 1 },
  ]);
}

/** A body that is good enough for everything but what a test makes wrong in it. */
function validBody({ id, example }: Operation): object {
  const bodies: Record<string, object> = {
    startDeviceAuthentication: { user: { id: world.userID } },
    selectDevice: { device: { id: world.deviceID } },
    checkOtp: { otp: '12345678' },
    checkAssertion: { origin: 'https://login.shop.example', assertion: '{}' },
    activateDevice: { otp: '12345678' },
    createDevice: { type: 'EMAIL', email: 'kaisa@shop.example' },
    importDevice: {
      type: 'TOTP',
      secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
      // The first policy takes no authenticator apps.
      policy: { id: world.deviceAuthenticationPolicyID },
    },
    setDeviceNickname: { nickname: 'Red phone' },
    createAuthenticationCode: { application: { id: world.appID } },
    createPushCredential: HMS,
    updatePushCredential: HMS,
    createOathToken: oathTokenBody(),
    createOathTokens: { tokens: [oathTokenBody()] },
    revokeOathTokens: { type: 'REVOKE_OATH_TOKENS', async: true, tokenIds: [randomUUID()] },
    resyncOathToken: { otps: ['123456'] },
    resyncUserOathToken: { otps: ['123456'] },
    requestDeviceLogs: { status: 'PENDING' },
    reorderDevices: { order: [{ id: randomUUID() }] },
    createUser: { username: `user-${randomUUID()}` },
    importUser: { username: `user-${randomUUID()}` },
    replaceUser: { username: `user-${randomUUID()}` },
    updateUserEnabled: { enabled: true },
    updateUserMfaEnabled: { mfaEnabled: true },
    updateUserBypass: { bypassMFAEnabledUntil: '2026-03-04T05:06:07.089Z' },
    updateMfaSettings: { pairing: { maxAllowedDevices: 5, pairingKeyFormat: 'NUMERIC' } },
    createDeviceAuthenticationPolicy: policyBody('valid'),
    updateDeviceAuthenticationPolicy: policyBody('valid'),
    migrateDeviceAuthenticationPolicies: {
      migrationData: [{ deviceAuthenticationPolicyId: world.deviceAuthenticationPolicyID }],
    },
    createFido2Policy: fido2PolicyBody('valid'),
    updateFido2Policy: fido2PolicyBody('valid'),
    createFidoPolicy: FIDO_POLICY,
    createSubscription: SUBSCRIPTION,
    updateSubscription: SUBSCRIPTION,
    updateFidoPolicy: FIDO_POLICY,
    addFidoDeviceMetadata: {
      aaguid: randomUUID(),
      metadataStatement: { description: 'Key Two', attestationRootCertificates: [] },
    },
    createEnvironment: { name: 'valid' },
    updateEnvironment: { name: 'valid' },
    updateBillOfMaterials: { products: [{ type: 'PING_ONE_MFA' }] },
    createPopulation: { name: 'valid' },
    updatePopulation: { name: 'valid' },
    updateUserPopulation: { id: world.populationID },
    createGroup: { name: 'valid' },
    updateGroup: { name: 'valid' },
    createMemberOfGroup: { id: world.groupID },
    createApplication: APPLICATION,
    updateApplication: APPLICATION,
    setApplicationSecret: { secret: 'a-secret-of-before' },
    createRoleAssignment: {
      role: { id: world.roleID },
      scope: { id: world.envID, type: 'ENVIRONMENT' },
    },
  };
  return bodies[id] ?? example ?? {};
}
