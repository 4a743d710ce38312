import type { MessageSender } from '../../../model/messages.ts';
import { callbackPath, tellsLater } from '../../../notifications/delivery-callbacks.ts';
import type { Parts } from '../../../parts.ts';
import type { Stored } from '../../../storage/store.ts';

/**
 * Where a sender's provider tells what became of messages: Twilio hears it with each message, the
 * others from their administrator. The keys of the environment must be loaded.
 */
export function callbackLink(
  { links, keyring }: Pick<Parts, 'links' | 'keyring'>,
  { environmentId, id, doc }: Stored<MessageSender>,
): Record<string, { href: string }> {
  if (!tellsLater(doc.provider)) return {};
  return { deliveryReports: links.api(environmentId, callbackPath(keyring, environmentId, id)) };
}
