// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of requests.
/**
 * Twilio: Messages and Calls by a number or a messaging service, and Verify. Source: Twilio's API
 * reference, "Messages", "Calls", "Verification".
 */
import type { Call } from '../../../outgoing/public-call.ts';
import type { RenderedMessage } from '../../channels/channel.ts';
import type { Authentication } from '../../channels/http/account.ts';
import { type Dispatch, inside, judgeBy, type ProviderUrls, type Said } from '../dispatch.ts';
import { digitsOf, twimlOf } from './twiml.ts';

export interface TwilioAccount {
  sid: string;
  authToken: string;
}

export const twilioAuthentication = ({ sid, authToken }: TwilioAccount): Authentication => ({
  method: 'BASIC',
  username: sid,
  password: authToken,
});

/** Where an account's resources are. */
export const twilioPath = ({ twilioUrl }: Pick<ProviderUrls, 'twilioUrl'>, sid: string) =>
  `${twilioUrl}/2010-04-01/Accounts/${encodeURIComponent(sid)}`;

const FAILED: readonly unknown[] = ['failed', 'undelivered', 'canceled'];

/** A resource that was made may have failed already; of one that wasn't, `code` says why. */
function readMade(json: unknown): Said {
  const code = inside(json, 'error_code') ?? inside(json, 'code') ?? undefined;
  const hasFailed = code !== undefined || FAILED.includes(inside(json, 'status'));
  return { id: inside(json, 'sid'), code, hasFailed };
}

export interface TwilioOptions {
  urls: ProviderUrls;
  sid: string;
  /** Where what becomes of a message is told. */
  statusCallback?: string | undefined;
}

type Variables = NonNullable<Dispatch['variables']>;

/** A text message, from a number or an alphanumeric sender. */
export function twilioMessages(
  { urls, sid, statusCallback = '' }: TwilioOptions,
  from: Variables,
): Dispatch {
  const form = { To: '${to}', From: '${from}', Body: '${message}', StatusCallback: statusCallback };
  const url = `${twilioPath(urls, sid)}/Messages.json`;
  return { template: { method: 'POST', url, form }, variables: from, judge: judgeBy(readMade) };
}

/** A text message, from whichever of its numbers the messaging service takes. */
export function twilioService(
  { urls, sid, statusCallback = '' }: TwilioOptions,
  messagingServiceId: string,
): Dispatch {
  const form = {
    To: '${to}',
    MessagingServiceSid: messagingServiceId,
    Body: '${message}',
    StatusCallback: statusCallback,
  };
  const url = `${twilioPath(urls, sid)}/Messages.json`;
  return { template: { method: 'POST', url, form }, judge: judgeBy(readMade) };
}

const speechOf = ({ speech, text }: RenderedMessage) => speech ?? [{ say: text }];
const keysOf = ({ to }: RenderedMessage) =>
  to.extension === undefined ? '' : digitsOf(to.extension);

/** A call that says what the content says, after the extension was dialled. */
export function twilioCalls(
  { urls, sid, statusCallback = '' }: TwilioOptions,
  from: Variables,
): Dispatch {
  const form = {
    To: '${to}',
    From: '${from}',
    Twiml: '${twiml}',
    SendDigits: '${digits}',
    StatusCallback: statusCallback,
  };
  return {
    template: { method: 'POST', url: `${twilioPath(urls, sid)}/Calls.json`, form },
    variables: (message) => ({
      ...from(message),
      twiml: twimlOf(speechOf(message), message),
      digits: keysOf(message),
    }),
    judge: judgeBy(readMade),
  };
}

const verificationsOf = (urls: ProviderUrls, verifyServiceId: string) =>
  `${urls.twilioVerifyUrl}/v2/Services/${encodeURIComponent(verifyServiceId)}/Verifications`;

/** What Verify says of a number that it has sent five codes to without hearing what became of them. */
export const TOO_MANY_CODES = 'HTTP 429 60203';

/** Ends the verification of a number: the code in it isn't good any more. */
export const verificationEnd = (urls: ProviderUrls, verifyServiceId: string, to: string): Call => ({
  method: 'POST',
  url: `${verificationsOf(urls, verifyServiceId)}/${encodeURIComponent(to)}`,
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: 'Status=canceled',
});

/**
 * Verify words the message itself, by a template of the account or its own, and is told our code
 * (CustomCode).
 */
export function twilioVerifications(
  { urls }: Pick<TwilioOptions, 'urls'>,
  verifyServiceId: string,
  channel: 'sms' | 'call',
): Dispatch {
  const url = verificationsOf(urls, verifyServiceId);
  const form = {
    To: '${to}',
    Channel: channel,
    CustomCode: '${otp}',
    TemplateSid: '${template}',
    Locale: '${templateLocale}',
    SendDigits: '${digits}',
  };
  return {
    template: { method: 'POST', url, form },
    variables: (message: RenderedMessage) => ({
      template: message.twilioVerifyTemplate?.id ?? '',
      templateLocale: message.twilioVerifyTemplate?.locale ?? '',
      digits: keysOf(message),
    }),
    judge: judgeBy(readMade),
  };
}
