import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { OUTBOX_ATTEMPTS_MAX, OUTBOX_RETRY_MAX_MS, OUTBOX_RETRY_MS } from '../config/limits.ts';
import type { Message } from '../model/documents.ts';
import type { DeliveryReceipt } from '../notifications/channels/channel.ts';
import type { Stored } from '../storage/store.ts';
import {
  dead,
  decideReceipt,
  deferred,
  type MessageDecision,
  retryDelayMs,
  sent,
} from './message-outcome.ts';

const NOW = 1_000_000;

function aMessage(changes: Partial<Message> = {}): Stored<Message> {
  const doc: Message = {
    kind: 'DEVICE_AUTHENTICATION',
    channel: 'EMAIL',
    status: 'PENDING',
    sealedPayload: 'sealed',
    attempts: 1,
    availableAt: NOW + 60_000,
    expiresAt: NOW + 1_800_000,
    createdAt: NOW,
    updatedAt: NOW,
    ...changes,
  };
  return { environmentId: 'e', id: 'm', version: 2, doc };
}

const LATER: DeliveryReceipt = { outcome: 'LATER', reason: 'SMTP 450', providerFailed: false };

function docOf(decision: MessageDecision): Message {
  const [write] = decision.writes;
  assert.ok(write?.op === 'update' && write.table === 'messages');
  assert.equal(write.version, 2);
  return write.doc;
}

describe('a message that was tried', () => {
  test('is SENT, and says nothing any more', () => {
    const doc = docOf(decideReceipt(aMessage(), { outcome: 'DELIVERED' }, NOW, 0));
    assert.equal(doc.status, 'SENT');
    assert.ok(!('sealedPayload' in doc));
  });

  test('waits longer after each try', () => {
    const first = docOf(decideReceipt(aMessage(), LATER, NOW, 0.5));
    assert.equal(first.status, 'PENDING');
    assert.equal(first.availableAt, NOW + OUTBOX_RETRY_MS);
    assert.equal(first.lastError, 'SMTP 450');
    assert.equal(first.sealedPayload, 'sealed');
    const delays = Array.from({ length: 7 }, (_, index) => retryDelayMs(index + 1, 0.5));
    assert.deepEqual(
      delays,
      delays.toSorted((a, b) => a - b),
    );
    assert.equal(delays.at(-1), OUTBOX_RETRY_MAX_MS);
    assert.ok(retryDelayMs(3, 0) < retryDelayMs(3, 1));
  });

  test('waits as long as the provider asks for, within bounds, and not less than it would', () => {
    const wait = (retryAfterMs: number) => {
      const message = aMessage({ expiresAt: NOW + 10 * OUTBOX_RETRY_MAX_MS });
      return docOf(decideReceipt(message, { ...LATER, retryAfterMs }, NOW, 0.5)).availableAt - NOW;
    };
    assert.equal(wait(60_000), 60_000);
    assert.equal(wait(1), OUTBOX_RETRY_MS);
    assert.equal(wait(Number.MAX_SAFE_INTEGER), OUTBOX_RETRY_MAX_MS);
    const late = decideReceipt(aMessage(), { ...LATER, retryAfterMs: 1_800_000 }, NOW, 0.5);
    assert.equal(docOf(late).availableAt, NOW + OUTBOX_RETRY_MAX_MS);
  });

  test('is DEAD when it was refused, was tried often enough, or would be too late', () => {
    const refused = decideReceipt(aMessage(), { outcome: 'REFUSED', reason: 'SMTP 550' }, NOW, 0);
    const exhausted = decideReceipt(aMessage({ attempts: OUTBOX_ATTEMPTS_MAX }), LATER, NOW, 0);
    const late = decideReceipt(aMessage({ expiresAt: NOW + OUTBOX_RETRY_MS }), LATER, NOW, 0.5);
    for (const decision of [refused, exhausted, late]) {
      const doc = docOf(decision);
      assert.equal(doc.status, 'DEAD');
      // It may be sent again as long as it is good.
      const { expiresAt: goodUntil } = decision.message.doc;
      assert.deepEqual([doc.sealedPayload, doc.usableUntil], ['sealed', goodUntil]);
      assert.equal(doc.lastError, decision.reason);
      const [, activity] = decision.writes;
      assert.ok(activity?.op === 'insert' && activity.table === 'activities');
      assert.equal(activity.doc.action, 'NOTIFICATION.UPDATED');
      assert.equal(activity.doc.result, 'FAILED');
    }
  });

  test('keeps nothing of what it said once nobody can send it again', () => {
    const expired = aMessage({ expiresAt: NOW });
    for (const decision of [
      dead(expired, 'SMTP 550', NOW),
      ...['EXPIRED', 'UNREADABLE', 'UNRENDERABLE', 'REQUEST_ENDED'].map((reason) =>
        dead(aMessage(), reason, NOW),
      ),
    ]) {
      const doc = docOf(decision);
      assert.equal(doc.status, 'DEAD');
      assert.ok(!('sealedPayload' in doc) && !('usableUntil' in doc));
    }
  });

  test('is told of in one sentence, with who took it or why nobody did', () => {
    const about = { template: 'device_pairing', locale: 'fr', userId: 'u', populationId: 'p' };
    const recordOf = (decision: MessageDecision) => {
      const [, write] = decision.writes;
      assert.ok(write?.op === 'insert' && write.table === 'activities');
      const { action, result, description, userId, data } = write.doc;
      assert.equal(userId, 'u');
      return [action, result, description, data?.status, data?.reason];
    };
    const north = { id: 'n', name: 'North' };
    assert.deepEqual(
      recordOf(sent(aMessage(about), NOW, { sender: north, failedOver: ['South'] })),
      [
        'NOTIFICATION.UPDATED',
        'SUCCESS',
        'EMAIL with the template device_pairing, locale fr: taken by North, after South had not.',
        'SENT',
        undefined,
      ],
    );
    assert.deepEqual(recordOf(dead(aMessage(about), 'SMTP 550', NOW, { sender: north })), [
      'NOTIFICATION.UPDATED',
      'FAILED',
      'EMAIL with the template device_pairing, locale fr: not delivered by North: PROVIDER, SMTP 550.',
      'FAILED',
      'PROVIDER',
    ]);
    assert.deepEqual(recordOf(dead(aMessage(about), 'NO_PROVIDER', NOW)), [
      'NOTIFICATION.REJECTED',
      'FAILED',
      'EMAIL with the template device_pairing, locale fr: not sent: NO_SENDER.',
      'REJECTED',
      'NO_SENDER',
    ]);
  });

  test('that could not be tried has not used up a try', () => {
    const doc = docOf(deferred(aMessage({ attempts: 3 }), 'CIRCUIT_OPEN', NOW + 10, NOW));
    assert.equal(doc.attempts, 2);
    assert.equal(doc.availableAt, NOW + 10);
    assert.equal(doc.status, 'PENDING');
  });
});
