/** A channel takes a message to the user: one folder here for each way out. */
import type { ChannelName, Recipient } from '../message.ts';
import type { Words } from '../templates/words.ts';

/** A message as a channel sends it. */
export interface RenderedMessage extends Words {
  /** The same on each try: what a provider knows a repetition by (idempotency key). */
  id: string;
  to: Recipient;
  /** What a provider's request may name beside the text: `otp`, `user.username`. */
  variables?: Readonly<Record<string, string>>;
  /** A message that wakes a phone: all that the provider may know, and whose account is used. */
  wake?: Wake;
}

/** What a phone is to look at, and for how long it makes sense to wake it. */
export interface Wake {
  environmentId: string;
  requestId: string;
  applicationId: string;
  deviceId: string;
  sandbox: boolean;
  secondsLeft: number;
}

/**
 * How sending ended. `reason` is short, stable and safe to keep and to log: it holds neither a
 * code nor an address.
 */
export type DeliveryReceipt =
  | {
      outcome: 'DELIVERED';
      /** What the provider calls the message: what it says of it later is known by this. */
      providerMessageId?: string;
    }
  /** The provider won't take this message, however often it is tried. */
  | {
      outcome: 'REFUSED';
      reason: string;
      /** The address is gone for good, by the provider's word: it isn't to be used again. */
      retires?: string;
    }
  /**
   * It may go later. `providerFailed`: the provider as a whole isn't usable now (no connection,
   * no greeting, no login), which counts for its circuit breaker. Not for what is wrong with the
   * message or its account: that is REFUSED.
   */
  | {
      outcome: 'LATER';
      reason: string;
      providerFailed: boolean;
      /** How long the provider wants to be left alone with this one. */
      retryAfterMs?: number;
      /**
       * No answer came, and the provider may have taken it and doesn't know a repetition: this sender
       * isn't asked again, another one is; docs/decisions/0051.
       */
      maySent?: true;
    };

export interface Channel {
  readonly name: ChannelName;
  /**
   * Names the circuit that a message belongs to: those of one circuit reach the same provider by the
   * same account, so that they fail together and wait for each other. Absent: there is one circuit.
   * Safe to log. Pure.
   */
  circuitOf?(message: RenderedMessage): string;
  /**
   * Sends, and resolves when the provider has answered. Doesn't throw for what a provider or a
   * network does. After `signal` has aborted it settles soon, and the message may have been sent.
   */
  send(message: RenderedMessage, signal: AbortSignal): Promise<DeliveryReceipt>;
  /** Closes its connections, also those that are sending. */
  close(): Promise<void>;
}
