/**
 * WhatsApp's Cloud API, a part of Meta's Graph API, as a real server: the numbers and templates of a
 * business account, messages by template, and its webhook. Source: Meta, "Cloud API", "Copy code
 * authentication templates", "Securing Graph API calls", "Webhooks".
 */
import { createHmac, randomBytes } from 'node:crypto';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import {
  type ProviderAnswer,
  type ProviderRequest,
  startHttpProvider,
} from '../../testing/http-provider.ts';

const refuse = (status: number, code: number, message = 'No.'): ProviderAnswer => [
  status,
  { error: { message, type: 'OAuthException', code, fbtrace_id: 'A1' } },
];
const NO_PROOF = 'Invalid appsecret_proof provided in the API argument';

const closed = { additionalProperties: false } as const;
const PARAMETERS = Type.Array(
  Type.Object({ type: Type.Literal('text'), text: Type.String({ maxLength: 15 }) }, closed),
  { minItems: 1, maxItems: 1 },
);
const MESSAGE = Type.Object(
  {
    messaging_product: Type.Literal('whatsapp'),
    recipient_type: Type.Optional(Type.Literal('individual')),
    to: Type.String({ pattern: '^\\+?[0-9]{7,15}$' }),
    type: Type.Literal('template'),
    biz_opaque_callback_data: Type.Optional(Type.String({ maxLength: 512 })),
    template: Type.Object(
      {
        name: Type.String({ minLength: 1 }),
        language: Type.Object({ code: Type.String({ minLength: 2 }) }, closed),
        components: Type.Tuple([
          Type.Object({ type: Type.Literal('body'), parameters: PARAMETERS }, closed),
          Type.Object(
            {
              type: Type.Literal('button'),
              sub_type: Type.Literal('url'),
              index: Type.Union([Type.Literal('0'), Type.Literal(0)]),
              parameters: PARAMETERS,
            },
            closed,
          ),
        ]),
      },
      closed,
    ),
  },
  closed,
);

/** What becomes of a message by its number: HTTP status and code. */
const REFUSED: Readonly<Record<string, [number, number]>> = {
  '+15005550004': [400, 131_026],
  '+15005550005': [429, 130_429],
  '+15005550006': [500, 131_000],
};
/** It is answered 200, with an error inside. */
export const ERROR_INSIDE = '+15005550030';

/** `known`: what the account is made of, where that is given. */
export async function startWhatsApp(known: Readonly<Record<string, string>> = {}) {
  const account = {
    whatsAppAccountBusinessId: '102290129340398',
    appId: '670843887433847',
    appSecret: randomBytes(16).toString('hex'),
    userAccessToken: `EAAJB${randomBytes(24).toString('hex')}`,
    numbers: [
      { id: '106540352242922', display_phone_number: '+1 202-555-0120', quality_rating: 'GREEN' },
      { id: '106540352242923', display_phone_number: '+1 202-555-0121', quality_rating: 'UNKNOWN' },
    ],
    templates: [
      {
        id: '1667192013751005',
        name: 'sign_in_code',
        category: 'AUTHENTICATION',
        language: 'en_US',
        status: 'APPROVED',
      },
      {
        id: '1667192013751006',
        name: 'summer_sale',
        category: 'MARKETING',
        language: 'en_US',
        status: 'APPROVED',
      },
    ],
    ...known,
  };
  const taken: { from: string; to: string; template: unknown }[] = [];
  const proof = () =>
    createHmac('sha256', account.appSecret).update(account.userAccessToken).digest('hex');

  function message(from: string, json: unknown): ProviderAnswer {
    if (!Value.Check(MESSAGE, json)) return refuse(400, 100);
    const { to, template } = json;
    const known = account.templates.find(
      ({ name, language }) => name === template.name && language === template.language.code,
    );
    if (!known) return refuse(404, 132_001);
    const [body, button] = template.components;
    if (body.parameters[0]?.text !== button.parameters[0]?.text) return refuse(400, 132_000);
    const refused = REFUSED[to];
    if (refused) return refuse(...refused);
    if (to === ERROR_INSIDE) return refuse(200, 131_049);
    taken.push({ from, to, template });
    const id = `wamid.${randomBytes(12).toString('base64')}`;
    return [
      200,
      {
        messaging_product: 'whatsapp',
        contacts: [{ input: to, wa_id: to.slice(1) }],
        messages: [{ id, message_status: 'accepted' }],
      },
    ];
  }

  function answer({ line, bearer, query, json }: ProviderRequest): ProviderAnswer {
    if (bearer !== account.userAccessToken) return refuse(401, 190);
    if (query.get('appsecret_proof') !== proof()) return refuse(400, 100, NO_PROOF);
    const business = `/v23.0/${account.whatsAppAccountBusinessId}`;
    const [, from = ''] = /^POST \/v23\.0\/(\d+)\/messages$/.exec(line) ?? [];
    if (account.numbers.some(({ id }) => id === from)) return message(from, json);
    switch (line) {
      case 'GET /v23.0/app':
        return [200, { id: account.appId, name: 'Shop' }];
      case `GET ${business}/phone_numbers`:
        return [200, { data: account.numbers }];
      case `GET ${business}/message_templates`: {
        const category = query.get('category');
        const found = account.templates.filter(
          (template) => category === null || template.category === category,
        );
        return [200, { data: found }];
      }
      default:
        return refuse(400, 100);
    }
  }

  const provider = await startHttpProvider({ answer });
  return {
    ...provider,
    apiUrl: `${provider.url}/v23.0`,
    account,
    taken,
    /** A call of the webhook with what became of messages. */
    callbackOf(...statuses: object[]) {
      const value = { messaging_product: 'whatsapp', metadata: {}, statuses };
      const body = JSON.stringify({
        object: 'whatsapp_business_account',
        entry: [{ id: account.whatsAppAccountBusinessId, changes: [{ field: 'messages', value }] }],
      });
      const signature = createHmac('sha256', account.appSecret).update(body).digest('hex');
      return {
        headers: {
          'content-type': 'application/json',
          'x-hub-signature-256': `sha256=${signature}`,
        },
        body,
      };
    },
  };
}
