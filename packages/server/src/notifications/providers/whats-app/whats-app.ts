/**
 * A WhatsApp business account: whether it can be used, its numbers and templates, and its sender;
 * contract messages §10. Source: Meta, "Phone numbers", "Message templates", "Debug and app nodes".
 */

import { type Static, Type } from 'typebox';
import type { CallAnswer } from '../../../outgoing/public-call.ts';
import type { RenderedMessage } from '../../channels/channel.ts';
import { openAccount } from '../../channels/http/account.ts';
import { httpSender } from '../../channels/http/http-sender.ts';
import { jsonOf } from '../../channels/http/provider-receipt.ts';
import type { Sender } from '../../senders.ts';
import { inside } from '../dispatch.ts';
import { type Fault, invalid, neededText, readerOf } from '../known-account.ts';
import { oneFor } from '../numbers.ts';
import { assertSome, digits } from '../own-numbers.ts';
import type { AcceptContext, OpenContext, ProviderAccount, Reach } from '../provider.ts';
import { proofOf, whatsAppAuthentication, whatsAppMessages } from './requests.ts';

export const WHATSAPP_PROVIDER = 'CUSTOM_WHATSAPP';

const NUMBERS_MAX = 1_000;
const ids = Type.String({ pattern: '^[0-9]{1,32}$' });
const secret = (maxLength: number) =>
  Type.Optional(Type.String({ minLength: 1, maxLength, pattern: '^[!-~]+$' }));

const text = (maxLength: number) => Type.String({ maxLength });

/** The members of a request's body beside `provider`. */
export const WHATSAPP_BODY = {
  whatsAppAccountBusinessId: ids,
  appId: ids,
  appSecret: secret(256),
  userAccessToken: secret(1_024),
  numbers: Type.Optional(
    Type.Array(
      Type.Object(
        {
          numberId: Type.Optional(text(64)),
          number: Type.Optional(text(50)),
          selected: Type.Optional(Type.Boolean({ default: false })),
          available: Type.Optional(Type.Boolean()),
          capabilities: Type.Optional(Type.Array(text(32), { maxItems: 8 })),
          qualityRating: Type.Optional(text(32)),
          createdAt: Type.Optional(text(64)),
        },
        { additionalProperties: false },
      ),
      { maxItems: NUMBERS_MAX },
    ),
  ),
};
const Body = Type.Object(WHATSAPP_BODY);
export type WhatsAppBody = Static<typeof Body>;

export interface WhatsAppNumber {
  numberId: string;
  number: string;
  selected: boolean;
  available: boolean;
  capabilities: string[];
  qualityRating: string;
  createdAt: string;
}

const IDS = ['whatsAppAccountBusinessId', 'appId'] as const;
const numbersIn = (account: Pick<ProviderAccount, 'settings'> | undefined) =>
  (account?.settings.numbers ?? []) as WhatsAppNumber[];

/** Meta's word for a token that isn't good, and for a proof that isn't its. */
function faultOf(answer: CallAnswer): ReturnType<Fault> {
  const json = jsonOf(answer);
  const code = inside(json, 'error', 'code');
  const said = String(inside(json, 'error', 'message') ?? '');
  if (/appsecret_proof/i.test(said)) return { target: 'appSecret', message: REFUSED };
  if (code === 190 || answer.status === 401) return { target: 'userAccessToken', message: REFUSED };
  return undefined;
}
const REFUSED = 'Authentication error: the provider refuses these credentials.';

/** Of what belongs to the business account. */
const ofAccount: Fault = (answer) =>
  faultOf(answer) ??
  (answer.status < 500 && answer.status !== 429
    ? {
        target: 'whatsAppAccountBusinessId',
        message: 'The access token does not reach this business account.',
      }
    : undefined);

const secretsOf = ({ secrets }: Pick<ProviderAccount, 'secrets'>) => ({
  appSecret: neededText({}, secrets, 'appSecret'),
  userAccessToken: neededText({}, secrets, 'userAccessToken'),
});

function whatsAppReader(account: ProviderAccount, { caller, urls }: Reach, fault: Fault) {
  const known = secretsOf(account);
  const reader = readerOf(whatsAppAuthentication(known), caller, fault);
  const business = String(account.settings.whatsAppAccountBusinessId);
  const proof = `appsecret_proof=${proofOf(known)}`;
  const list = (what: string, query: string) =>
    reader.all(
      `${urls.whatsAppUrl}/${business}/${what}?${proof}&limit=100&${query}`,
      (page) => {
        const next = String(inside(page, 'paging', 'next') ?? '');
        return next.startsWith(`${urls.whatsAppUrl}/`) ? next : undefined;
      },
      (page) => inside(page, 'data'),
    );
  return {
    app: () => reader.get(`${urls.whatsAppUrl}/app?${proof}`),
    numbers: () => list('phone_numbers', 'fields=id,display_phone_number,quality_rating'),
    templates: () =>
      list('message_templates', 'category=AUTHENTICATION&fields=id,name,category,language,status'),
  };
}

/** The account's numbers, selected as the request says by id or by number. */
function selected(
  found: readonly unknown[],
  said: WhatsAppBody['numbers'] = [],
  before: readonly WhatsAppNumber[],
  now: string,
): WhatsAppNumber[] {
  const isIt = (one: WhatsAppNumber, other: { numberId?: string; number?: string }) =>
    other.numberId === undefined
      ? digits(other.number ?? '') === digits(one.number)
      : other.numberId === one.numberId;
  const known = found.map((one): WhatsAppNumber => {
    const numberId = String(inside(one, 'id') ?? '');
    const former = before.find((other) => other.numberId === numberId);
    return {
      numberId,
      number: String(inside(one, 'display_phone_number') ?? ''),
      selected: false,
      available: true,
      capabilities: ['WHATSAPP'],
      qualityRating: String(inside(one, 'quality_rating') ?? 'UNKNOWN'),
      createdAt: former?.createdAt ?? now,
    };
  });
  said.forEach((other, index) => {
    if (other.selected && !known.some((one) => isIt(one, other))) {
      throw invalid(`numbers[${index}]`, 'The account has no such number.');
    }
  });
  return known.map((one) => ({
    ...one,
    selected: said.find((other) => isIt(one, other))?.selected ?? false,
  }));
}

/** The account that a body says, after Meta was asked. Throws `INVALID_DATA`. */
export async function acceptWhatsApp(
  body: WhatsAppBody,
  { before, now, ...reach }: AcceptContext & { now: string },
): Promise<ProviderAccount> {
  const { whatsAppAccountBusinessId, appId } = body;
  // Secrets that were kept are of the account that they were given for.
  const isSame = IDS.every((member) => before?.settings[member] === body[member]);
  const kept = isSame ? before?.secrets : undefined;
  const secrets = {
    appSecret: neededText(body, kept, 'appSecret'),
    userAccessToken: neededText(body, kept, 'userAccessToken'),
  };
  const account = { settings: { whatsAppAccountBusinessId, appId }, secrets };
  const app = await whatsAppReader(account, reach, faultOf).app();
  if (inside(app, 'id') !== appId) throw invalid('appId', 'The access token is of another app.');
  const found = await whatsAppReader(account, reach, ofAccount).numbers();
  assertSome(found, 'whatsAppAccountBusinessId', 'numbers');
  const numbers = selected(found, body.numbers, isSame ? numbersIn(before) : [], now);
  return { ...account, settings: { ...account.settings, numbers } };
}

/** The account's templates for codes, as contents name them. */
export async function whatsAppTemplates(account: ProviderAccount, reach: Reach) {
  const found = await whatsAppReader(account, reach, ofAccount).templates();
  return found.map((template) =>
    Object.fromEntries(
      ['id', 'name', 'category', 'language'].map((member) => [member, inside(template, member)]),
    ),
  );
}

const selectedIn = (account: Pick<ProviderAccount, 'settings'>) =>
  numbersIn(account).filter((number) => number.selected && number.available);

/** Whether it has a number to send from. */
export const canSendWhatsApp = (account: Pick<ProviderAccount, 'settings'>): boolean =>
  selectedIn(account).length > 0;

/** The sender of the account; undefined: none of its numbers is selected. */
export function openWhatsApp(account: ProviderAccount, context: OpenContext): Sender | undefined {
  const { id, name, caller, urls, observe } = context;
  const numbers = selectedIn(account);
  if (numbers.length === 0) return undefined;
  const known = secretsOf(account);
  const http = openAccount(whatsAppAuthentication(known), caller);
  const dispatch = whatsAppMessages(
    urls,
    known,
    ({ to }) => oneFor(to.address, numbers)?.numberId ?? '',
  );
  const sender = httpSender({
    id,
    name,
    account: http,
    ...dispatch,
    observe,
  });
  return {
    ...sender,
    // It sends a template of the account and nothing else.
    send: async (message: RenderedMessage, signal) => {
      if (!message.whatsAppTemplate) return { outcome: 'REFUSED', reason: 'NO_CONTENT' };
      if (message.variables?.otp === undefined) return { outcome: 'REFUSED', reason: 'NO_CODE' };
      return sender.send(message, signal);
    },
  };
}
