import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { ApiError } from '../errors/api-error.ts';
import { aDelivery, type Outbox, openOutbox } from '../jobs/testing/outbox.ts';
import type { OperationRequest } from '../resources/kit/operation.ts';
import {
  type DevelopmentOutboxParts,
  developmentOutboxOperations,
} from './development-outbox.routes.ts';

const LOCAL = { production: false, host: '127.0.0.1' };
const KEY = 'the-key-of-the-data-directory';
const isOutboxKey = (text: string) => text === KEY;

function operation(outbox: Outbox, settings: DevelopmentOutboxParts['settings'] = LOCAL) {
  const { store, vault, idle: settleOutbox } = outbox;
  const [found] = developmentOutboxOperations({
    store,
    vault,
    settings,
    isOutboxKey,
    settleOutbox,
  });
  assert.ok(found);
  return found;
}

function aRequest(changes: Partial<OperationRequest> = {}): OperationRequest {
  return {
    params: {},
    query: {},
    body: undefined,
    actor: { type: 'APPLICATION', environmentId: '', applicationId: '' },
    requireUser() {},
    now: 0,
    correlationId: '',
    remoteAddress: '127.0.0.1',
    headers: {},
    ...changes,
  };
}

// biome-ignore lint/suspicious/noExplicitAny: the test looks into an answer of any shape.
async function messagesTo(outbox: Outbox, query: Record<string, string>): Promise<any[]> {
  const reply = await operation(outbox).handle(aRequest({ query }));
  assert.equal(reply.status, 200);
  assert.equal(reply.headers?.['cache-control'], 'no-store');
  return Object(reply.body).messages;
}

describe('GET /dev/outbox', () => {
  test('shows a message that was committed just before, with its words and its code', async () => {
    await using outbox = await openOutbox();
    outbox.startWorker({});
    const id = await outbox.add(aDelivery());
    const [message] = await messagesTo(outbox, { to: 'Kaisa@Shop.example' });
    assert.equal(message.id, id);
    assert.deepEqual(message.environment, { id: outbox.environmentId });
    assert.equal(message.channel, 'EMAIL');
    assert.equal(message.to, 'kaisa@shop.example');
    assert.equal(message.template, 'strong_authentication');
    assert.equal(message.otp, '482913');
    assert.equal(message.subject, 'Your passcode for Shop');
    assert.match(message.text, /482913/);
    assert.equal(message.createdAt, '2026-01-01T00:00:00.000Z');
  });

  test('lists the newest first, to one address or to all, and so many', async () => {
    await using outbox = await openOutbox();
    outbox.startWorker({});
    const numbers = ['+15125551234', '+15125551235', '+15125551234'];
    const ids: string[] = [];
    for (const to of numbers) {
      ids.push(await outbox.add(aDelivery({ channel: 'SMS', to })));
      // Ids made in one millisecond are in no order.
      await pause(2);
    }
    const [first, second, third] = ids;
    const idsOf = async (query: Record<string, string>) =>
      (await messagesTo(outbox, query)).map(({ id }) => id);
    assert.deepEqual(await idsOf({}), [third, second, first]);
    assert.deepEqual(await idsOf({ limit: '1' }), [third]);
    // An unescaped plus sign of a query is a space.
    for (const to of ['+15125551234', ' 15125551234', '+1 (512) 555-1234', '+1.5125551234']) {
      assert.deepEqual(await idsOf({ to }), [third, first]);
    }
    assert.deepEqual(await idsOf({ to: '+15125551239' }), []);
    assert.deepEqual(await idsOf({ to: 'kaisa@shop.example' }), []);
  });

  test('shows what can’t be rendered too', async () => {
    await using outbox = await openOutbox();
    outbox.startWorker({});
    await outbox.add(aDelivery({ template: 'no_such_template' }));
    const [message] = await messagesTo(outbox, {});
    assert.equal(message.text, '');
    assert.equal(message.otp, '482913');
  });

  test('is not there in production', async () => {
    await using outbox = await openOutbox();
    const { store, vault, idle: settleOutbox } = outbox;
    const settings = { ...LOCAL, production: true };
    const parts = { store, vault, settings, isOutboxKey, settleOutbox };
    assert.deepEqual(developmentOutboxOperations(parts), []);
  });

  test('answers the machine itself by its own name, and others by the key where they are meant', async () => {
    await using outbox = await openOutbox();
    const everywhere = { production: false, host: '0.0.0.0' };
    const behindProxy = { production: false, host: '127.0.0.1', trustProxy: ['127.0.0.1'] };
    const published = { ...LOCAL, publicUrl: 'https://mfa.shop.example' };
    const named = { ...LOCAL, publicUrl: 'http://localhost:4110' };
    const host = (name: string) => ({ host: name });
    const key = { authorization: `Bearer ${KEY}` };
    const forwarded = { 'x-forwarded-for': '203.0.113.9' };
    const CASES: readonly [DevelopmentOutboxParts['settings'], string, boolean, object?][] = [
      [LOCAL, '127.0.0.1', true],
      [LOCAL, '::1', true],
      [LOCAL, '::ffff:127.0.0.1', true],
      [LOCAL, '192.168.1.5', false],
      [LOCAL, '127.0.0.1', true, host('127.0.0.1:4110')],
      [LOCAL, '127.0.0.1', true, host('localhost:4110')],
      [LOCAL, '::1', true, host('[::1]:4110')],
      [LOCAL, '127.0.0.1', true, host('LOCALHOST')],
      // A page whose name was made to lead to this machine.
      [LOCAL, '127.0.0.1', false, host('rebound.example:4110')],
      [LOCAL, '127.0.0.1', false, host('127.0.0.1.rebound.example')],
      [LOCAL, '127.0.0.1', false, host('localhost.rebound.example')],
      [LOCAL, '127.0.0.1', false, host('')],
      [LOCAL, '127.0.0.1', false, { authorization: 'Bearer another' }],
      [named, '127.0.0.1', true, host('localhost:4110')],
      // A proxy on this machine may say neither whom it asks for nor by which name.
      [published, '127.0.0.1', false, host('127.0.0.1:4110')],
      [published, '127.0.0.1', true, { ...host('127.0.0.1:4110'), ...key }],
      [published, '127.0.0.1', false, { ...forwarded, ...key }],
      [everywhere, '127.0.0.1', false, host('127.0.0.1:4110')],
      [LOCAL, '127.0.0.1', false, forwarded],
      [LOCAL, '127.0.0.1', false, { forwarded: 'for=203.0.113.9' }],
      [behindProxy, '127.0.0.1', true, forwarded],
      [behindProxy, '203.0.113.9', false, forwarded],
      [everywhere, '172.17.0.1', true, key],
      [everywhere, '172.17.0.1', false],
      [everywhere, '::ffff:10.1.2.3', true, key],
      [everywhere, '::ffff:10.1.2.3', false],
      [everywhere, 'fd00::1', true, key],
      [everywhere, 'fd00::1', false],
      [everywhere, '203.0.113.9', false, key],
      [everywhere, '172.32.0.1', false, key],
      [everywhere, '2001:db8::1', false, key],
      [everywhere, 'fd.example', false, key],
      [everywhere, '127.0.0.1.example', false, key],
    ];
    for (const [settings, remoteAddress, answers, headers = {}] of CASES) {
      const asked = operation(outbox, settings).handle(
        aRequest({ remoteAddress, headers: headers as OperationRequest['headers'] }),
      );
      if (answers) assert.equal((await asked).status, 200, remoteAddress);
      else
        await assert.rejects(asked, (error) => error instanceof ApiError && error.status === 404);
    }
  });
});
