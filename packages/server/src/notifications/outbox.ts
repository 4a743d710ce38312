/** The outbox: messages as sealed rows, written with the change that they tell of (design §2). */
import { randomUUIDv7 } from 'node:crypto';
import type { Vault, VaultLoader } from '../crypto/vault.ts';
import { countryOf } from '../model/address.ts';
import { defined } from '../model/defined.ts';
import type { Message } from '../model/documents.ts';
import type { Instant } from '../model/instant.ts';
import type { Stored, Write } from '../storage/store.ts';
import { maskedAddress } from './masked-address.ts';
import type { ChannelName, Delivery, MessagePayload } from './message.ts';

/** What opening a message takes: the keys of its environment, and the vault that uses them. */
export type OutboxVault = Pick<Vault, 'open'> & VaultLoader;

// Bound to the row: a payload that was moved to another message doesn't open.
const identityOf = (messageId: string) => `messages/${messageId}/payload`;

type InsertOfMessage = Extract<Write, { op: 'insert'; table: 'messages' }>;

export interface NewMessage {
  vault: Pick<Vault, 'seal'>;
  environmentId: string;
  delivery: Delivery;
  /** What it is about: `DEVICE_AUTHENTICATION`, `DEVICE_PAIRING`, … */
  kind: string;
  /** Whom it is for. */
  user?: { id: string; populationId: string } | undefined;
  now: Instant;
}

/** What goes to a phone number. */
const BY_NUMBER: readonly ChannelName[] = ['SMS', 'VOICE', 'WHATSAPP'];

const countryOfMessage = ({ channel, payload }: Delivery) =>
  BY_NUMBER.includes(channel) ? countryOf(payload.to.address) : undefined;

/** What records and lists show of a message, and what decides who sends it. */
function shownOf({ delivery, user }: NewMessage): Partial<Message> {
  const { payload, policyId } = delivery;
  const { template, variant, locale, to, push } = payload;
  return defined({
    userId: user?.id,
    populationId: user?.populationId,
    template,
    variant,
    locale,
    country: countryOfMessage(delivery),
    policyId,
    // A push's is a token, which means nothing to anybody.
    maskedAddress: push ? undefined : maskedAddress(to.address),
  });
}

/**
 * The insert of a message that waits for its channel; the caller commits it together with the
 * change that asks for it. Pure but the id and the sealing.
 */
export function messageWrite(message: NewMessage): InsertOfMessage {
  const { vault, environmentId, delivery, kind, now } = message;
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
      ...shownOf(message),
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
