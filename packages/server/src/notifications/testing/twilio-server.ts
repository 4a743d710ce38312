/**
 * Twilio as a real server: Messages, Calls, IncomingPhoneNumbers, ShortCodes (API of 2010), Messaging
 * Services (v1), Verify (v2), which are three hosts there and one here. Source: Twilio's API
 * reference; the numbers that fail are those of "Magic numbers", with one more for an error inside.
 */
import { createHmac, randomBytes } from 'node:crypto';
import {
  type ProviderAnswer,
  type ProviderRequest,
  startHttpProvider,
} from '../../testing/http-provider.ts';

const sid = (prefix: string) => prefix + randomBytes(16).toString('hex');

/** A refusal as the API writes it. */
const refuse = (status: number, code: number, message = 'No.'): ProviderAnswer => [
  status,
  { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status },
];
const notFound = () => refuse(404, 20_404);

const REFUSED: Readonly<Record<string, [status: number, code: number]>> = {
  '+15005550001': [400, 21_211],
  '+15005550002': [400, 21_612],
  '+15005550003': [400, 21_408],
  '+15005550004': [400, 21_610],
  '+15005550009': [400, 21_614],
};
/** Codes to one number, until its verification has ended. */
const SENDS_MAX = 5;

/** It is taken, and has failed already. */
export const FILTERED = '+15005550030';

const E164 = /^\+[1-9][0-9]{6,14}$/;
const SENDER = /^(\+[1-9][0-9]{6,14}|[0-9]{3,8}|[A-Za-z0-9 ]{1,11})$/;

/** Whether the form has these members and may have those, each once, and no other. */
function hasOnly(form: URLSearchParams, needed: string[], more: string[]): boolean {
  const names = [...form.keys()];
  return (
    needed.every((name) => names.includes(name)) &&
    new Set(names).size === names.length &&
    names.every((name) => needed.includes(name) || more.includes(name))
  );
}

const isUrl = (text: string | null) => text === null || /^https?:\/\/[^/ ]+/.test(text);

export interface TwilioNumber {
  phone_number: string;
  capabilities: { sms: boolean; voice: boolean };
}

export interface TwilioTemplate {
  sid: string;
  friendly_name: string;
  channels: string[];
  translations: Record<string, { status: string; text: string }>;
}

export async function startTwilio() {
  const account = {
    sid: sid('AC'),
    authToken: randomBytes(16).toString('hex'),
    numbers: [
      { phone_number: '+12025550100', capabilities: { sms: true, voice: true } },
      { phone_number: '+18885550101', capabilities: { sms: true, voice: false } },
    ] as TwilioNumber[],
    shortCodes: ['24365'],
    services: [
      { sid: sid('MG'), friendly_name: 'Sign-in' },
      { sid: sid('MG'), friendly_name: 'Payments' },
    ],
    verifyServiceId: sid('VA'),
    templates: [
      {
        sid: sid('HJ'),
        friendly_name: 'Sign-in code',
        channels: ['sms', 'voice'],
        translations: { en: { status: 'approved', text: 'Your code is {{code}}.' } },
      },
    ] as TwilioTemplate[],
  };
  /** What was sent, by kind. */
  const taken = {
    messages: [] as Record<string, string>[],
    calls: [] as Record<string, string>[],
    verifications: [] as Record<string, string>[],
    updates: [] as Record<string, string>[],
  };
  const isOver = (sent: Record<string, string>) =>
    taken.updates.some((update) => update.sid === sent.sid);
  const ownsNumber = (from: string | null) =>
    account.numbers.some(({ phone_number }) => phone_number === from) ||
    account.shortCodes.includes(from ?? '');

  function message(form: URLSearchParams): ProviderAnswer {
    const more = ['From', 'MessagingServiceSid', 'StatusCallback', 'ValidityPeriod'];
    if (!hasOnly(form, ['To', 'Body'], more)) return refuse(400, 21_604);
    const { to, from, service } = {
      to: form.get('To') ?? '',
      from: form.get('From'),
      service: form.get('MessagingServiceSid'),
    };
    if ((from === null) === (service === null)) return refuse(400, 21_603);
    if (service !== null && !account.services.some((known) => known.sid === service)) {
      return refuse(404, 21_701);
    }
    const isOwn = from === null || ownsNumber(from) || /^(?=.*[A-Za-z])[A-Za-z0-9 ]+$/.test(from);
    if (from !== null && (!SENDER.test(from) || !isOwn)) return refuse(400, 21_606);
    if (!E164.test(to)) return refuse(400, 21_211);
    const refused = REFUSED[to];
    if (refused) return refuse(...refused);
    const body = form.get('Body') ?? '';
    if (body === '') return refuse(400, 21_602);
    if (body.length > 1_600) return refuse(400, 21_617);
    if (!isUrl(form.get('StatusCallback'))) return refuse(400, 21_609);
    const id = sid('SM');
    taken.messages.push({ sid: id, ...Object.fromEntries(form) });
    const status = to === FILTERED ? 'failed' : service === null ? 'queued' : 'accepted';
    return [201, { sid: id, status, error_code: to === FILTERED ? 30_007 : null, to, from }];
  }

  function call(form: URLSearchParams): ProviderAnswer {
    const more = ['SendDigits', 'StatusCallback', 'StatusCallbackEvent', 'Timeout'];
    if (!hasOnly(form, ['To', 'From', 'Twiml'], more)) return refuse(400, 21_201);
    const to = form.get('To') ?? '';
    if (!ownsNumber(form.get('From'))) return refuse(400, 21_210);
    if (!E164.test(to)) return refuse(400, 21_211);
    const refused = REFUSED[to];
    if (refused) return refuse(...refused);
    const twiml = form.get('Twiml') ?? '';
    if (twiml.length > 4_000 || !/^<Response>.*<\/Response>$/s.test(twiml)) {
      return refuse(400, 21_205);
    }
    if (!/^[0-9#*wW]{0,32}$/.test(form.get('SendDigits') ?? '')) return refuse(400, 21_215);
    if (!isUrl(form.get('StatusCallback'))) return refuse(400, 21_609);
    const id = sid('CA');
    taken.calls.push({ sid: id, ...Object.fromEntries(form) });
    return [201, { sid: id, status: 'queued', to }];
  }

  function verification(form: URLSearchParams): ProviderAnswer {
    const more = ['CustomCode', 'Locale', 'TemplateSid', 'SendDigits'];
    if (!hasOnly(form, ['To', 'Channel'], more)) return refuse(400, 60_200);
    const to = form.get('To') ?? '';
    if (!E164.test(to)) return refuse(400, 60_200);
    if (!['sms', 'call'].includes(form.get('Channel') ?? '')) return refuse(400, 60_200);
    if (!/^[0-9A-Za-z]{4,10}$/.test(form.get('CustomCode') ?? '')) return refuse(400, 60_200);
    const template = form.get('TemplateSid');
    if (template !== null && !account.templates.some((known) => known.sid === template)) {
      return refuse(404, 60_319);
    }
    const refused = REFUSED[to];
    if (refused) return refuse(400, refused[1] === 21_211 ? 60_200 : 60_410);
    const pending = taken.verifications.filter((sent) => sent.To === to && !isOver(sent));
    if (pending.length >= SENDS_MAX) return refuse(429, 60_203);
    const id = sid('VE');
    taken.verifications.push({ sid: id, ...Object.fromEntries(form) });
    return [201, { sid: id, status: 'pending', valid: false, to }];
  }

  function updated(of: string, form: URLSearchParams): ProviderAnswer {
    const status = form.get('Status') ?? '';
    if (!hasOnly(form, ['Status'], []) || !['approved', 'canceled'].includes(status)) {
      return refuse(400, 60_200);
    }
    const pending = taken.verifications.filter(
      (sent) => (sent.sid === of || sent.To === of) && !isOver(sent),
    );
    if (pending.length === 0) return notFound();
    for (const { sid: id = '' } of pending) taken.updates.push({ sid: id, Status: status });
    return [200, { sid: pending[0]?.sid, status }];
  }

  function answer({ line, basic, form }: ProviderRequest): ProviderAnswer {
    if (basic !== `${account.sid}:${account.authToken}`) return refuse(401, 20_003);
    const path = `/2010-04-01/Accounts/${account.sid}`;
    const verify = `/v2/Services/${account.verifyServiceId}`;
    const update = `POST ${verify}/Verifications/`;
    if (line.startsWith(update)) {
      return updated(decodeURIComponent(line.slice(update.length)), form);
    }
    const meta = { next_page_url: null };
    switch (line) {
      case `GET ${path}.json`:
        return [200, { sid: account.sid, status: 'active', type: 'Full' }];
      case `GET ${path}/IncomingPhoneNumbers.json`:
        return [200, { incoming_phone_numbers: account.numbers, next_page_uri: null }];
      case `GET ${path}/SMS/ShortCodes.json`:
        return [200, { short_codes: account.shortCodes.map((short_code) => ({ short_code })) }];
      case `POST ${path}/Messages.json`:
        return message(form);
      case `POST ${path}/Calls.json`:
        return call(form);
      case 'GET /v1/Services':
        return [200, { services: account.services, meta }];
      case `GET ${verify}`:
        return [200, { sid: account.verifyServiceId, friendly_name: 'Sign-in' }];
      case 'GET /v2/Templates':
        return [200, { templates: account.templates, meta }];
      case `POST ${verify}/Verifications`:
        return verification(form);
      default:
        return notFound();
    }
  }

  return {
    ...(await startHttpProvider({ answer })),
    account,
    taken,
    /** A status callback as Twilio posts it to a URL; "Validating signatures from Twilio". */
    callbackOf(url: string, params: Record<string, string>) {
      const text = Object.keys(params)
        .toSorted()
        .reduce((made, name) => made + name + params[name], url);
      const signature = createHmac('sha1', account.authToken).update(text).digest('base64');
      return {
        headers: {
          'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
          'x-twilio-signature': signature,
        },
        body: new URLSearchParams(params).toString(),
      };
    },
  };
}
