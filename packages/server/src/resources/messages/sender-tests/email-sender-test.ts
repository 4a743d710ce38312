/** An e-mail by the environment's own e-mail sender; ours, beside contract messages §6. */
import { type Static, Type } from 'typebox';
import { invalidData } from '../../../errors/api-error.ts';
import { EMAIL_RULE, isEmailAddress } from '../../../model/address.ts';
import { EMAIL_SENDER_ID } from '../../../model/messages.ts';
import { readGreeting, readSender } from '../../../notifications/channels/smtp/smtp-settings.ts';
import { ownIdentity } from '../../../notifications/email-senders.ts';
import { openAccounts } from '../../../notifications/open-accounts.ts';
import { senderNameOf } from '../../../notifications/providers/account.ts';
import { mailboxesOf } from '../../../notifications/providers/email/email-account.ts';
import type { Parts } from '../../../parts.ts';
import type { Operation, OperationRequest } from '../../kit/operation.ts';
import { actionsOf, ENVIRONMENT } from '../../kit/resource.ts';
import { closed } from '../../kit/schemas.ts';
import { findSender, TEST_ACTION, TEST_MESSAGE, type TryParts, trySender } from './try-sender.ts';

const EmailTest = closed({
  ...TEST_MESSAGE,
  subject: Type.Optional(Type.String({ maxLength: 256 })),
});
type EmailTestBody = Static<typeof EmailTest>;

type EmailTestParts = TryParts & Pick<Parts, 'settings'>;

const SUBJECT = 'A test of Countersign';

async function testEmailSender(parts: EmailTestParts, request: OperationRequest) {
  const { keyring, reach, settings } = parts;
  const { to, subject = SUBJECT, message }: EmailTestBody = request.body;
  const row = await findSender(parts, request, 'EMAIL', EMAIL_SENDER_ID);
  if (!isEmailAddress(to)) throw invalidData('INVALID_VALUE', 'to', { message: EMAIL_RULE });
  return trySender(parts, request, {
    senderId: row.id,
    channel: 'EMAIL',
    to,
    message: { subject, ...(message === undefined ? {} : { text: message }) },
    open(observe) {
      const greetAs = readGreeting(settings.smtpGreeting, settings.publicUrl);
      const mail = openAccounts({ vault: keyring, reach, greetAs, observe }).email(row);
      const mailFrom = readSender(settings.mailFrom);
      const identity = ownIdentity({}, [mailboxesOf(row.doc)], { mailFrom });
      return {
        id: row.id,
        name: senderNameOf(row),
        send: (rendered, signal) => mail.send(rendered, identity, signal).finally(mail.close),
      };
    },
  });
}

export function emailSenderTestOperations(parts: EmailTestParts): Operation[] {
  return actionsOf(
    parts,
    {
      ...TEST_ACTION,
      tag: 'Senders of messages',
      path: `${ENVIRONMENT}/notificationsSettings/emailDeliverySettings`,
    },
    {
      testEmailSender: {
        summary: 'Send one e-mail by the e-mail sender',
        description:
          'At once and to anybody, to see what the provider answers. Of a mail server `reason` has the answer.',
        example: { to: 'kaisa@shop.example', subject: 'A test', message: 'It works.' },
        body: EmailTest,
        handle: testEmailSender,
      },
    },
  );
}
