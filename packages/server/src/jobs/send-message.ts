/** Sends messages by one channel: so many at once, none while its circuit is open. */
import type { Logger } from 'pino';
import { OUTBOX_CONCURRENCY_MAX, OUTBOX_SEND_TIMEOUT_MS } from '../config/limits.ts';
import type { Message } from '../model/documents.ts';
import type { Clock, Instant } from '../model/instant.ts';
import type {
  Channel,
  DeliveryReceipt,
  RenderedMessage,
  Wake,
} from '../notifications/channels/channel.ts';
import type { MessagePayload } from '../notifications/message.ts';
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
  /** The token that wakes a device is gone: it isn't used again. */
  retire(environmentId: string, deviceId: string, reason: string): Promise<void>;
  /** Nothing begins any more. */
  isStopping(): boolean;
  /** Aborts what has begun. */
  cutOff: AbortSignal;
}

/** Sends a claimed message, or doesn't; no decision: the lease is left to end by itself. */
export type Lane = (message: Stored<Message>, leaseUntil: Instant) => Promise<MessageDecision[]>;

/** What a push is about; absent: the message is no push. */
function wakeOf(
  { environmentId, doc }: Stored<Message>,
  { push, variables }: MessagePayload,
  now: Instant,
): Wake | undefined {
  if (!push) return undefined;
  const { applicationId, deviceId, sandbox = false } = push;
  const secondsLeft = Math.max(1, Math.ceil((doc.expiresAt - now) / 1_000));
  const requestId = variables.id ?? '';
  return { environmentId, requestId, applicationId, deviceId, sandbox, secondsLeft };
}

export function makeLane(channel: Channel, parts: LaneParts): Lane {
  const { vault, clock, log, random, retire, isStopping, cutOff } = parts;
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
      const words = renderWords(channel.name, payload);
      const wake = wakeOf(message, payload, clock.now());
      return { id: message.id, to: payload.to, ...words, ...(wake ? { wake } : {}) };
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
      if (receipt.outcome === 'REFUSED' && receipt.retires !== undefined && rendered.wake) {
        await retire(message.environmentId, rendered.wake.deviceId, receipt.retires);
      }
      return [decideReceipt(message, receipt, clock.now(), random())];
    });
}
