/** Sends messages by one channel: so many at once by each circuit, none while it is open. */
import type { Logger } from 'pino';
import { OUTBOX_BUSY_MS, OUTBOX_CIRCUIT_MAX, OUTBOX_SEND_TIMEOUT_MS } from '../config/limits.ts';
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
import { isRenderTimeout, renderWords } from '../notifications/templates/render.ts';
import type { Stored } from '../storage/store.ts';
import type { CircuitBreaker } from './circuit-breaker.ts';
import { makeCircuits } from './circuits.ts';
import { dead, decideReceipt, deferred, type MessageDecision } from './message-outcome.ts';
import type { DeadToken } from './retire-push-token.ts';

export interface LaneParts {
  vault: OutboxVault;
  clock: Clock;
  log: Logger;
  random(): number;
  /** Whether the request that a push is about still waits for its device. */
  isAwaited(wake: Wake): Promise<boolean>;
  /** The token that wakes a device is gone: it isn't used again. */
  retire(dead: DeadToken): Promise<void>;
  /** Nothing begins any more. */
  isStopping(): boolean;
  /** Aborts what has begun. */
  cutOff: AbortSignal;
}

/**
 * Sends a claimed message, or doesn't; no decision: the lease is left to end by itself. `leaseUntil`:
 * when that is, as renewed so far.
 */
export type Lane = (
  message: Stored<Message>,
  leaseUntil: () => Instant,
) => Promise<MessageDecision[]>;

const secondsLeftOf = ({ expiresAt }: Message, now: Instant) =>
  Math.max(1, Math.ceil((expiresAt - now) / 1_000));

/** What a push is about; absent: the message is no push. */
function wakeOf(
  { environmentId, doc }: Stored<Message>,
  { push, variables }: MessagePayload,
  now: Instant,
): Wake | undefined {
  if (!push) return undefined;
  const { applicationId, deviceId, sandbox = false } = push;
  const requestId = variables.id ?? '';
  const secondsLeft = secondsLeftOf(doc, now);
  return { environmentId, requestId, applicationId, deviceId, sandbox, secondsLeft };
}

/** A message may have waited for its place. */
function withTimeLeft(rendered: RenderedMessage, doc: Message, now: Instant): RenderedMessage {
  const { wake } = rendered;
  return wake ? { ...rendered, wake: { ...wake, secondsLeft: secondsLeftOf(doc, now) } } : rendered;
}

export function makeLane(channel: Channel, parts: LaneParts): Lane {
  const { vault, clock, log, random, isAwaited, retire, isStopping, cutOff } = parts;
  const circuits = makeCircuits();

  function observe(receipt: DeliveryReceipt, circuit: string, breaker: CircuitBreaker): void {
    const facts = { channel: channel.name, ...(circuit === '' ? {} : { circuit }) };
    if (receipt.outcome === 'LATER' && receipt.providerFailed) {
      if (!breaker.failed(clock.now())) return;
      log.error(
        { ...facts, reason: receipt.reason },
        'Outbox: a provider is down; sending pauses.',
      );
    } else if (breaker.succeeded()) {
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

  async function prepare(message: Stored<Message>): Promise<RenderedMessage | MessageDecision> {
    await vault.load(message.environmentId);
    let trouble = 'UNREADABLE';
    try {
      const payload = openPayload(vault, message);
      trouble = 'UNRENDERABLE';
      const words = renderWords(channel.name, payload);
      const wake = wakeOf(message, payload, clock.now());
      const { to, variables } = payload;
      return { id: message.id, to, variables, ...words, ...(wake ? { wake } : {}) };
    } catch (error) {
      const now = clock.now();
      if (!isRenderTimeout(error)) return dead(message, trouble, now);
      const later = { outcome: 'LATER', reason: 'RENDER_TIMEOUT', providerFailed: false } as const;
      return decideReceipt(message, later, now, random());
    }
  }

  async function attempt(
    message: Stored<Message>,
    rendered: RenderedMessage,
    leaseUntil: () => Instant,
    circuit: string,
  ): Promise<MessageDecision[]> {
    if (isStopping()) return [];
    const { breaker } = circuits(circuit);
    const awaited = rendered.wake === undefined || (await isAwaited(rendered.wake));
    const now = clock.now();
    if (!awaited) return [dead(message, 'REQUEST_ENDED', now)];
    if (now >= message.doc.expiresAt) return [dead(message, 'EXPIRED', now)];
    // It couldn't be renewed: another worker may have the message by now.
    if (now >= leaseUntil()) {
      return [deferred(message, 'NO_TIME_LEFT', now, now)];
    }
    if (!breaker.admit(now)) {
      return [deferred(message, 'CIRCUIT_OPEN', breaker.retryAt(now), now)];
    }
    const receipt = await send(withTimeLeft(rendered, message.doc, now));
    observe(receipt, circuit, breaker);
    if (receipt.outcome === 'REFUSED' && receipt.retires !== undefined && rendered.wake) {
      const { environmentId, deviceId } = rendered.wake;
      const { address: token } = rendered.to;
      await retire({ environmentId, deviceId, token, reason: receipt.retires });
    }
    return [decideReceipt(message, receipt, clock.now(), random())];
  }

  return async (message, leaseUntil) => {
    if (isStopping()) return [];
    const rendered = await prepare(message);
    if ('writes' in rendered) return [rendered];
    const name = channel.circuitOf?.(rendered) ?? '';
    const circuit = circuits(name);
    // So that one that is slow doesn't take all the places of its channel.
    if (channel.circuitOf && circuit.held >= OUTBOX_CIRCUIT_MAX) {
      const now = clock.now();
      return [deferred(message, 'CIRCUIT_BUSY', now + OUTBOX_BUSY_MS, now)];
    }
    circuit.held += 1;
    try {
      return await circuit.limit(() => attempt(message, rendered, leaseUntil, name));
    } finally {
      circuit.held -= 1;
    }
  };
}
