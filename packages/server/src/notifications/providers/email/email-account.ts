/** The account that an environment's e-mails leave by: a mail server, or a provider over HTTP. */
import { MAIL_CONNECTIONS_MAX } from '../../../config/limits.ts';
import { type Observer, openAccount } from '../../channels/http/account.ts';
import { httpSender } from '../../channels/http/http-sender.ts';
import type { SaidMailbox } from '../../channels/smtp/mail-identity.ts';
import { type MailSender, openMailSender } from '../../channels/smtp/smtp.ts';
import { smtpServerOf } from '../../channels/smtp/smtp-settings.ts';
import { authenticationOf } from '../authentication.ts';
import { type CustomRequest, contentTypeOf, templateOf } from '../custom/custom-requests.ts';
import type { ProviderAccount, Reach } from '../provider.ts';

/** The settings of a mail server, as they are kept. */
export interface SmtpAccount {
  host: string;
  port: number;
  username: string;
}

export interface HttpAccountSettings {
  name: string;
  authentication: Record<string, unknown>;
  requests: CustomRequest[];
}

interface EmailContext {
  id: string;
  name: string;
  reach: Reach;
  greetAs?: string | undefined;
  observe?: Observer | undefined;
}

/** What a POST without a body sends. */
const MEMBERS = ['to', 'from', 'reply_to', 'subject', 'message'];

function wholeTemplate(request: CustomRequest) {
  const template = templateOf(request);
  if (request.method !== 'POST' || template.body !== undefined) return template;
  const members = Object.fromEntries(MEMBERS.map((name) => [name, `\${${name}}`]));
  return /\bjson\b/i.test(contentTypeOf(request))
    ? { ...template, body: JSON.stringify(members) }
    : { ...template, form: members };
}

function overHttp(
  account: ProviderAccount,
  { id, name, reach, observe }: EmailContext,
): MailSender {
  const { authentication, requests } = account.settings as unknown as HttpAccountSettings;
  const { secrets } = account;
  const http = openAccount(authenticationOf({ shown: authentication, secrets }), reach.caller);
  const [request] = requests;
  if (!request) throw new Error('The account has no request.');
  const template = wholeTemplate(request);
  return {
    send: (message, { from, replyTo }, signal) =>
      httpSender({
        id,
        name,
        account: http,
        template,
        variables: () => ({
          from: from.address,
          'from.name': from.name,
          reply_to: replyTo?.address ?? '',
          'reply_to.name': replyTo?.name ?? '',
        }),
        observe,
      }).send(message, signal),
    close: async () => {},
  };
}

/** Who e-mails of this account are from, and who is answered. */
export const mailboxesOf = ({ settings }: Pick<ProviderAccount, 'settings'>) =>
  settings as { from?: SaidMailbox; replyTo?: SaidMailbox };

export const serverOf = ({ settings, secrets }: ProviderAccount, { ca }: Pick<Reach, 'ca'>) => {
  const { host, port, username } = settings as unknown as SmtpAccount;
  const password = String(secrets.password ?? '');
  return smtpServerOf({ host, port, username, password }, ca ? { ca } : {});
};

/** Connects with the first message. */
export function openEmailAccount(
  provider: string,
  account: ProviderAccount,
  context: EmailContext,
): MailSender {
  if (provider !== 'SMTP') return overHttp(account, context);
  const { reach, greetAs } = context;
  const { allowPrivate } = reach;
  const server = serverOf(account, reach);
  return openMailSender({ server, allowPrivate, greetAs }, MAIL_CONNECTIONS_MAX);
}
