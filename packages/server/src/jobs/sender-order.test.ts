/** Who is asked for a message, in which order, and what becomes of it when some don't take it. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CIRCUIT_FAILURES_MAX, OUTBOX_CONCURRENCY_MAX } from '../config/limits.ts';
import { makeFairLimiter } from '../model/limiter.ts';
import type { DeliveryReceipt } from '../notifications/channels/channel.ts';
import type { Route, Sender } from '../notifications/senders.ts';
import { until } from '../testing/until.ts';
import { aDelivery, type Outbox, openOutbox } from './testing/outbox.ts';

const TAKEN: DeliveryReceipt = { outcome: 'DELIVERED', providerMessageId: 'their-1' };
const REFUSED: DeliveryReceipt = { outcome: 'REFUSED', reason: 'HTTP 400' };
const DOWN: DeliveryReceipt = { outcome: 'LATER', reason: 'HTTP 503', providerFailed: true };
const SILENT: DeliveryReceipt = { ...DOWN, reason: 'TIMEOUT', maySent: true };

/** A sender that answers so, and remembers who asked it. */
function aSender(id: string, answer: () => DeliveryReceipt) {
  const asked: string[] = [];
  const sender: Sender = {
    id,
    name: `The ${id}`,
    send: async (message) => {
      asked.push(message.id);
      return answer();
    },
  };
  return { sender, asked };
}

/** A worker with these senders, and a message that it has tried. */
async function tried(outbox: Outbox, ...senders: { sender: Sender }[]) {
  const routes: Route[] = [];
  outbox.startWorker({
    senders: {
      async sendersOf(route) {
        routes.push(route);
        return senders.map(({ sender }) => sender);
      },
    },
  });
  const delivery = aDelivery({ channel: 'SMS', to: '+15125551234' });
  const id = await outbox.add((now) => ({ ...delivery(now), policyId: 'p' }));
  await outbox.idle();
  return { id, routes, message: () => outbox.read(id) };
}

describe('the senders of a message', () => {
  test('are asked in order until one takes it, each with the same id', async () => {
    await using outbox = await openOutbox();
    const [one, two, three] = [
      aSender('one', () => REFUSED),
      aSender('two', () => DOWN),
      aSender('three', () => TAKEN),
    ] as const;
    const four = aSender('four', () => TAKEN);
    const { id, routes, message } = await tried(outbox, one, two, three, four);
    const { status, attempts, sender, providerMessageId, sealedPayload } = await message();
    assert.deepEqual([status, attempts, sender?.id], ['SENT', 1, 'three']);
    assert.deepEqual([providerMessageId, sealedPayload], ['their-1', undefined]);
    assert.deepEqual([one.asked, two.asked, three.asked, four.asked], [[id], [id], [id], []]);
    const { environmentId } = outbox;
    assert.deepEqual(routes, [{ environmentId, channel: 'SMS', country: 'US', policyId: 'p' }]);
    const activities = await outbox.activities();
    assert.deepEqual(
      activities.map(({ action, description }) => [action, description]),
      [
        [
          'NOTIFICATION.UPDATED',
          'SMS with the template strong_authentication: taken by The three, after The one, The two had not.',
        ],
      ],
    );
  });

  test('are asked again later when none took it and one may yet', async () => {
    await using outbox = await openOutbox();
    let isBack = false;
    const one = aSender('one', () => REFUSED);
    const two = aSender('two', () => (isBack ? TAKEN : DOWN));
    const { message } = await tried(outbox, one, two);
    const waiting = await message();
    assert.deepEqual([waiting.status, waiting.lastError], ['PENDING', 'HTTP 503']);
    isBack = true;
    outbox.clock.advance(waiting.availableAt - outbox.clock.now());
    await outbox.idle();
    assert.equal((await message()).status, 'SENT');
    // Who has refused it isn't asked a second time.
    assert.deepEqual([one.asked.length, two.asked.length], [1, 2]);
  });

  test('may all refuse it: then it is given up, and its record says who and why', async () => {
    await using outbox = await openOutbox();
    const refusing = ['one', 'two'].map((id) => aSender(id, () => REFUSED));
    const { message } = await tried(outbox, ...refusing);
    const { status, lastError } = await message();
    assert.deepEqual([status, lastError], ['DEAD', 'HTTP 400']);
    const [activity] = await outbox.activities();
    const { action, result, data } = activity ?? {};
    assert.deepEqual(
      [action, result, data?.status, data?.reason, data?.provider, data?.detail],
      ['NOTIFICATION.UPDATED', 'FAILED', 'FAILED', 'PROVIDER', 'The two', 'HTTP 400'],
    );
  });

  test('that may have sent it are never asked again; another one is', async () => {
    await using outbox = await openOutbox();
    const one = aSender('one', () => SILENT);
    let isBack = false;
    const two = aSender('two', () => (isBack ? TAKEN : DOWN));
    const { message } = await tried(outbox, one, two);
    isBack = true;
    outbox.clock.advance((await message()).availableAt - outbox.clock.now());
    await outbox.idle();
    assert.equal((await message()).sender?.id, 'two');
    assert.deepEqual([one.asked.length, two.asked.length], [1, 2]);
  });

  test('that may have sent it and are alone end it', async () => {
    await using outbox = await openOutbox();
    const one = aSender('one', () => SILENT);
    const { message } = await tried(outbox, one);
    const { status, lastError } = await message();
    assert.deepEqual([status, lastError, one.asked.length], ['DEAD', 'TIMEOUT', 1]);
  });

  test('whose circuit is open are passed over at once', async () => {
    await using outbox = await openOutbox();
    const down = aSender('down', () => DOWN);
    const up = aSender('up', () => TAKEN);
    const { message } = await tried(outbox, down, up);
    assert.equal((await message()).status, 'SENT');
    const ids: string[] = [];
    for (let count = 0; count < CIRCUIT_FAILURES_MAX + 3; count++) {
      ids.push(await outbox.add(aDelivery({ channel: 'SMS', to: '+15125551234' })));
      await outbox.idle();
    }
    for (const id of ids) assert.equal((await outbox.read(id)).sender?.id, 'up');
    assert.equal(down.asked.length, CIRCUIT_FAILURES_MAX);
  });

  test('that can’t be found out leave the message to its next turn', async () => {
    await using outbox = await openOutbox();
    outbox.startWorker({
      senders: {
        async sendersOf() {
          throw new Error('The store is away.');
        },
      },
    });
    const id = await outbox.add(aDelivery());
    await outbox.idle();
    assert.equal((await outbox.read(id)).status, 'PENDING');
  });
});

describe('a provider that several environments share', () => {
  test('is theirs in turns', async () => {
    const limit = makeFairLimiter(1);
    const order: string[] = [];
    const task = (party: string) =>
      limit(party, async () => {
        await new Promise(setImmediate);
        order.push(party);
      });
    await Promise.all(['a', 'a', 'a', 'a', 'b', 'a', 'c', 'b'].map(task));
    assert.equal(order.join(''), 'aabcabaa');
  });

  test('takes a message of one beside the hundreds of another', async () => {
    await using outbox = await openOutbox();
    const other = await outbox.addEnvironment();
    const ends: (() => void)[] = [];
    let isOver = false;
    const slow: Sender = {
      id: 'slow',
      name: 'Slow',
      send: async () => {
        if (!isOver) await new Promise<void>((resolve) => ends.push(resolve));
        return { outcome: 'DELIVERED' };
      },
    };
    const worker = outbox.startWorker({ senders: { sendersOf: async () => [slow] } });
    for (let count = 0; count < 300; count++) await outbox.add(aDelivery());
    const idle = worker.idle();
    await until(() => ends.length === OUTBOX_CONCURRENCY_MAX);
    const id = await outbox.add(aDelivery(), other);
    worker.wake();
    // It has the second place that gets free, whatever waits before it.
    let freed = 0;
    await until(async () => {
      if ((await outbox.readOf(other, id)).attempts > 0 && freed < 3) {
        ends.shift()?.();
        freed++;
      }
      return (await outbox.readOf(other, id)).status === 'SENT' || freed === 3;
    });
    for (const end of ends.slice(0, OUTBOX_CONCURRENCY_MAX)) end();
    await until(async () => (await outbox.readOf(other, id)).status === 'SENT');
    const waiting = await outbox.store.waitingMessages();
    assert.ok((waiting[0]?.count ?? 0) > 250);
    isOver = true;
    for (const end of ends) end();
    await idle;
    await outbox.stopWorkers();
  });
});
