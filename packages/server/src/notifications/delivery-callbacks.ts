/** What providers say later of messages that they took: who hears it, and at which address. */
import type { Vault } from '../crypto/vault.ts';

/** A call of a provider, as it arrived. */
export interface CallbackRequest {
  /** As the provider was told it, with its query: our own address, whatever stands before the server. */
  url: string;
  headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Its bytes as text: a signature is over these. */
  body: string;
}

/** What became of a message for good. */
export interface DeliveryReport {
  /** As in the receipt of its sending. */
  providerMessageId: string;
  status: 'delivered' | 'failed';
  /** The provider's own code; short and safe to keep: `30007`. */
  reason?: string;
}

/** Knows the senders of environments, and what only their providers can have written. */
export interface DeliveryCallbacks {
  /**
   * What a call says of messages; undefined: it isn't the sender's provider who calls, or nobody
   * knows how to tell. Doesn't throw for what it is given.
   */
  reportsOf(
    environmentId: string,
    senderId: string,
    request: CallbackRequest,
  ): Promise<DeliveryReport[] | undefined>;
  /** What a call without a message is answered by which a provider first tries the address. */
  challengeOf?(environmentId: string, senderId: string, url: string): Promise<string | undefined>;
}

/** Where no sender has a provider that tells. */
export const NO_CALLBACKS: DeliveryCallbacks = { reportsOf: async () => undefined };

const IDENTITY = 'notifications/callback';

/**
 * Below `/v1/environments/{envID}`: what is said there of a sender's messages is looked at only by the
 * key in it, which nobody can guess. The keys of the environment must be loaded.
 */
export const callbackPath = (
  vault: Pick<Vault, 'mac'>,
  environmentId: string,
  senderId: string,
): string => `/notifications/callbacks/${senderId}/${vault.mac(environmentId, IDENTITY, senderId)}`;

export const isCallbackKey = (
  vault: Pick<Vault, 'macMatches'>,
  environmentId: string,
  senderId: string,
  key: string,
): boolean => vault.macMatches(environmentId, IDENTITY, senderId, key);
