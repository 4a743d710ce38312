/** Sends messages by the senders that a message may leave by, in their order; docs/decisions/0051. */
import { setImmediate as loopTurn } from 'node:timers/promises';
import { OUTBOX_BUSY_MS, OUTBOX_CIRCUIT_MAX } from '../config/limits.ts';
import { defined } from '../model/defined.ts';
import type { Message } from '../model/documents.ts';
import type { Instant } from '../model/instant.ts';
import { makeFairLimiter } from '../model/limiter.ts';
import type { DeliveryReceipt, RenderedMessage, Wake } from '../notifications/channels/channel.ts';
import type { ChannelName, MessagePayload } from '../notifications/message.ts';
import { type OutboxVault, openPayload } from '../notifications/outbox.ts';
import type { Sender } from '../notifications/senders.ts';
import { isRenderTimeout, renderWords } from '../notifications/templates/render.ts';
import type { Stored } from '../storage/store.ts';
import { type AskParts, makeAsk } from './ask-sender.ts';
import { makeCircuits } from './circuits.ts';
import {
  dead,
  decideReceipt,
  deferred,
  type MessageDecision,
  type Tried,
} from './message-outcome.ts';
import type { DeadToken } from './retire-push-token.ts';

export interface LaneParts extends AskParts {
  vault: OutboxVault;
  random(): number;
  /** Whether the request that a push is about still waits for its device. */
  isAwaited(wake: Wake): Promise<boolean>;
  /** The token that wakes a device is gone: it isn't used again. */
  retire(dead: DeadToken): Promise<void>;
  /** Nothing begins any more. */
  isStopping(): boolean;
}

/**
 * Sends a claimed message, or doesn't; no decision: the lease is left to end by itself. `leaseUntil`:
 * when that is, as renewed so far.
 */
export type Lane = (
  message: Stored<Message>,
  senders: readonly Sender[],
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

/** What one sender made of the message. */
type Answer =
  | { receipt: DeliveryReceipt }
  /** It wasn't asked: its circuit is open, or full. */
  | { notBefore: Instant; reason: 'CIRCUIT_OPEN' | 'CIRCUIT_BUSY' }
  /** Nobody is asked: the message has come to its end, or isn't this worker's any more. */
  | { end: MessageDecision[] };

const isSpent = (receipt: DeliveryReceipt) =>
  receipt.outcome === 'REFUSED' || (receipt.outcome === 'LATER' && receipt.maySent === true);

export function makeLane(parts: LaneParts): Lane {
  const { vault, clock, random, isAwaited, retire, isStopping } = parts;
  const circuits = makeCircuits();
  const ask = makeAsk(parts);
  const byTurns = makeFairLimiter(1);

  async function prepare(message: Stored<Message>): Promise<RenderedMessage | MessageDecision> {
    await vault.load(message.environmentId);
    // One after the other, the environments by turns, and others' work between: the words of many
    // hold up neither the answers for those that were sent nor another's only message.
    return byTurns(message.environmentId, async () => {
      await loopTurn();
      return renderedOf(message);
    });
  }

  function renderedOf(message: Stored<Message>): RenderedMessage | MessageDecision {
    let trouble = 'UNREADABLE';
    try {
      const payload = openPayload(vault, message);
      trouble = 'UNRENDERABLE';
      const words = renderWords(message.doc.channel as ChannelName, payload);
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

  /** Whether it may still be sent, once there is a place for it. */
  async function endOf(
    message: Stored<Message>,
    { wake }: RenderedMessage,
    leaseUntil: () => Instant,
  ): Promise<MessageDecision[] | undefined> {
    if (isStopping()) return [];
    const awaited = wake === undefined || (await isAwaited(wake));
    const now = clock.now();
    if (!awaited) return [dead(message, 'REQUEST_ENDED', now)];
    if (now >= message.doc.expiresAt) return [dead(message, 'EXPIRED', now)];
    // It couldn't be renewed: another worker may have the message by now.
    return now >= leaseUntil() ? [deferred(message, 'NO_TIME_LEFT', now, now)] : undefined;
  }

  async function answerOf(
    sender: Sender,
    message: Stored<Message>,
    rendered: RenderedMessage,
    leaseUntil: () => Instant,
  ): Promise<Answer> {
    const name = sender.circuitOf?.(rendered) ?? '';
    const circuit = circuits(`${sender.id} ${name}`);
    // So that one that is slow doesn't take all the places of its channel.
    if (sender.circuitOf && circuit.held >= OUTBOX_CIRCUIT_MAX) {
      return { notBefore: clock.now() + OUTBOX_BUSY_MS, reason: 'CIRCUIT_BUSY' };
    }
    circuit.held += 1;
    try {
      return await circuit.limit(message.environmentId, async () => {
        const end = await endOf(message, rendered, leaseUntil);
        if (end) return { end };
        const now = clock.now();
        const { breaker } = circuit;
        if (!breaker.admit(now)) {
          return { notBefore: breaker.retryAt(now), reason: 'CIRCUIT_OPEN' };
        }
        const { channel } = message.doc;
        const asked = { channel, circuit: name, breaker };
        const begun = performance.now();
        const receipt = await ask(sender, withTimeLeft(rendered, message.doc, now), asked);
        if (receipt.outcome === 'DELIVERED') circuit.took(performance.now() - begun);
        return { receipt };
      });
    } finally {
      circuit.held -= 1;
    }
  }

  return async (message, senders, leaseUntil) => {
    if (isStopping()) return [];
    const rendered = await prepare(message);
    if ('writes' in rendered) return [rendered];
    const spent = new Set(message.doc.spentSenders);
    const failedOver: string[] = [];
    let later: DeliveryReceipt | undefined;
    let refused: DeliveryReceipt | undefined;
    let waits: { notBefore: Instant; reason: string } | undefined;
    let last: Sender | undefined;
    const tried = (): Tried =>
      defined({
        sender: last && { id: last.id, name: last.name },
        failedOver: failedOver.length > 0 ? failedOver : undefined,
        spent: spent.size > 0 ? [...spent] : undefined,
      });
    for (const sender of senders) {
      if (spent.has(sender.id)) continue;
      const answer = await answerOf(sender, message, rendered, leaseUntil);
      if ('end' in answer) return answer.end;
      if ('notBefore' in answer) {
        if (!waits || answer.notBefore < waits.notBefore) waits = answer;
      } else {
        last = sender;
        const { receipt } = answer;
        if (receipt.outcome === 'DELIVERED') {
          return [decideReceipt(message, receipt, clock.now(), random(), tried())];
        }
        if (isSpent(receipt)) spent.add(sender.id);
        if (receipt.outcome === 'REFUSED' && receipt.retires !== undefined && rendered.wake) {
          const { environmentId, deviceId } = rendered.wake;
          const { address: token } = rendered.to;
          await retire({ environmentId, deviceId, token, reason: receipt.retires });
        }
        if (isSpent(receipt)) refused = receipt;
        else later ??= receipt;
      }
      failedOver.push(sender.name);
    }
    const now = clock.now();
    if (later) return [decideReceipt(message, later, now, random(), tried())];
    if (waits) return [deferred(message, waits.reason, waits.notBefore, now, tried())];
    const reason = refused && 'reason' in refused ? refused.reason : message.doc.lastError;
    return [dead(message, reason ?? 'NO_PROVIDER', now, tried())];
  };
}
