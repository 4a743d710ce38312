/** The messages of push credentials; contract sdk-schemas `MFAPushCredential*`. */
import { type TSchema, Type } from 'typebox';
import { closed, Reference, resourceOf } from '../../kit/schemas.ts';

const secret = (maxLength: number) => Type.String({ minLength: 1, maxLength });
const word = Type.String({ minLength: 1, maxLength: 256, pattern: '^[\\x21-\\x7e]+$' });

const TYPES = {
  APNS: { key: word, teamId: word, token: secret(8_192) },
  FCM: { key: secret(1_024) },
  FCM_HTTP_V1: { googleServiceAccountCredentials: secret(16_384) },
  HMS: { clientId: word, clientSecret: secret(1_024) },
};

/** The branch of the union is told by `type`. */
export const WritePushCredential: TSchema = Type.Unsafe({
  type: 'object',
  required: ['type'],
  discriminator: { propertyName: 'type' },
  oneOf: Object.entries(TYPES).map(([type, properties]) =>
    closed({ type: Type.Literal(type), ...properties }),
  ),
});

export type WritePushCredentialBody = { type: keyof typeof TYPES } & Record<string, string>;

/** What was said of the account is never shown again. */
export const PushCredentialSchema = resourceOf({
  type: Type.Enum(Object.keys(TYPES)),
  application: Reference,
});
