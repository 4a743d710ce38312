/** What the tests of the providers share: an account with one, and messages. */

import { openCaller } from '../../outgoing/public-call.ts';
import type { RenderedMessage } from '../channels/channel.ts';
import { type Authentication, openAccount } from '../channels/http/account.ts';
import { httpSender } from '../channels/http/http-sender.ts';
import type { Dispatch, ProviderUrls } from './dispatch.ts';

export const NEVER = new AbortController().signal;

/** A provider of the tests at the place of the real one. */
export const urlsOf = (urls: Partial<ProviderUrls>): ProviderUrls => ({
  twilioUrl: 'https://api.twilio.invalid',
  twilioMessagingUrl: 'https://messaging.twilio.invalid',
  twilioVerifyUrl: 'https://verify.twilio.invalid',
  syniverseUrl: 'https://syniverse.invalid',
  whatsAppUrl: 'https://graph.invalid',
  ...urls,
});

export function accountOf(authentication: Authentication) {
  const caller = openCaller({
    allowPrivate: true,
    allowHttp: true,
    idleMs: 1_000,
    answerBytesMax: 16_384,
  });
  return openAccount(authentication, caller);
}

/** Sends to a number. */
export function sendBy(authentication: Authentication, dispatch: Dispatch) {
  const account = accountOf(authentication);
  const sender = httpSender({ id: 'sender-1', name: 'Test', account, ...dispatch });
  return (to: string, more: Partial<RenderedMessage> = {}, signal = NEVER) =>
    sender.send(aMessage(to, more), signal);
}

export const aMessage = (to: string, more: Partial<RenderedMessage> = {}): RenderedMessage => ({
  id: '01970000-0000-7000-8000-000000000000',
  to: { address: to },
  locale: 'en',
  text: '482913 is your passcode for Shop & Söhne.',
  variables: { otp: '482913' },
  ...more,
});
