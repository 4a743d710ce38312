/** What the answers of push providers mean: pure, and the same for all of them. */
import type { DeliveryReceipt } from '../channel.ts';

export const noAccount = (): DeliveryReceipt => ({
  outcome: 'REFUSED',
  reason: 'MissingPushCredentials',
});

/** It can't be sent, whoever is asked: a wrong account, or an address that is none. */
export const refused = (reason: string): DeliveryReceipt => ({ outcome: 'REFUSED', reason });

/** No answer: the network, or a time that is over. */
export const unreachable = (): DeliveryReceipt => ({
  outcome: 'LATER',
  reason: 'UNREACHABLE',
  providerFailed: true,
});

/**
 * By HTTP status, with the provider's own word. `dead`: the words that say that the token is gone
 * for good, so that it is not used again.
 */
export function pushReceipt(
  provider: string,
  status: number,
  word: string,
  dead: readonly string[],
): DeliveryReceipt {
  if (status >= 200 && status < 300) return { outcome: 'DELIVERED' };
  const reason = `${provider} ${status} ${word}`.trim();
  if (dead.includes(word) || status === 410) return { outcome: 'REFUSED', reason, retires: word };
  // Throttled: this one later; the provider is there.
  if (status === 429) return { outcome: 'LATER', reason, providerFailed: false };
  if (status >= 500) return { outcome: 'LATER', reason, providerFailed: true };
  return { outcome: 'REFUSED', reason };
}
