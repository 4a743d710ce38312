/** An e-mail by the environment's own e-mail sender; ours, beside contract messages §6. */
import { type Static, Type } from 'typebox';
import { invalidData } from '../../../errors/api-error.ts';
import { EMAIL_RULE, isEmailAddress } from '../../../model/address.ts';
import { EMAIL_SENDER_ID } from '../../../model/messages.ts';
import { firstMailbox } from '../../../notifications/channels/smtp/mail-identity.ts';
import { readGreeting, readSender } from '../../../notifications/channels/smtp/smtp-settings.ts';
import { openedAccount } from '../../../notifications/providers/account.ts';
import {
  mailboxesOf,
  openEmailAccount,
} from '../../../notifications/providers/email/email-account.ts';
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

/** Who the e-mail is from where the sender doesn't say it: the server. */
function identityOf(account: ReturnType<typeof openedAccount>, { mailFrom }: Parts['settings']) {
  const { from, replyTo } = mailboxesOf(account);
  const answered = firstMailbox([replyTo]);
  return {
    from: firstMailbox([from]) ?? readSender(mailFrom),
    ...(answered ? { replyTo: answered } : {}),
  };
}

async function testEmailSender(parts: EmailTestParts, request: OperationRequest) {
  const { keyring, reach, settings } = parts;
  const { to, subject = SUBJECT, message }: EmailTestBody = request.body;
  const { id, environmentId, doc, version } = await findSender(
    parts,
    request,
    'EMAIL',
    EMAIL_SENDER_ID,
  );
  if (!isEmailAddress(to)) throw invalidData('INVALID_VALUE', 'to', { message: EMAIL_RULE });
  const account = openedAccount(keyring, { id, environmentId, doc, version });
  const name = String(account.settings.name ?? doc.provider);
  return trySender(parts, request, {
    senderId: id,
    channel: 'EMAIL',
    to,
    message: { subject, ...(message === undefined ? {} : { text: message }) },
    open(observe) {
      const greetAs = readGreeting(settings.smtpGreeting, settings.publicUrl);
      const mail = openEmailAccount(doc.provider, account, { id, name, reach, greetAs, observe });
      const identity = identityOf(account, settings);
      return {
        id,
        name,
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
