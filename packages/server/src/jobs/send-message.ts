/** Sends messages by one channel: so many at once, none while its circuit is open. */
import type { Logger } from 'pino';
import { OUTBOX_CONCURRENCY_MAX, OUTBOX_SEND_TIMEOUT_MS } from '../config/limits.ts';
import type { Message } from '../model/documents.ts';
import type { Clock, Instant } from '../model/instant.ts';
import type {
  Channel,
  DeliveryReceipt,
  RenderedMessage,
} from '../notifications/channels/channel.ts';
import { type OutboxVault, openPayload } from '../notifications/outbox.ts';
import { renderWords } from '../notifications/templates/render.ts';
import type { Stored } from '../storage/store.ts';
import { makeCircuitBreaker } from './circuit-breaker.ts';
import { makeLimiter } from './limiter.ts';
import { dead, decideReceipt, deferred, type MessageDecision } from './message-outcome.ts';

export interface LaneParts {
  vault: OutboxVault;
  clock: Clock;
  log: Logger;
  random(): number;
  /** Nothing begins any more. */
  isStopping(): boolean;
  /** Aborts what has begun. */
  cutOff: AbortSignal;
}

/** Sends a claimed message, or doesn't; no decision: the lease is left to end by itself. */
export type Lane = (message: Stored<Message>, leaseUntil: Instant) => Promise<MessageDecision[]>;

export function makeLane(channel: Channel, parts: LaneParts): Lane {
  const { vault, clock, log, random, isStopping, cutOff } = parts;
  const limit = makeLimiter(OUTBOX_CONCURRENCY_MAX);
  const circuit = makeCircuitBreaker();

  function observe(receipt: DeliveryReceipt): void {
    const facts = { channel: channel.name };
    if (receipt.outcome === 'LATER' && receipt.providerFailed) {
      if (!circuit.failed(clock.now())) return;
      log.error(
        { ...facts, reason: receipt.reason },
        'Outbox: a provider is down; sending pauses.',
      );
    } else if (circuit.succeeded()) {
      log.info(facts, 'Outbox: a provider is back.');
    }
  }

  /** Bounded by time, whatever the channel does. */
  async function send(message: RenderedMessage): Promise<DeliveryReceipt> {
    const ending = new AbortController();
    const timer = setTimeout(() => ending.abort(), OUTBOX_SEND_TIMEOUT_MS);
    const end = () => ending.abort();
    cutOff.addEventListener('abort', end);
    const ended = new Promise<DeliveryReceipt>((resolve) => {
      ending.signal.addEventListener('abort', () =>
        resolve({ outcome: 'LATER', reason: 'TIMEOUT', providerFailed: true }),
      );
    });
    try {
      return await Promise.race([channel.send(message, ending.signal), ended]);
    } catch (error) {
      // Its message may quote an address.
      const name = error instanceof Error ? error.name : 'unknown';
      log.error({ channel: channel.name, error: name }, 'Outbox: a channel threw.');
      return { outcome: 'LATER', reason: 'CHANNEL_ERROR', providerFailed: true };
    } finally {
      clearTimeout(timer);
      cutOff.removeEventListener('abort', end);
    }
  }

  async function prepare(
    message: Stored<Message>,
  ): Promise<RenderedMessage | 'UNREADABLE' | 'UNRENDERABLE'> {
    await vault.load(message.environmentId);
    let trouble: 'UNREADABLE' | 'UNRENDERABLE' = 'UNREADABLE';
    try {
      const payload = openPayload(vault, message);
      trouble = 'UNRENDERABLE';
      return { id: message.id, to: payload.to, ...renderWords(channel.name, payload) };
    } catch {
      return trouble;
    }
  }

  return (message, leaseUntil) =>
    limit(async () => {
      if (isStopping()) return [];
      const rendered = await prepare(message);
      const now = clock.now();
      if (typeof rendered === 'string') return [dead(message, rendered, now)];
      if (now >= message.doc.expiresAt) return [dead(message, 'EXPIRED', now)];
      // A try that could outlive the lease could meet another worker's.
      if (now + OUTBOX_SEND_TIMEOUT_MS > leaseUntil) {
        return [deferred(message, 'NO_TIME_LEFT', now, now)];
      }
      if (!circuit.admit(now)) {
        return [deferred(message, 'CIRCUIT_OPEN', circuit.retryAt(now), now)];
      }
      const receipt = await send(rendered);
      observe(receipt);
      return [decideReceipt(message, receipt, clock.now(), random())];
    });
}
