/**
 * Accounts of an application with push providers: kept sealed, never shown; contract sdk-schemas
 * `MFAPushCredential*`.
 */
import { createPrivateKey } from 'node:crypto';
import { type TSchema, Type } from 'typebox';
import { invalidData } from '../../../errors/api-error.ts';
import { momentsOf } from '../../../model/instant.ts';
import { pushCredentialIdentity } from '../../../model/mobile.ts';
import type { Parts } from '../../../parts.ts';
import { collectionOperations } from '../../kit/collection.ts';
import type { Operation } from '../../kit/operation.ts';
import { ENVIRONMENT } from '../../kit/resource.ts';
import { touchRow } from '../../kit/rows.ts';
import { closed, resourceOf } from '../../kit/schemas.ts';
import { ofApplication, readApplication } from '../applications/administration.ts';

const secret = (maxLength: number) => Type.String({ minLength: 1, maxLength });
const word = Type.String({ minLength: 1, maxLength: 256, pattern: '^[\\x21-\\x7e]+$' });

const TYPES = {
  APNS: { key: word, teamId: word, token: secret(8_192) },
  FCM: { key: secret(1_024) },
  FCM_HTTP_V1: { googleServiceAccountCredentials: secret(16_384) },
  HMS: { clientId: word, clientSecret: secret(1_024) },
};

/** The branch of the union is told by `type`. */
const WritePushCredential: TSchema = Type.Unsafe({
  type: 'object',
  required: ['type'],
  discriminator: { propertyName: 'type' },
  oneOf: Object.entries(TYPES).map(([type, properties]) =>
    closed({ type: Type.Literal(type), ...properties }),
  ),
});

type WritePushCredentialBody = { type: keyof typeof TYPES } & Record<string, string>;

/** What was said of the account is never shown again. */
const PushCredentialSchema = resourceOf({ type: Type.Enum(Object.keys(TYPES)) });

/** A .p8 key with its lines: some tools send it on one, which OpenSSL doesn't read. */
function wrapped(pem: string): string {
  const [, label, body = ''] =
    /^\s*-----BEGIN ([A-Z ]+)-----(.*)-----END \1-----\s*$/s.exec(pem) ?? [];
  if (label === undefined) return pem;
  const lines = body.replaceAll(/\s/g, '').match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}

/** The account as it is kept. Throws `INVALID_DATA` for what can't work, whoever is asked. */
function usableAccount(body: WritePushCredentialBody): WritePushCredentialBody {
  const account = body.type === 'APNS' ? { ...body, token: wrapped(body.token ?? '') } : body;
  assertUsable(account);
  return account;
}

function assertUsable({ type, ...account }: WritePushCredentialBody): void {
  if (type === 'APNS' && !isEllipticKey(account.token)) {
    throw invalidData('INVALID_VALUE', 'token', { message: 'This is no .p8 key of APNs.' });
  }
  if (type === 'FCM_HTTP_V1' && !isServiceAccount(account.googleServiceAccountCredentials)) {
    throw invalidData('INVALID_VALUE', 'googleServiceAccountCredentials', {
      message:
        'This is no JSON of a service account with project_id, client_email and an RSA private_key.',
    });
  }
}

function isEllipticKey(pem: string | undefined): boolean {
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = createPrivateKey(pem ?? '');
    return asymmetricKeyType === 'ec' && asymmetricKeyDetails?.namedCurve === 'prime256v1';
  } catch {
    return false;
  }
}

function isServiceAccount(text: string | undefined): boolean {
  try {
    const { project_id, client_email, private_key } = JSON.parse(text ?? '');
    const { asymmetricKeyType } = createPrivateKey(private_key);
    const isNamed = typeof project_id === 'string' && typeof client_email === 'string';
    return isNamed && asymmetricKeyType === 'rsa';
  } catch {
    return false;
  }
}

export function pushCredentialOperations(
  parts: Pick<Parts, 'store' | 'links' | 'keyring'>,
): Operation[] {
  const { keyring } = parts;
  return collectionOperations({
    ...parts,
    ...ofApplication(parts),
    table: 'push_credentials',
    path: `${ENVIRONMENT}/applications/{appID}/pushCredentials`,
    name: 'PushCredential',
    tag: 'Push credentials',
    words: ['push credentials', 'push credentials of an application'],
    permission: 'pushCredential',
    auditType: 'PUSH_CREDENTIALS',
    schemas: { body: WritePushCredential, one: PushCredentialSchema },
    unique: 'type',
    toDocument(body: WritePushCredentialBody, { environmentId, id, request, before }) {
      if (before && before.doc.type !== body.type) {
        const innerError = { allowedValues: [before.doc.type] };
        throw invalidData('INVALID_VALUE', 'type', {
          message: 'It can not be changed.',
          innerError,
        });
      }
      const { type, ...account } = usableAccount(body);
      const text = JSON.stringify(account);
      return {
        applicationId: request.params.appID ?? '',
        type,
        sealed: keyring.seal(environmentId, pushCredentialIdentity(id), text),
      };
    },
    // Held in place: whoever deletes it at the same time finds these credentials.
    holds: async (_row, { request, before }) =>
      before ? [] : [touchRow('applications', await readApplication(parts, request))],
    view: ({ type, ...moments }) => ({ type, ...momentsOf(moments) }),
    operations: { read: { summary: 'Read push credentials, without their secrets' } },
  });
}
