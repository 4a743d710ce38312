/** In development, keeps the messages that no provider takes. */
import type { Logger } from 'pino';
import type { Message } from '../model/documents.ts';
import type { Instant } from '../model/instant.ts';
import { keptMessage } from '../notifications/channels/development-outbox/development-outbox.ts';
import { maskedAddress } from '../notifications/masked-address.ts';
import { type OutboxVault, openPayload } from '../notifications/outbox.ts';
import type { Stored } from '../storage/store.ts';
import { logFailure } from './log-failure.ts';
import { dead, type MessageDecision, updateOf } from './message-outcome.ts';

/** Opens messages and hashes their addresses. */
export type KeeperVault = OutboxVault & Parameters<typeof keptMessage>[0];

/** Marks them all; the caller commits what this decides at once. */
export async function keepMessages(
  { vault, log }: { vault: KeeperVault; log: Logger },
  messages: readonly Stored<Message>[],
  now: Instant,
): Promise<MessageDecision[]> {
  const readable = new Set<string>();
  for (const environmentId of new Set(messages.map((message) => message.environmentId))) {
    try {
      await vault.load(environmentId);
      readable.add(environmentId);
    } catch (error) {
      // Its messages stay until their lease ends; those of other environments don't wait for it.
      logFailure(log, error, 'Outbox: the keys of an environment are missing.', { environmentId });
    }
  }
  const openable = messages.filter(({ environmentId }) => readable.has(environmentId));
  return openable.map((message) => {
    try {
      const payload = openPayload(vault, message);
      const doc = keptMessage(vault, message, payload, now);
      return {
        message,
        outcome: 'KEPT',
        shown: { to: maskedAddress(payload.to.address), template: payload.template },
        writes: [updateOf(message, doc)],
      };
    } catch (error) {
      log.error({ err: error, messageId: message.id }, 'Outbox: a message could not be opened.');
      return dead(message, 'UNREADABLE', now);
    }
  });
}
