/**
 * Huawei Push Kit and its token endpoint. Source: Huawei, "Sending downlink messages (REST)" with its
 * result codes, and "OAuth 2.0, client credentials".
 */
import { randomBytes } from 'node:crypto';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { jsonOf, type ProviderAnswer, type ProviderRequest } from './http-provider.ts';
import { startTokenProvider } from './push-providers.ts';

const TTL_SECONDS_MAX = 1_296_000;
const MESSAGE_BYTES_MAX = 4_096;

const closed = { additionalProperties: false } as const;
const optional = Type.Optional;
const words = Type.String({ minLength: 1 });
const NOTIFICATION = Type.Object(
  {
    title: words,
    body: words,
    click_action: Type.Object({ type: Type.Enum([1, 2, 3]) }),
    tag: optional(words),
    importance: optional(Type.Enum(['LOW', 'NORMAL'])),
  },
  closed,
);
const SEND = Type.Object(
  {
    validate_only: optional(Type.Boolean()),
    message: Type.Object(
      {
        token: Type.Array(words, { minItems: 1, uniqueItems: true }),
        data: optional(Type.String()),
        android: optional(
          Type.Object(
            {
              collapse_key: optional(Type.Integer({ minimum: -1, maximum: 100 })),
              category: optional(words),
              urgency: optional(Type.Enum(['HIGH', 'NORMAL'])),
              ttl: optional(Type.String({ pattern: '^[0-9]+(\\.[0-9]{1,9})?[sS]?$' })),
              notification: NOTIFICATION,
            },
            closed,
          ),
        ),
      },
      closed,
    ),
  },
  closed,
);

type Outcome = [number, string];

const SUCCESS: Outcome = [200, '80000000'];
const STRUCTURE: Outcome = [400, '80100003'];

/** What becomes of a push by the device's token. */
const OUTCOMES: Readonly<Record<string, Outcome>> = {
  dead: [200, '80300007'],
  partly: [200, '80100000'],
  busy: [503, ''],
  down: [500, '81000001'],
};

function outcomeOf(body: Buffer): { outcome: Outcome; message?: { token: string[] } } {
  const sent = jsonOf(body);
  if (!Value.Check(SEND, sent)) return { outcome: STRUCTURE };
  const { token, ...message } = sent.message;
  const { data, android } = message;
  if (token.length > 1_000) return { outcome: [200, '80300010'] };
  if (Buffer.byteLength(JSON.stringify(message)) > MESSAGE_BYTES_MAX) {
    return { outcome: [200, '80300008'] };
  }
  const ttl = Number.parseFloat(android?.ttl ?? '1');
  // Of a notification the data is JSON.
  const isJson = data === undefined || !android || jsonOf(Buffer.from(data)) !== undefined;
  if (ttl <= 0 || ttl > TTL_SECONDS_MAX || !isJson) return { outcome: STRUCTURE };
  // To be asked for: it starts applications that were ended, and only for data messages.
  if (android?.urgency === 'HIGH') return { outcome: [200, '80300011'] };
  return { outcome: OUTCOMES[token[0] ?? ''] ?? SUCCESS, message: sent.message };
}

export async function startHms() {
  const credentials = { clientId: '1001', clientSecret: randomBytes(16).toString('hex') };
  /** Access tokens that were given, and whether they are good. */
  const accessTokens = new Map<string, boolean>();

  function tokenFor(form: URLSearchParams): [number, object] {
    const isRight =
      form.get('grant_type') === 'client_credentials' &&
      form.get('client_id') === credentials.clientId &&
      form.get('client_secret') === credentials.clientSecret;
    if (!isRight) {
      return [400, { error: 1_101, sub_error: 20_044, error_description: 'invalid client' }];
    }
    const access_token = randomBytes(16).toString('hex');
    accessTokens.set(access_token, true);
    return [200, { access_token, expires_in: 3_600, token_type: 'Bearer' }];
  }

  function push({ line, bearer, body }: ProviderRequest) {
    const say = ([status, code]: Outcome) => ({
      answer: [status, { code, msg: '', requestId: '1' }] as ProviderAnswer,
    });
    if (line !== `POST /v1/${credentials.clientId}/messages:send`) return say([404, '80100003']);
    const isGood = accessTokens.get(bearer);
    if (isGood !== true) return say([401, isGood === false ? '80200003' : '80200001']);
    const { outcome, message } = outcomeOf(body);
    if (outcome !== SUCCESS || !message) return say(outcome);
    return { ...say(outcome), taken: { token: message.token[0] ?? '', payload: message } };
  }

  return {
    ...(await startTokenProvider({ tokenPath: '/oauth2/v3/token', tokenFor, push })),
    credentials,
    /** The access tokens that were given are from more than an hour ago. */
    expire: () => {
      for (const token of accessTokens.keys()) accessTokens.set(token, false);
    },
    /** No access token that was given is known any more. */
    revoke: () => accessTokens.clear(),
  };
}
