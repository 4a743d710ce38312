/** What the answers of push providers mean: pure, and the same for all of them. */
import type { DeliveryReceipt } from '../channel.ts';
import { retryAfterMs } from '../retry-after.ts';

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

export interface ProviderAnswer {
  provider: string;
  status: number;
  /** The provider's own word for it. */
  word: string;
  /**
   * The words that say that the token is gone for good, so that it is not used again. Not those that
   * a wrong account is told, too: an administrator's typing error would end all its phones' tokens.
   */
  dead: readonly string[];
  /** The statuses that say that there was too much of us, while the provider is there. */
  throttles?: readonly number[];
  /** The header `Retry-After`. */
  retryAfter?: string | null | undefined;
}

/** By HTTP status, with the provider's own word. */
export function pushReceipt(answer: ProviderAnswer): DeliveryReceipt {
  const { provider, status, word, dead, throttles = [429], retryAfter } = answer;
  if (status >= 200 && status < 300) return { outcome: 'DELIVERED' };
  const reason = `${provider} ${status} ${word}`.trim();
  if (dead.includes(word)) return { outcome: 'REFUSED', reason, retires: word };
  const throttled = throttles.includes(status);
  if (!throttled && status < 500) return { outcome: 'REFUSED', reason };
  const wait = retryAfterMs(retryAfter);
  const later = wait === undefined ? {} : { retryAfterMs: wait };
  return { outcome: 'LATER', reason, providerFailed: !throttled, ...later };
}

/** What a promise comes to, unless the time is over before: rejects then. */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
