/** Web Push against a push service that checks what it is sent, and against hostile ones. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, describe, test } from 'node:test';
import { until } from '../../../testing/until.ts';
import { ENDLESS_BYTES, startWebPush } from '../../../testing/web-push-service.ts';
import { assertLater, DELIVERED, pushTimeout, senderOf, UNREACHABLE } from './testing-push.ts';
import { openWebPushChannel, readSubscription } from './web-push.ts';

const service = await startWebPush();
after(() => service.close());

describe('Web Push', () => {
  const keys = (() => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const { x = '', y = '', d = '' } = privateKey.export({ format: 'jwk' });
    const point = [Buffer.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')];
    return { publicKey: Buffer.concat(point).toString('base64url'), privateKey: d };
  })();
  service.trust(keys.publicKey);

  const open = (more: object = {}) =>
    openWebPushChannel({
      keys: async () => keys,
      subject: () => 'mailto:admin@shop.example',
      allowPrivate: true,
      ca: service.ca,
      ...more,
    });

  test('reaches a browser, which alone can read what it is told', async () => {
    const channel = open();
    const receipt = await senderOf(channel)(service.subscription('good'));
    assert.deepEqual(receipt, DELIVERED);
    const [push] = service.arrived;
    assert.deepEqual(push?.payload, { v: 1, environmentId: 'environment-1', id: 'flow-1' });
    assert.deepEqual(
      [push?.headers.ttl, push?.headers.urgency, push?.headers.topic],
      ['40', 'high', 'request'],
    );
    await channel.close();
  });

  test('hears that a subscription is gone, and of what may pass', async () => {
    const channel = open();
    const to = async (token: string) => senderOf(channel)(service.subscription(token));
    for (const token of ['dead', 'unknown']) {
      const receipt = await to(token);
      assert.ok(receipt.outcome === 'REFUSED' && receipt.retires === 'GONE', token);
    }
    assertLater(await to('busy'), false, 'busy');
    assertLater(await to('down'), true, 'down');
    const patience = await to('patience');
    assert.ok(patience.outcome === 'LATER' && patience.retryAfterMs === 17_000);
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const { d = '' } = other.export({ format: 'jwk' });
    const stranger = open({ keys: async () => ({ ...keys, privateKey: d }) });
    const refused = await senderOf(stranger)(service.subscription('good'));
    assert.deepEqual(refused, { outcome: 'REFUSED', reason: 'WEB_PUSH 403' });
    const untrusted = open({ ca: undefined });
    const broken = await senderOf(untrusted)(service.subscription('good'));
    assert.equal(broken.outcome, 'LATER');
    for (const one of [channel, stranger, untrusted]) await one.close();
  });

  test('calls nobody inside, and nothing that is no subscription', async () => {
    const channel = open({ allowPrivate: false });
    const before = service.asked.length;
    const good = service.subscription('good');
    const at = (endpoint: string) => JSON.stringify({ ...JSON.parse(good), endpoint });
    for (const address of [
      good,
      good.replace('127.0.0.1', 'localhost'),
      at('https://127.0.0.1/good'),
      at('https://[::1]/good'),
      at('https://[::ffff:127.0.0.1]/good'),
      // A name that leads inside.
      at('https://localhost/good'),
      at('https://push.example:8443/good'),
      at('http://push.example/good'),
      '',
      '{}',
      'https://push.example',
    ]) {
      const receipt = await senderOf(channel)(address);
      assert.deepEqual(receipt, { outcome: 'REFUSED', reason: 'INVALID_SUBSCRIPTION' }, address);
    }
    assert.equal(service.asked.length, before);
    assert.equal(readSubscription('{"endpoint":"https://a:b@c.example","keys":{}}'), undefined);
    await channel.close();
  });

  test('refuses keys that nothing can be encrypted for', async () => {
    const channel = open();
    const before = service.asked.length;
    const { endpoint, keys: browser } = JSON.parse(service.subscription('good'));
    for (const wrong of [
      { p256dh: 'AAAA' },
      { p256dh: Buffer.alloc(65, 4).toString('base64url') },
      { auth: 'AAAA' },
    ]) {
      const address = JSON.stringify({ endpoint, keys: { ...browser, ...wrong } });
      const receipt = await senderOf(channel)(address);
      assert.deepEqual(receipt, { outcome: 'REFUSED', reason: 'INVALID_SUBSCRIPTION' });
    }
    assert.equal(service.asked.length, before);
    await channel.close();
  });

  test('follows no redirect', async () => {
    const channel = open();
    const before = service.arrived.length;
    const receipt = await senderOf(channel)(service.subscription('moved'));
    assert.deepEqual(receipt, { outcome: 'REFUSED', reason: 'WEB_PUSH 307' });
    assert.equal(service.arrived.length, before);
    await channel.close();
  });

  test('hangs up on a service that does not stop talking', async () => {
    const channel = open();
    const receipt = await senderOf(channel)(service.subscription('endless'));
    assert.deepEqual(receipt, DELIVERED);
    const said = (await service.said.at(-1)) ?? 0;
    // What lies in the buffers of both ends.
    assert.ok(said > 0 && said < ENDLESS_BYTES / 2, `${said} bytes`);
    await channel.close();
  });

  test('hangs up when it is told to', async () => {
    const channel = open();
    const ending = new AbortController();
    const receipt = senderOf(channel)(service.subscription('silent'), ending.signal);
    await until(() => service.asked.includes('silent'));
    ending.abort();
    assert.deepEqual(await receipt, UNREACHABLE);
    await until(() => service.hungUp.includes('silent'));
    await channel.close();
  });

  test('has so much time in all, however often something comes', async (context) => {
    const endTime = pushTimeout(context);
    const channel = open();
    const receipt = senderOf(channel)(service.subscription('slow'));
    await until(() => service.asked.includes('slow'));
    endTime();
    await receipt;
    await until(() => service.hungUp.includes('slow'));
    await channel.close();
  });
});
