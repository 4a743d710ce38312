/** The reference against the server that it describes: nothing without words, no example that fails. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { apiOperations } from '../src/app.ts';
import { GROUPS } from '../src/http/reference/groups.ts';
import { TEXTS, textOf } from '../src/http/reference/operation-text.ts';
import { PROPERTY_TEXTS } from '../src/http/reference/property-texts.ts';
import { EXAMPLE_IDS } from '../src/http/reference/texts/operation-text.ts';
import { startWhatsApp } from '../src/notifications/testing/whats-app-server.ts';
import type { Operation } from '../src/resources/kit/operation.ts';
import { WHATSAPP_EXAMPLE } from '../src/resources/messages/instant-messaging-delivery-settings/whats-app-settings.ts';
import { type Reply, send } from '../src/testing/client.ts';
import { aDefaultPolicy } from '../src/testing/policies.ts';
import { sentOtp } from '../src/testing/scenario.ts';
import { startTestServer, type TestServer } from '../src/testing/server.ts';

// biome-ignore lint/suspicious/noExplicitAny: a document of JSON, which the test walks.
type Json = any;

interface Example {
  id: string;
  method: string;
  path: string;
  mediaType: string;
  body: Json;
  isValid: ValidateFunction;
}

const FORM = 'application/x-www-form-urlencoded';
let server: TestServer;
let operations: readonly Operation[];
let document: Json;
let examples: readonly Example[];
/** The account of the example. */
let whatsApp: Awaited<ReturnType<typeof startWhatsApp>>;

before(async () => {
  whatsApp = await startWhatsApp(WHATSAPP_EXAMPLE);
  server = await startTestServer({ env: { COUNTERSIGN_WHATSAPP_URL: whatsApp.apiUrl } });
  // The first policy takes no authenticator apps.
  await aDefaultPolicy(server);
  operations = apiOperations(server.server.parts);
  document = (await server.raw('/openapi.json')).body;
  examples = examplesOf(document);
});
after(async () => {
  await server.close();
  whatsApp.close();
});

/** The examples of the document, each with the check of its own schema. */
function examplesOf(document: Json): Example[] {
  const ajv = new Ajv2020({ strict: false, discriminator: true });
  addFormats.default(ajv);
  ajv.addSchema({ $id: 'api', components: document.components });
  return Object.entries<Json>(document.paths).flatMap(([path, item]) =>
    Object.entries<Json>(item).flatMap(([method, { requestBody }]) =>
      Object.entries<Json>(requestBody?.content ?? {})
        .filter(([, { example }]) => example !== undefined)
        .map(([mediaType, { example, schema, 'x-operation-id': id }]) => ({
          id,
          method: method.toUpperCase(),
          path,
          mediaType,
          body: example,
          isValid: ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"api#/'))),
        })),
    ),
  );
}

/** Sends an example, with ids of this server in the place of those of the reader. */
async function run(id: string, ids: Record<string, string>, more: object = {}): Promise<Reply> {
  const example = examples.find((one) => one.id === id);
  assert.ok(example, `${id} has no example`);
  const text = Object.entries(EXAMPLE_IDS).reduce(
    (body, [name, placeholder]) => body.replaceAll(placeholder, ids[name] ?? randomUUID()),
    JSON.stringify({ ...example.body, ...more }),
  );
  const path = example.path.replaceAll(/\{(\w+)\}/g, (_all, name: string) =>
    name === 'envID' ? server.environmentId : (ids[name] ?? randomUUID()),
  );
  return send(`${server.server.url}${path}`, {
    method: example.method,
    token: server.token,
    headers: { 'content-type': example.mediaType },
    body: text,
  });
}

describe('the reference', () => {
  test('describes every operation once, and no other', () => {
    const without = operations.filter((one) => textOf(one).description === undefined);
    assert.deepEqual(
      without.map(({ id }) => id),
      [],
      'Give these a `description` where they are declared.',
    );
    const byId = new Map(operations.map((one) => [one.id, one]));
    const left = Object.entries(TEXTS).filter(([id, { description, example }]) => {
      const one = byId.get(id);
      return !one || (one.description && description) || (one.example && example);
    });
    assert.deepEqual(
      left.map(([id]) => id),
      [],
      'These texts have no operation, or it describes itself: remove them.',
    );
  });

  test('explains properties that there are', () => {
    const names = new Set(
      [...JSON.stringify(document).matchAll(/"(\w+)":\{/g)].map(([, one]) => one),
    );
    assert.deepEqual(
      Object.keys(PROPERTY_TEXTS).filter((name) => !names.has(name)),
      [],
      'These are no properties of any schema: remove them.',
    );
    const { coolDown } =
      document.paths['/v1/environments/{envID}/deviceAuthenticationPolicies'].post.requestBody
        .content['application/json'].schema.properties.email.properties.otp.properties.failure
        .properties;
    assert.equal(coolDown.description, PROPERTY_TEXTS.coolDown);
  });

  test('explains every group', () => {
    const tags = new Set(operations.map(({ tag }) => tag));
    assert.deepEqual(
      [...tags].filter((tag) => !(tag in GROUPS)),
      [],
    );
    assert.deepEqual(
      Object.keys(GROUPS).filter((tag) => tag !== 'Development' && !tags.has(tag)),
      [],
    );
  });

  test('has an example for every body', () => {
    const without = operations.filter((one) => one.body && !textOf(one).example);
    assert.deepEqual(
      without.map(({ id }) => id),
      [],
      'Give these an `example` where they are declared.',
    );
  });

  test('has examples that its schemas take', () => {
    assert.equal(examples.length, operations.filter((one) => one.body).length);
    for (const { id, body, isValid } of examples) {
      assert.ok(isValid(body), `${id}: ${JSON.stringify(isValid.errors)}`);
    }
  });

  test('has examples that the server takes', async () => {
    const placeholders = Object.values(EXAMPLE_IDS);
    for (const { id, path, body } of examples) {
      // A form, and messages that devices sign, are tried elsewhere.
      const { tag, mediaType } = operationOf(id);
      if (mediaType === FORM || tag === 'Device protocol') continue;
      const reply = await run(id, {});
      const needsOthers =
        /\{(?!envID)/.test(path) || placeholders.some((one) => JSON.stringify(body).includes(one));
      // What isn't there is said only once the body was read and taken.
      const target: string = reply.body?.details?.[0]?.target ?? '';
      const isNotThere = reply.status === 404 || /(?:\.i|I)d$/.test(target);
      assert.ok(reply.status < 300 || (needsOthers && isNotThere), `${id}: ${reply.text}`);
    }
    // Its e-mail leaves by the server again, not by the example's provider.
    const path = '/notificationsSettings/emailDeliverySettings';
    assert.equal((await server.api(path, { method: 'DELETE' })).status, 204);
  });

  test('has examples that lead from nothing to a sign-in', async () => {
    // An example has made it, and nobody is there.
    await server.api('/notificationsSettings/emailDeliverySettings', { method: 'DELETE' });
    const name = `kaisa-${randomUUID()}`;
    const email = `${name}@shop.example`;
    const user = await run('createUser', {}, { username: name, email });
    assert.equal(user.status, 201, user.text);
    const ids = { USER_ID: user.body.id, userID: user.body.id };
    assert.equal((await run('updateUserMfaEnabled', ids)).status, 200);
    const pending = { email, status: 'ACTIVATION_REQUIRED' };
    const device = await run('createDevice', ids, pending);
    assert.equal(device.status, 201, device.text);
    const deviceIds = { ...ids, DEVICE_ID: device.body.id, deviceID: device.body.id };
    const otp = await sentOtp(server, email);
    const active = await run('activateDevice', deviceIds, { otp });
    assert.equal(active.body.status, 'ACTIVE', active.text);
    assert.equal((await run('setDeviceNickname', deviceIds)).status, 200);
    const flow = await run('startDeviceAuthentication', deviceIds);
    assert.equal(flow.body.status, 'OTP_REQUIRED', flow.text);
    const flowIds = { ...deviceIds, deviceAuthenticationID: flow.body.id };
    assert.equal((await run('selectDevice', flowIds)).status, 200);
    const sent = await sentOtp(server, email);
    const done = await run('checkOtp', flowIds, { otp: sent });
    assert.equal(done.body.status, 'COMPLETED', done.text);
  });
});

const operationOf = (id: string) => {
  const found = operations.find((one) => one.id === id);
  assert.ok(found, id);
  return found;
};
