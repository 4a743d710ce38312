/** A test push through providers that speak the real protocols: what they say is what is answered. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { errorOf, invalidData } from '../../../testing/client.ts';
import { type PushServer, startPushServer } from '../../../testing/push-server.ts';
import { found } from '../../../testing/scenario.ts';

describe('a test push', () => {
  let push: PushServer;
  before(async () => {
    push = await startPushServer('sqlite');
  });
  after(() => push?.close());

  const request = (more: object = {}) => ({
    application: { id: push.applicationId },
    pushToken: 'good',
    title: 'Countersign test',
    body: 'It works.',
    deliveryMethod: 'Google',
    data: { type: 'DRY' },
    ...more,
  });
  const send = (more: object = {}, query = '?sync=true') =>
    push.server.api(`/notifications${query}`, { body: request(more) });

  test('says that the application has no account with the service', async () => {
    for (const deliveryMethod of ['GOOGLE', 'HUAWEI', 'IOS']) {
      const reply = await send({ deliveryMethod });
      assert.deepEqual(errorOf(reply), {
        status: 400,
        code: 'REQUEST_FAILED',
        detail: 'INVALID_VALUE',
        target: 'pushToken',
      });
      assert.equal(reply.body.details[0].message, 'MissingPushCredentials');
    }
  });

  test('is sent with its own words by each service', async () => {
    for (const body of Object.values(push.accounts)) {
      assert.equal((await push.credentials('', { body })).status, 201);
    }
    const policies = (await push.server.api('/notificationsPolicies')).body._embedded;
    const [policy] = policies.notificationsPolicies;
    for (const [deliveryMethod, vendor, service] of [
      ['Google', 'FCM_HTTP_V1', push.fcm],
      ['HUAWEI', 'HMS', push.hms],
      ['ios', 'APNS', push.apns],
    ] as const) {
      const reply = await send({ deliveryMethod }, '?sync=true&expand=attributes');
      assert.equal(reply.status, 201, reply.text);
      const { _links, id, environment, createdAt, updatedAt, ...members } = reply.body;
      assert.deepEqual(members, { status: 'SENT', vendor, policy: { id: policy.id } });
      assert.deepEqual(environment, { id: push.server.environmentId });
      assert.ok(_links.self && id && createdAt && updatedAt);
      const arrived = service.arrived.at(-1);
      assert.equal(arrived?.token, 'good');
      const sent = JSON.stringify(arrived?.payload);
      assert.ok(sent.includes('Countersign test') && sent.includes('It works.'), sent);
      const [activity] = await found(push.server, 'activities', `resources.id eq "${id}"`);
      assert.equal(activity.action.type, 'NOTIFICATION.CREATED');
      assert.equal(activity.result.status, 'SUCCESS');
    }
    const { store } = push.server.server.parts;
    const list = (table: 'messages' | 'message_counters') =>
      store.list(table, push.server.environmentId, { limit: 10 });
    assert.deepEqual([await list('messages'), await list('message_counters')], [[], []]);
  });

  test('fails with the cause as the service puts it', async () => {
    const causes: [object, string][] = [
      [{ pushToken: 'dead' }, 'FCM 404 UNREGISTERED'],
      [{ pushToken: 'foreign' }, 'FCM 403 SENDER_ID_MISMATCH'],
      [{ pushToken: 'busy' }, 'FCM 429 QUOTA_EXCEEDED'],
      [{ pushToken: 'dead', deliveryMethod: 'HUAWEI' }, 'HMS 410 INVALID_TOKEN'],
      [{ pushToken: 'dead', deliveryMethod: 'IOS' }, 'APNS 410 Unregistered'],
      [{ pushToken: 'bad', deliveryMethod: 'IOS' }, 'APNS 400 BadDeviceToken'],
    ];
    for (const [more, cause] of causes) {
      const reply = await send(more);
      const { status, code, detail, target } = errorOf(reply);
      assert.deepEqual(
        [status, code, detail, target, reply.body.details[0].message],
        [400, 'REQUEST_FAILED', 'INVALID_VALUE', 'pushToken', cause],
      );
    }
    const failed = await found(push.server, 'activities', 'action.type eq "NOTIFICATION.CREATED"');
    assert.equal(failed[0].result.status, 'FAILED');
  });

  test('refuses what it can not send', async () => {
    const missing = ['application', 'pushToken', 'title', 'body', 'deliveryMethod', 'data'];
    for (const name of missing) {
      const reply = await send({ [name]: undefined });
      assert.deepEqual(errorOf(reply), invalidData('REQUIRED_VALUE', name));
    }
    const wrong: [object, string, string, string?][] = [
      [{ application: { id: randomUUID() } }, 'INVALID_VALUE', 'application.id'],
      [{ application: {} }, 'REQUIRED_VALUE', 'application.id'],
      [{ data: {} }, 'REQUIRED_VALUE', 'data.type'],
      [{ data: { type: 'WET' } }, 'INVALID_VALUE', 'data.type'],
      [{ deliveryMethod: 'PIGEON' }, 'INVALID_VALUE', 'deliveryMethod'],
      [{ title: 'x'.repeat(201) }, 'SIZE_LIMIT_EXCEEDED', 'title'],
      [{ body: 'x'.repeat(401) }, 'SIZE_LIMIT_EXCEEDED', 'body'],
      [{ pushToken: '' }, 'EMPTY_VALUE', 'pushToken'],
      [{}, 'REQUIRED_VALUE', 'sync', ''],
      [{}, 'INVALID_VALUE', 'sync', '?sync=false'],
      [{}, 'INVALID_VALUE', 'expand', '?sync=true&expand=all'],
    ];
    for (const [more, detail, target, query] of wrong) {
      const reply = await send(more, query ?? '?sync=true');
      assert.deepEqual(errorOf(reply), invalidData(detail, target), reply.text);
    }
  });
});
