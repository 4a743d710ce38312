/** Web Push against a push service that checks what it is sent, and against hostile ones. */

import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { PUSH_TIMEOUT_MS } from '../../../config/limits.ts';
import { HANG_MS } from '../../../testing/until.ts';
import { ENDLESS_BYTES, startWebPush } from '../../../testing/web-push-service.ts';
import type { RenderedMessage } from '../channel.ts';
import { openWebPushChannel, readSubscription } from './web-push.ts';

/** Waits for what the other end of a connection does. */
async function until(isDone: () => boolean): Promise<void> {
  while (!isDone()) await turn();
}

describe('Web Push', { timeout: HANG_MS }, () => {
  const keys = (() => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const { x = '', y = '', d = '' } = privateKey.export({ format: 'jwk' });
    const point = [Buffer.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')];
    return { publicKey: Buffer.concat(point).toString('base64url'), privateKey: d };
  })();
  let service: Awaited<ReturnType<typeof startWebPush>>;
  before(async () => {
    service = await startWebPush();
    service.trust(keys.publicKey);
  });
  after(() => service.close());

  const open = (more: object = {}) =>
    openWebPushChannel({
      keys: async () => keys,
      subject: () => 'mailto:admin@shop.example',
      allowPrivate: true,
      ca: service.ca,
      ...more,
    });
  const message = (address: string): RenderedMessage => ({
    id: 'message-1',
    to: { address },
    locale: 'en',
    text: '',
    wake: {
      environmentId: 'environment-1',
      requestId: 'flow-1',
      applicationId: 'application-1',
      deviceId: 'device-1',
      sandbox: false,
      secondsLeft: 40,
    },
  });
  const never = new AbortController().signal;

  test('reaches a browser, which alone can read what it is told', async () => {
    const channel = open();
    const receipt = await channel.send(message(service.subscription('good')), never);
    assert.deepEqual(receipt, { outcome: 'DELIVERED' });
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
    const to = async (token: string) => channel.send(message(service.subscription(token)), never);
    for (const token of ['dead', 'unknown']) {
      const receipt = await to(token);
      assert.ok(receipt.outcome === 'REFUSED' && receipt.retires === 'GONE', token);
    }
    const busy = await to('busy');
    assert.ok(busy.outcome === 'LATER' && !busy.providerFailed);
    const down = await to('down');
    assert.ok(down.outcome === 'LATER' && down.providerFailed);
    const patience = await to('patience');
    assert.ok(patience.outcome === 'LATER' && patience.retryAfterMs === 17_000);
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const { d = '' } = other.export({ format: 'jwk' });
    const stranger = open({ keys: async () => ({ ...keys, privateKey: d }) });
    const refused = await stranger.send(message(service.subscription('good')), never);
    assert.deepEqual(refused, { outcome: 'REFUSED', reason: 'WEB_PUSH 403' });
    const untrusted = open({ ca: undefined });
    const broken = await untrusted.send(message(service.subscription('good')), never);
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
      const receipt = await channel.send(message(address), never);
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
      const receipt = await channel.send(message(address), never);
      assert.deepEqual(receipt, { outcome: 'REFUSED', reason: 'INVALID_SUBSCRIPTION' });
    }
    assert.equal(service.asked.length, before);
    await channel.close();
  });

  test('follows no redirect', async () => {
    const channel = open();
    const before = service.arrived.length;
    const receipt = await channel.send(message(service.subscription('moved')), never);
    assert.deepEqual(receipt, { outcome: 'REFUSED', reason: 'WEB_PUSH 307' });
    assert.equal(service.arrived.length, before);
    await channel.close();
  });

  test('hangs up on a service that does not stop talking', async () => {
    const channel = open();
    const receipt = await channel.send(message(service.subscription('endless')), never);
    assert.deepEqual(receipt, { outcome: 'DELIVERED' });
    const said = (await service.said.at(-1)) ?? 0;
    // What lies in the buffers of both ends.
    assert.ok(said > 0 && said < ENDLESS_BYTES / 2, `${said} bytes`);
    await channel.close();
  });

  test('hangs up when it is told to', async () => {
    const channel = open();
    const ending = new AbortController();
    const receipt = channel.send(message(service.subscription('silent')), ending.signal);
    await until(() => service.asked.includes('silent'));
    ending.abort();
    assert.deepEqual(await receipt, {
      outcome: 'LATER',
      reason: 'UNREACHABLE',
      providerFailed: true,
    });
    await until(() => service.hungUp.includes('silent'));
    await channel.close();
  });

  test('has so much time in all, however often something comes', async (context) => {
    // @ts-expect-error: Node.js knows it, its types don't yet.
    context.mock.timers.enable({ apis: ['AbortSignal.timeout'] });
    const channel = open();
    const receipt = channel.send(message(service.subscription('slow')), never);
    await until(() => service.asked.includes('slow'));
    context.mock.timers.tick(PUSH_TIMEOUT_MS);
    await receipt;
    await until(() => service.hungUp.includes('slow'));
    await channel.close();
  });
});
