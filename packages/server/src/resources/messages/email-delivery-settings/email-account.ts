/** What a request says of the environment's e-mail sender, as an account; contract messages §6. */
import { MAIL_TRIAL_MS } from '../../../config/limits.ts';
import { invalidData } from '../../../errors/api-error.ts';
import { EMAIL_RULE, isEmailAddress } from '../../../model/address.ts';
import { defined } from '../../../model/defined.ts';
import { faultOfAccount } from '../../../notifications/channels/smtp/mail-pool.ts';
import { splitAuthentication } from '../../../notifications/providers/authentication.ts';
import {
  goToSameHosts,
  readRequests,
} from '../../../notifications/providers/custom/custom-requests.ts';
import {
  type HttpAccountSettings,
  type SmtpAccount,
  serverOf,
} from '../../../notifications/providers/email/email-account.ts';
import type { ProviderAccount, Reach } from '../../../notifications/providers/provider.ts';
import type { Parts } from '../../../parts.ts';
import { EMAIL_METHODS, type EmailSenderBody } from './email-delivery-settings.schema.ts';

export const HTTP = 'CUSTOM_PROVIDER';
export const SMTP = 'SMTP';
const DEFAULT_PORT = 465;

/** An account with the kind that it is of. */
export interface EmailAccount extends ProviderAccount {
  provider: typeof HTTP | typeof SMTP;
}

const NEEDS = { variables: ['from', 'to', 'message'], anywhere: true, bodyOptional: true } as const;

function required<Value>(value: Value | undefined, target: string): Value {
  if (value === undefined) throw invalidData('REQUIRED_VALUE', target);
  return value;
}

function mailboxes({ from, replyTo }: EmailSenderBody) {
  for (const [target, mailbox] of Object.entries({ from, replyTo })) {
    if (mailbox && !isEmailAddress(mailbox.address)) {
      throw invalidData('INVALID_VALUE', `${target}.address`, { message: EMAIL_RULE });
    }
  }
  return defined({ from, replyTo });
}

function httpAccount(
  body: EmailSenderBody,
  place: Reach,
  before: EmailAccount | undefined,
): EmailAccount {
  const name = required(body.name, 'name');
  required(body.provider, 'provider');
  const said = required(body.requests, 'requests');
  const requests = readRequests(said, EMAIL_METHODS, place, () => NEEDS);
  const former = before?.provider === HTTP ? before : undefined;
  const settings = former?.settings as unknown as HttpAccountSettings | undefined;
  const split = splitAuthentication(
    required(body.authentication, 'authentication'),
    place,
    former && settings && { shown: settings.authentication, secrets: former.secrets },
    settings !== undefined && goToSameHosts(requests, settings.requests),
  );
  return {
    provider: HTTP,
    settings: { name, authentication: split.shown, requests, ...mailboxes(body) },
    secrets: split.secrets,
  };
}

function smtpAccount(body: EmailSenderBody, before: EmailAccount | undefined): EmailAccount {
  const host = required(body.host, 'host');
  const username = required(body.username, 'username');
  const { port = DEFAULT_PORT } = body;
  const former = before?.settings as unknown as SmtpAccount | undefined;
  const isSame = former?.host === host && former.port === port && former.username === username;
  const password = required(
    body.password ?? (isSame ? before?.secrets.password : undefined),
    'password',
  );
  required(body.from, 'from.address');
  if (!/^[\w.:-]+$/.test(host)) {
    throw invalidData('INVALID_VALUE', 'host', { message: 'It is no name or address of a host.' });
  }
  return {
    provider: SMTP,
    settings: { host, port, username, ...mailboxes(body) },
    secrets: { password },
  };
}

/** Throws `INVALID_DATA`. `before`: the account that is replaced, whose secret may stay. */
export function readEmailAccount(
  body: EmailSenderBody,
  reach: Reach,
  before: EmailAccount | undefined,
): EmailAccount {
  const isHttp = body.protocol === 'HTTP' || body.provider !== undefined;
  return isHttp ? httpAccount(body, reach, before) : smtpAccount(body, before);
}

/**
 * Logs in by the account. Throws where the mail server refuses that, or can't be used. One that can't
 * be reached now is no fault of the request: Terraform sends such ones.
 */
export async function tryEmailAccount(
  account: EmailAccount,
  { reach, log }: Pick<Parts, 'reach' | 'log'>,
  environmentId: string,
): Promise<void> {
  if (account.provider !== SMTP) return;
  const { allowPrivate } = reach;
  const fault = await faultOfAccount(
    { server: serverOf(account, reach), allowPrivate },
    MAIL_TRIAL_MS,
  );
  if (fault === undefined) return;
  if (fault === 'UNREACHABLE') {
    log.warn({ environmentId }, 'The mail server of an environment was not reached.');
    return;
  }
  throw invalidData('INVALID_VALUE', fault, {
    message:
      fault === 'host'
        ? 'The mail server can not be used: it is not public, or its certificate is not trusted.'
        : 'The mail server refuses the user name and password.',
  });
}
