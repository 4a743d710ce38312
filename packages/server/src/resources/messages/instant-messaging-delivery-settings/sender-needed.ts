import { invalidData } from '../../../errors/api-error.ts';
import { WHATSAPP_SENDER_ID } from '../../../model/messages.ts';
import type { ChannelName } from '../../../notifications/message.ts';
import { canSendWhatsApp } from '../../../notifications/providers/whats-app/whats-app.ts';
import type { Parts } from '../../../parts.ts';

/**
 * Throws where a device would be made that nothing could be sent to: nobody but the environment's own
 * account sends by WhatsApp; contract messages §10. Not in development, whose outbox keeps the message.
 */
export async function assertSenderFor(
  { store, settings }: Pick<Parts, 'store' | 'settings'>,
  environmentId: string,
  channel: ChannelName | undefined,
): Promise<void> {
  if (channel !== 'WHATSAPP' || !settings.production) return;
  const row = await store.get('message_senders', environmentId, WHATSAPP_SENDER_ID);
  if (row && canSendWhatsApp(row.doc)) return;
  throw invalidData('INVALID_VALUE', 'type', {
    message: 'The environment has no WhatsApp sender with a selected number.',
  });
}
