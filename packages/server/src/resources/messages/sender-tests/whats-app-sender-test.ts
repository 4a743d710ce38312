/** A code by the environment's WhatsApp account; ours, beside contract messages §10. */
import { type Static, Type } from 'typebox';
import { invalidData } from '../../../errors/api-error.ts';
import { WHATSAPP_SENDER_ID } from '../../../model/messages.ts';
import { openAccounts } from '../../../notifications/open-accounts.ts';
import type { Operation, OperationRequest } from '../../kit/operation.ts';
import { actionsOf, ENVIRONMENT } from '../../kit/resource.ts';
import { closed, line } from '../../kit/schemas.ts';
import { numberOf } from './phone-sender-test.ts';
import { findSender, TEST_ACTION, TEST_MESSAGE, type TryParts, trySender } from './try-sender.ts';

const WhatsAppTest = closed({
  to: TEST_MESSAGE.to,
  template: closed({
    name: line(512),
    language: Type.Optional(Type.String({ minLength: 2, maxLength: 16, default: 'en_US' })),
  }),
});
type WhatsAppTestBody = Static<typeof WhatsAppTest>;

async function testWhatsApp(parts: TryParts, request: OperationRequest) {
  const { to, template }: WhatsAppTestBody = request.body;
  const { name, language = 'en_US' } = template;
  const row = await findSender(parts, request, 'WHATSAPP', WHATSAPP_SENDER_ID);
  return trySender(parts, request, {
    senderId: row.id,
    channel: 'WHATSAPP',
    to: numberOf(to),
    message: { whatsAppTemplate: { id: '', name, category: 'AUTHENTICATION', language } },
    open(observe) {
      const { keyring: vault, reach } = parts;
      const sender = openAccounts({ vault, reach, observe }).whatsApp(row);
      if (sender) return sender;
      const message = 'No number of the account is selected.';
      throw invalidData('INVALID_VALUE', 'numbers', { message });
    },
  });
}

export function whatsAppSenderTestOperations(parts: TryParts): Operation[] {
  return actionsOf(
    parts,
    {
      ...TEST_ACTION,
      tag: 'Senders of messages',
      path: `${ENVIRONMENT}/notificationsSettings/instantMessagingDeliverySettings/whatsApp`,
    },
    {
      testWhatsAppSender: {
        summary: 'Send one code by the WhatsApp sender',
        description:
          'At once and to anybody, by a template of the account: `language` is `en_US` where it is left out.',
        example: { to: '+15125550123', template: { name: 'sign_in_code' } },
        body: WhatsAppTest,
        handle: testWhatsApp,
      },
    },
  );
}
