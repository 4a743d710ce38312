/** The outbox: messages as sealed rows, written with the change that they tell of (design §2). */
import { randomUUIDv7 } from 'node:crypto';
import type { Vault, VaultLoader } from '../crypto/vault.ts';
import type { Message } from '../model/documents.ts';
import type { Instant } from '../model/instant.ts';
import type { Stored, Write } from '../storage/store.ts';
import type { Delivery, MessagePayload } from './message.ts';

/** What opening a message takes: the keys of its environment, and the vault that uses them. */
export type OutboxVault = Pick<Vault, 'open'> & VaultLoader;

// Bound to the row: a payload that was moved to another message doesn't open.
const identityOf = (messageId: string) => `messages/${messageId}/payload`;

export interface NewMessage {
  vault: Pick<Vault, 'seal'>;
  environmentId: string;
  delivery: Delivery;
  /** What it is about: `DEVICE_AUTHENTICATION`, `DEVICE_PAIRING`, … */
  kind: string;
  now: Instant;
}

/**
 * The insert of a message that waits for its channel; the caller commits it together with the
 * change that asks for it. Pure but the id and the sealing.
 */
export function messageWrite({ vault, environmentId, delivery, kind, now }: NewMessage): Write {
  const id = randomUUIDv7();
  return {
    op: 'insert',
    table: 'messages',
    environmentId,
    id,
    doc: {
      kind,
      channel: delivery.channel,
      status: 'PENDING',
      sealedPayload: vault.seal(environmentId, identityOf(id), JSON.stringify(delivery.payload)),
      attempts: 0,
      availableAt: now,
      expiresAt: delivery.expiresAt,
      createdAt: now,
      updatedAt: now,
    },
  };
}

/**
 * What a message says. The keys of its environment must be loaded. Throws when the payload was
 * changed, moved or erased.
 */
export function openPayload(vault: Pick<Vault, 'open'>, message: Stored<Message>): MessagePayload {
  const { environmentId, id, doc } = message;
  if (doc.sealedPayload === undefined) throw new Error('The payload of the message was erased.');
  const plaintext = vault.open(environmentId, identityOf(id), doc.sealedPayload);
  return JSON.parse(plaintext.toString('utf8'));
}
