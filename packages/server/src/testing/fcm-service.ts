/**
 * FCM HTTP v1 and Google's token endpoint. Source: Firebase, `projects.messages` and `ErrorCode`;
 * Google, "Using OAuth 2.0 for server to server applications".
 */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { jwtVerify } from 'jose';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { jsonOf, type ProviderAnswer, type ProviderRequest } from './http-provider.ts';
import { startTokenProvider } from './push-providers.ts';

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const AUDIENCE = 'https://oauth2.googleapis.com/token';
const SCOPE = 'https://www.googleapis.com/auth/firebase.messaging';
const TTL_SECONDS_MAX = 2_419_200;
const MESSAGE_BYTES_MAX = 4_096;

const closed = { additionalProperties: false } as const;
const optional = Type.Optional;
const text = optional(Type.String());
/** Keys that FCM uses itself are refused. */
const DATA = Type.Record(
  Type.String({ pattern: '^(?!from$|message_type$|google|gcm).+$' }),
  Type.String(),
  closed,
);
const NOTIFICATION = Type.Object({ title: text, body: text, image: text }, closed);
const ANDROID = Type.Object(
  {
    collapse_key: text,
    priority: optional(Type.Enum(['NORMAL', 'HIGH'])),
    ttl: optional(Type.String({ pattern: '^[0-9]+(\\.[0-9]{1,9})?s$' })),
    restricted_package_name: text,
    data: optional(DATA),
    notification: optional(Type.Object({})),
    fcm_options: optional(Type.Object({})),
    direct_boot_ok: optional(Type.Boolean()),
  },
  closed,
);
const SEND = Type.Object(
  {
    validate_only: optional(Type.Boolean()),
    message: Type.Object(
      {
        token: Type.String({ minLength: 1 }),
        data: optional(DATA),
        notification: optional(NOTIFICATION),
        android: optional(ANDROID),
        webpush: optional(Type.Object({})),
        apns: optional(Type.Object({})),
        fcm_options: optional(Type.Object({ analytics_label: text }, closed)),
      },
      closed,
    ),
  },
  closed,
);

/** What becomes of a push by the device's token: HTTP status, `status`, `errorCode`. */
const OUTCOMES: Readonly<Record<string, [number, string, string]>> = {
  dead: [404, 'NOT_FOUND', 'UNREGISTERED'],
  foreign: [403, 'PERMISSION_DENIED', 'SENDER_ID_MISMATCH'],
  busy: [429, 'RESOURCE_EXHAUSTED', 'QUOTA_EXCEEDED'],
  down: [503, 'UNAVAILABLE', 'UNAVAILABLE'],
  patience: [503, 'UNAVAILABLE', 'UNAVAILABLE'],
};

function errorOf(code: number, status: string, errorCode?: string) {
  const type = 'type.googleapis.com/google.firebase.fcm.v1.FcmError';
  const details = errorCode === undefined ? [] : [{ '@type': type, errorCode }];
  return { error: { code, message: 'No.', status, details } };
}

/** The message, if FCM takes it. */
function messageOf(body: Buffer) {
  const sent = jsonOf(body);
  if (!Value.Check(SEND, sent)) return undefined;
  const { token, ...message } = sent.message;
  const isLong = Buffer.byteLength(JSON.stringify(message)) > MESSAGE_BYTES_MAX;
  const isKeptTooLong = Number.parseFloat(message.android?.ttl ?? '0') > TTL_SECONDS_MAX;
  return isLong || isKeptTooLong ? undefined : sent.message;
}

export async function startFcm() {
  const account = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const email = 'push@shop-1.iam.example';
  const accessTokens = new Set<string>();

  async function tokenFor(form: URLSearchParams): Promise<[number, object]> {
    if (form.get('grant_type') !== JWT_BEARER) return [400, { error: 'unsupported_grant_type' }];
    try {
      const { payload } = await jwtVerify(form.get('assertion') ?? '', account.publicKey, {
        algorithms: ['RS256'],
        issuer: email,
        audience: AUDIENCE,
        requiredClaims: ['iat', 'exp'],
      });
      const { iat = 0, exp = 0 } = payload;
      if (exp - iat > 3_600) throw new Error('It is valid for too long.');
      if (payload.scope !== SCOPE) return [400, { error: 'invalid_scope' }];
    } catch {
      return [400, { error: 'invalid_grant', error_description: 'Invalid JWT Signature.' }];
    }
    const access_token = randomBytes(16).toString('hex');
    accessTokens.add(access_token);
    return [200, { access_token, expires_in: 3_600, token_type: 'Bearer' }];
  }

  function push({ line, bearer, body }: ProviderRequest) {
    const refuse = (...refusal: Parameters<typeof errorOf>) => ({
      answer: [refusal[0], errorOf(...refusal)] as ProviderAnswer,
    });
    if (line !== 'POST /v1/projects/shop-1/messages:send') return refuse(404, 'NOT_FOUND');
    if (!accessTokens.has(bearer)) return refuse(401, 'UNAUTHENTICATED');
    const message = messageOf(body);
    if (!message) return refuse(400, 'INVALID_ARGUMENT', 'INVALID_ARGUMENT');
    const { token } = message;
    const outcome = OUTCOMES[token];
    if (outcome) {
      const { answer } = refuse(...outcome);
      if (token === 'patience') answer.push({ 'retry-after': '17' });
      return { answer };
    }
    const answer: ProviderAnswer = [200, { name: 'projects/shop-1/messages/1' }];
    return { answer, taken: { token, payload: message } };
  }

  return {
    ...(await startTokenProvider({ tokenPath: '/token', tokenFor, push })),
    /** No access token that was given is good any more. */
    revoke: () => accessTokens.clear(),
    credentials: JSON.stringify({
      type: 'service_account',
      project_id: 'shop-1',
      client_email: email,
      private_key: account.privateKey.export({ type: 'pkcs8', format: 'pem' }),
    }),
  };
}
