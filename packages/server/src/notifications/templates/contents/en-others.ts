// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are placeholders of Liquid.
/** The English wording of the templates of other products: short, since nothing here sends them. */
import type { OtherTemplateName } from '../catalogue.ts';
import type { Content, ContentForm } from './content.ts';

const mail = (subject: string, ...paragraphs: string[]): Content => ({
  subject,
  body: paragraphs.join('\n\n'),
});

const codeMail = (subject: string, sentence: string, code: string) => ({
  EMAIL: mail(subject, 'Hello,', sentence, code, 'If you did not ask for it, ignore this message.'),
});

const credential = (what: string) => ({
  EMAIL: mail(
    `Your credential was ${what}`,
    'Hello,',
    `Your credential{% if credential.name %} \${credential.name}{% endif %} was ${what}.`,
  ),
  SMS: {
    body: `Your credential{% if credential.name %} \${credential.name}{% endif %} was ${what}.`,
  },
  PUSH: {
    subject: `Your credential was ${what}`,
    body: 'Open the app to see it.',
  },
});

const GENERAL = 'There is news for you.';
const WALLET = 'You can pair your digital wallet now.';

export const enOthers: Readonly<
  Record<OtherTemplateName, Readonly<Partial<Record<ContentForm, Content>>>>
> = {
  general: {
    EMAIL: mail('A message for you', 'Hello,', GENERAL),
    SMS: { body: GENERAL },
    VOICE: { body: `Hello. ${GENERAL} Goodbye.` },
  },
  verification_code_template: codeMail(
    'Your verification code',
    'Use this code to verify that it is you:',
    '${code.value}',
  ),
  email_verification_admin: codeMail(
    'Verify your e-mail address',
    'Use this code to verify your e-mail address:',
    '${code}',
  ),
  email_verification_user: codeMail(
    'Verify your e-mail address',
    'Use this code to verify your e-mail address:',
    '${code}',
  ),
  recovery_code_template: codeMail(
    'Your recovery code',
    'Use this code to choose a new password:',
    '${code}',
  ),
  email_phone_verification: {
    ...codeMail(
      'Verify your e-mail address',
      'Use this code to verify your e-mail address:',
      '${code}',
    ),
    SMS: { body: '${code} verifies your phone number. Do not give it to anybody.' },
  },
  digital_wallet_pairing: {
    EMAIL: mail('Pair your digital wallet', 'Hello,', WALLET),
    SMS: { body: WALLET },
  },
  id_verification: {
    EMAIL: mail('Verify your identity', 'Hello,', 'Verify your identity here:', '${app.open.url}'),
    SMS: { body: 'Verify your identity here: ${app.open.url}' },
  },
  credential_issued: credential('issued'),
  credential_revoked: credential('revoked'),
  credential_updated: credential('updated'),
  credential_verification: {
    PUSH: { subject: 'Show your credential', body: 'Open the app to answer the request.' },
  },
};
