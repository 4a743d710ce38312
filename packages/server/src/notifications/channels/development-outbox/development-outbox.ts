/**
 * The channel that leads nowhere: in development it keeps what no provider takes, sealed as it
 * was, for `GET /dev/outbox`. Keeping is on the path of every benchmark, so it renders nothing;
 * reading does.
 */
import {
  ENVIRONMENTS_CACHED_MAX,
  KEPT_MESSAGE_LIFETIME_MS,
  KEPT_MESSAGES_MAX,
} from '../../../config/limits.ts';
import type { Vault, VaultLoader } from '../../../crypto/vault.ts';
import { toE164 } from '../../../model/address.ts';
import type { Message } from '../../../model/documents.ts';
import type { Instant } from '../../../model/instant.ts';
import {
  ANY_ENVIRONMENT,
  type Condition,
  type Store,
  type Stored,
} from '../../../storage/store.ts';
import type { MessagePayload } from '../../message.ts';
import { openPayload } from '../../outbox.ts';

/** The parts that reading takes. */
export interface KeptMessagesParts {
  store: Pick<Store, 'list'>;
  vault: Pick<Vault, 'open' | 'mac'> & VaultLoader;
}

/** One form of an address for all the ways to write it. */
function normalised(address: string): string {
  if (address.includes('@')) return address.trim().toLowerCase();
  if (/^\+\d+$/.test(address)) return address;
  // An unescaped `+` of a query arrives as a space.
  return toE164(address.trim()) ?? address.trim();
}

function recipientHash(vault: Pick<Vault, 'mac'>, environmentId: string, address: string): string {
  return vault.mac(environmentId, 'messages/recipient', normalised(address));
}

/** The message as it is kept; the keys of its environment must be loaded. Pure. */
export function keptMessage(
  vault: Pick<Vault, 'mac'>,
  { environmentId, doc }: Stored<Message>,
  payload: MessagePayload,
  now: Instant,
): Message {
  return {
    ...doc,
    status: 'KEPT',
    recipientHash: recipientHash(vault, environmentId, payload.to.address),
    expiresAt: now + KEPT_MESSAGE_LIFETIME_MS,
    updatedAt: now,
  };
}

export interface KeptMessage {
  message: Stored<Message>;
  payload: MessagePayload;
}

/** The newest kept messages of every environment, newest first; `to`: only those to an address. */
export async function listKeptMessages(
  { store, vault }: KeptMessagesParts,
  { to, limit }: { to?: string; limit: number },
): Promise<KeptMessage[]> {
  const most = Math.min(limit, KEPT_MESSAGES_MAX);
  const environments = await store.list('environments', ANY_ENVIRONMENT, {
    descending: true,
    limit: ENVIRONMENTS_CACHED_MAX,
  });
  // Each environment by itself: its key hashes the address, and its index keeps this fast.
  const found = await Promise.all(
    environments.map(async ({ id }) => {
      await vault.load(id);
      const where: Condition =
        to === undefined
          ? { column: 'status', is: 'eq', value: 'KEPT' }
          : { column: 'recipient_hash', is: 'eq', value: recipientHash(vault, id, to) };
      return store.list('messages', id, { where, descending: true, limit: most });
    }),
  );
  return (
    found
      .flat()
      // Ids are UUIDv7, so their order is that of creation.
      .sort((one, other) => (one.id < other.id ? 1 : -1))
      .slice(0, most)
      .map((message) => ({ message, payload: openPayload(vault, message) }))
  );
}
