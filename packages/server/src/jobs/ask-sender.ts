/** One try by one sender: bounded by time whatever it does, and noted by its circuit breaker. */
import type { Logger } from 'pino';
import { OUTBOX_SEND_TIMEOUT_MS } from '../config/limits.ts';
import type { Clock } from '../model/instant.ts';
import type { DeliveryReceipt, RenderedMessage } from '../notifications/channels/channel.ts';
import type { Sender } from '../notifications/senders.ts';
import type { CircuitBreaker } from './circuit-breaker.ts';

export interface AskParts {
  clock: Clock;
  log: Logger;
  /** Aborts what has begun. */
  cutOff: AbortSignal;
  /** A sender has answered, or hasn't in time. */
  answered?(channel: string, senderId: string, outcome: DeliveryReceipt['outcome']): void;
}

/** The circuit that the sender is asked through, for the log. */
export interface Asked {
  channel: string;
  circuit: string;
  breaker: CircuitBreaker;
}

export type Ask = (
  sender: Sender,
  message: RenderedMessage,
  asked: Asked,
) => Promise<DeliveryReceipt>;

export function makeAsk({ clock, log, cutOff, answered }: AskParts): Ask {
  function observe(
    receipt: DeliveryReceipt,
    sender: Sender,
    { channel, circuit, breaker }: Asked,
  ): void {
    const facts = { channel, sender: sender.id, ...(circuit === '' ? {} : { circuit }) };
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

  async function send(
    sender: Sender,
    message: RenderedMessage,
    channel: string,
  ): Promise<DeliveryReceipt> {
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
      return await Promise.race([sender.send(message, ending.signal), ended]);
    } catch (error) {
      // Its message may quote an address.
      const name = error instanceof Error ? error.name : 'unknown';
      log.error({ channel, sender: sender.id, error: name }, 'Outbox: a channel threw.');
      return { outcome: 'LATER', reason: 'CHANNEL_ERROR', providerFailed: true };
    } finally {
      clearTimeout(timer);
      cutOff.removeEventListener('abort', end);
    }
  }

  return async (sender, message, asked) => {
    const receipt = await send(sender, message, asked.channel);
    observe(receipt, sender, asked);
    answered?.(asked.channel, sender.id, receipt.outcome);
    return receipt;
  };
}
