import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { pino } from 'pino';
import {
  CIRCUIT_FAILURES_MAX,
  OUTBOX_CIRCUIT_MAX,
  OUTBOX_CONCURRENCY_MAX,
  OUTBOX_LEASE_MS,
  OUTBOX_SEND_TIMEOUT_MS,
} from '../config/limits.ts';
import type { Message } from '../model/documents.ts';
import { channelSender } from '../notifications/channel-senders.ts';
import type { Channel } from '../notifications/channels/channel.ts';
import type { Stored } from '../storage/store.ts';
import { until } from '../testing/until.ts';
import { makeLane } from './send-message.ts';
import { aDelivery, type Outbox, openOutbox } from './testing/outbox.ts';

function aChannel(send: Channel['send'], more: Partial<Channel> = {}): Channel {
  return { name: 'EMAIL', send, close: async () => {}, ...more };
}

/** Its circuits are the hosts of the addresses. */
const perHost: Partial<Channel> = {
  circuitOf: ({ to }) => to.address.slice(to.address.indexOf('@') + 1),
};

/** A lane of its own, and messages that were claimed for it. */
async function setUp(outbox: Outbox, channel: Channel, count = 1, to?: string[]) {
  const lines: string[] = [];
  const send = makeLane({
    vault: outbox.vault,
    clock: outbox.clock,
    log: pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) }),
    random: () => 0.5,
    isStopping: () => false,
    isAwaited: async () => true,
    retire: async () => {},
    cutOff: new AbortController().signal,
  });
  const lane = (message: Stored<Message>, leaseUntil: () => number) =>
    send(message, [channelSender(channel)], leaseUntil);
  const ids: string[] = [];
  for (let added = 0; added < count; added++) {
    const address = to?.[added];
    ids.push(await outbox.add(aDelivery(address === undefined ? {} : { to: address })));
  }
  const now = outbox.clock.now();
  const leaseUntil = () => now + OUTBOX_LEASE_MS;
  const { messages: claimed } = await outbox.store.claimMessages(now, leaseUntil(), count);
  // In the order in which they were added: ids of one millisecond have none.
  const messages = claimed.sort((one, other) => ids.indexOf(one.id) - ids.indexOf(other.id));
  const [message] = messages as [Stored<Message>];
  return { lane, message, messages, leaseUntil, lines };
}

describe('a channel', () => {
  test('that never answers is given up after some time', async (context) => {
    await using outbox = await openOutbox();
    let aborted = false;
    const hanging = aChannel((_message, signal) => {
      signal.addEventListener('abort', () => {
        aborted = true;
      });
      // The message waits for what never comes.
      context.mock.timers.tick(OUTBOX_SEND_TIMEOUT_MS);
      return new Promise(() => {});
    });
    const { lane, message, leaseUntil } = await setUp(outbox, hanging);
    context.mock.timers.enable({ apis: ['setTimeout'] });
    const [decision] = await lane(message, leaseUntil);
    assert.equal(decision?.outcome, 'RETRY');
    assert.equal(decision?.reason, 'TIMEOUT');
    assert.ok(aborted);
  });

  test('that throws is tried again, and what it said is not repeated', async () => {
    await using outbox = await openOutbox();
    const throwing = aChannel(async ({ to, text }) => {
      throw new TypeError(`${to.address}: ${text}`);
    });
    const { lane, message, leaseUntil, lines } = await setUp(outbox, throwing);
    const [decision] = await lane(message, leaseUntil);
    assert.equal(decision?.outcome, 'RETRY');
    assert.equal(decision?.reason, 'CHANNEL_ERROR');
    assert.match(lines.join(), /TypeError/);
    assert.doesNotMatch(lines.join() + JSON.stringify(decision), /kaisa|482913/);
  });

  test('gets so many messages at once', async () => {
    await using outbox = await openOutbox();
    let busy = 0;
    let busiest = 0;
    const slow = aChannel(async () => {
      busy++;
      busiest = Math.max(busiest, busy);
      // One that answers at once gets them one by one.
      await until(() => busiest >= OUTBOX_CONCURRENCY_MAX);
      await new Promise(setImmediate);
      busy--;
      return { outcome: 'DELIVERED' };
    });
    const { lane, messages, leaseUntil } = await setUp(outbox, slow, 35);
    const decisions = await Promise.all(messages.map((message) => lane(message, leaseUntil)));
    assert.ok(decisions.flat().every(({ outcome }) => outcome === 'SENT'));
    assert.equal(busiest, OUTBOX_CONCURRENCY_MAX);
  });

  test('gets no message whose lease has ended', async () => {
    await using outbox = await openOutbox();
    let sent = 0;
    const counting = aChannel(async () => {
      sent++;
      return { outcome: 'DELIVERED' };
    });
    const { lane, message, leaseUntil } = await setUp(outbox, counting);
    outbox.clock.advance(OUTBOX_LEASE_MS);
    const [decision] = await lane(message, leaseUntil);
    assert.equal(decision?.outcome, 'DEFER');
    assert.equal(sent, 0);
  });

  test('pauses for the circuit that has failed, and for no other', async () => {
    await using outbox = await openOutbox();
    const failing = aChannel(
      async ({ to }) =>
        to.address.endsWith('@down.example')
          ? { outcome: 'LATER', reason: 'UNREACHABLE', providerFailed: true }
          : { outcome: 'DELIVERED' },
      perHost,
    );
    const down = Array.from({ length: CIRCUIT_FAILURES_MAX + 1 }, () => 'a@down.example');
    const to = [...down, 'a@up.example'];
    const { lane, messages, leaseUntil, lines } = await setUp(outbox, failing, to.length, to);
    const reasons = [];
    for (const message of messages) {
      const [decision] = await lane(message, leaseUntil);
      reasons.push(decision?.outcome === 'SENT' ? 'SENT' : decision?.reason);
    }
    assert.deepEqual(reasons, [
      ...Array(CIRCUIT_FAILURES_MAX).fill('UNREACHABLE'),
      'CIRCUIT_OPEN',
      'SENT',
    ]);
    assert.match(lines.join(), /"circuit":"down\.example"/);
  });

  test('lets nobody wait for a circuit that is slow but its own messages', async () => {
    await using outbox = await openOutbox();
    const ends: (() => void)[] = [];
    const slow = aChannel(async ({ to }) => {
      if (to.address.endsWith('@slow.example')) {
        await new Promise<void>((resolve) => ends.push(resolve));
      }
      return { outcome: 'DELIVERED' };
    }, perHost);
    const held = Array.from({ length: OUTBOX_CONCURRENCY_MAX }, () => 'a@slow.example');
    const to = [...held, 'a@fast.example'];
    const { lane, messages, leaseUntil } = await setUp(outbox, slow, to.length, to);
    const decisions = messages.map((message) => lane(message, leaseUntil));
    const [last] = (await decisions.at(-1)) ?? [];
    assert.equal(last?.outcome, 'SENT');
    while (ends.length < held.length) await new Promise(setImmediate);
    for (const end of ends) end();
    await Promise.all(decisions);
  });

  test('puts back what is too much for one circuit, so that others get their turn', async () => {
    await using outbox = await openOutbox();
    const ends: (() => void)[] = [];
    const hanging = aChannel(async () => {
      await new Promise<void>((resolve) => ends.push(resolve));
      return { outcome: 'DELIVERED' };
    }, perHost);
    const to = Array.from({ length: OUTBOX_CIRCUIT_MAX + 3 }, () => 'a@slow.example');
    const { lane, messages, leaseUntil } = await setUp(outbox, hanging, to.length, to);
    const decisions = messages.map((message) => lane(message, leaseUntil));
    const all = Promise.all(decisions);
    for (const decided of await Promise.all(decisions.slice(OUTBOX_CIRCUIT_MAX))) {
      assert.deepEqual([decided[0]?.outcome, decided[0]?.reason], ['DEFER', 'CIRCUIT_BUSY']);
    }
    let isOver = false;
    void all.then(() => {
      isOver = true;
    });
    while (!isOver) {
      for (const end of ends.splice(0)) end();
      await new Promise(setImmediate);
    }
    const outcomes = (await all).flat().map(({ outcome }) => outcome);
    assert.equal(outcomes.filter((outcome) => outcome === 'SENT').length, OUTBOX_CIRCUIT_MAX);
  });
});
