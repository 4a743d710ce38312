/** What providers say later of messages that they took: who hears it, and at which address. */
import type { Vault, VaultLoader } from '../crypto/vault.ts';
import type { Store } from '../storage/store.ts';
import type {
  CallbackRequest,
  CallbackSecrets,
  DeliveryReport,
} from './channels/http/callbacks/callback.ts';
import { CALLBACKS } from './channels/http/callbacks.ts';
import { openedAccount } from './providers/account.ts';

export type { CallbackRequest, DeliveryReport };

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
  challengeOf(environmentId: string, senderId: string, url: string): Promise<string | undefined>;
}

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

/** Whether a provider says what became of messages after it took them. */
export const tellsLater = (provider: string): boolean => Object.hasOwn(CALLBACKS, provider);

/** The environments' senders, by what each provider signs with. */
export function senderCallbacks({
  store,
  vault,
}: {
  store: Pick<Store, 'get'>;
  vault: Pick<Vault, 'open' | 'mac'> & VaultLoader;
}): DeliveryCallbacks {
  async function find(environmentId: string, senderId: string) {
    const row = await store.get('message_senders', environmentId, senderId);
    const reader = row && CALLBACKS[row.doc.provider];
    if (!reader) return undefined;
    await vault.load(environmentId);
    return { reader, secrets: openedAccount(vault, row).secrets as CallbackSecrets };
  }

  return {
    async reportsOf(environmentId, senderId, request) {
      const known = await find(environmentId, senderId);
      return known?.reader.verify(request, known.secrets) ? known.reader.read(request) : undefined;
    },
    async challengeOf(environmentId, senderId, url) {
      const known = await find(environmentId, senderId);
      // What an administrator gives the provider for it: the key that the address ends with.
      return known?.reader.challenge?.(url, vault.mac(environmentId, IDENTITY, senderId));
    },
  };
}
