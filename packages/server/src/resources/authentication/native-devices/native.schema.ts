/** What native devices say, inside the texts that they sign; docs/device-protocol.md. */
import { type Static, type TProperties, Type } from 'typebox';
import { Value } from 'typebox/value';
import { DEVICE_LOGS_LENGTH_MAX } from '../../../config/limits.ts';
import { INTEGRITY_KINDS } from '../../../device-integrity/registry.ts';
import { invalidData } from '../../../errors/api-error.ts';
import { Nickname } from '../../devices/devices/devices.schema.ts';
import { closed, line, Uuid } from '../../kit/schemas.ts';

/** A signed request, or the text that answers it. */
export const SignedRequest = closed({
  request: Type.String({ minLength: 1, maxLength: 131_072, description: 'A compact JWS.' }),
});
export const SignedMessage = Type.Object({ message: Type.String() });

/** A pairing code as a person has typed it, without anything that says whose it is. */
export const TypedCode = closed({ code: Type.String({ minLength: 1, maxLength: 100 }) });
export const FoundPairing = Type.Object({ uri: Type.String() });

const About = Type.Object({
  os: Type.Optional(Type.Object({ type: line(50), version: Type.Optional(line(50)) })),
  model: Type.Optional(Type.Object({ name: line(100), marketingName: Type.Optional(line(100)) })),
  manufacturer: Type.Optional(line(100)),
  sdkVersion: Type.Optional(line(50)),
  locale: Type.Optional(line(35)),
  nativeName: Type.Optional(line(100)),
  applicationVersion: Type.Optional(line(50)),
  rooted: Type.Optional(Type.Boolean()),
  lockEnabled: Type.Optional(Type.Boolean()),
  allowPushNotification: Type.Optional(Type.Boolean()),
});
export type AboutDevice = Static<typeof About>;

const Push = Type.Object({
  provider: Type.Enum(['FCM', 'APNS', 'HMS', 'WEB_PUSH']),
  token: Type.Optional(Type.String({ maxLength: 4_096 })),
  sandbox: Type.Optional(Type.Boolean()),
});
export type PushClaims = Static<typeof Push>;

const Integrity = Type.Object({
  compromised: Type.Optional(Type.Boolean()),
  // Of the device's system; for the request's nonce and the device's key.
  attestation: Type.Optional(
    Type.Object({
      kind: Type.Enum([...INTEGRITY_KINDS]),
      token: Type.String({ minLength: 1, maxLength: 32_768 }),
    }),
  ),
});
export type IntegrityClaims = Static<typeof Integrity>;

const Decision = Type.Enum(['APPROVE', 'DENY']);

/** A reader of claims. Throws `INVALID_DATA` with the claim that isn't as it should be. */
function readerOf<Members extends TProperties>(members: Members) {
  const schema = Type.Object(members);
  return (claims: unknown): Static<typeof schema> => {
    if (Value.Check(schema, claims)) return claims;
    const [first] = Value.Errors(schema, claims);
    const target = (first?.instancePath ?? '').slice(1).replaceAll('/', '.');
    throw invalidData('INVALID_VALUE', target === '' ? 'request' : target);
  };
}

export const readPairingClaims = readerOf({
  // Left out by a phone that was enrolled by itself: then its key is the code.
  code: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
  // Left out by an application that serves every environment: then the key's own.
  application: Type.Optional(Uuid),
  encryptionKey: Type.Unknown(),
  nickname: Type.Optional(Nickname),
  about: Type.Optional(About),
  push: Type.Optional(Push),
  integrity: Type.Optional(Integrity),
});
export type PairingClaims = ReturnType<typeof readPairingClaims>;

export const readPreviewClaims = readerOf({ code: line(100), application: Type.Optional(Uuid) });
export const readReportClaims = readerOf({ flow: Uuid });
export const readConfirmationClaims = readerOf({
  otp: Type.String({ minLength: 1, maxLength: 20 }),
});
export const readFetchClaims = readerOf({
  wait: Type.Optional(Type.Number({ minimum: 0, maximum: 60 })),
});

export const readAnswerClaims = readerOf({
  flow: Uuid,
  challenge: Type.String({ minLength: 43, maxLength: 43 }),
  decision: Decision,
  reason: Type.Optional(Type.Enum(['NONE', 'BIOMETRICS_REJECTED', 'REPORT_FRAUD'])),
  number: Type.Optional(Type.Integer({ minimum: 0, maximum: 99 })),
  amr: Type.Optional(Type.Array(Type.String({ maxLength: 64 }), { maxItems: 10 })),
  userVerification: Type.Optional(line(64)),
  integrity: Type.Optional(Type.Object({ compromised: Type.Optional(Type.Boolean()) })),
  sequence: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
});
export type AnswerClaims = ReturnType<typeof readAnswerClaims>;

export const readUpdateClaims = readerOf({
  about: Type.Optional(About),
  push: Type.Optional(Type.Union([Push, Type.Null()])),
  integrity: Type.Optional(Integrity),
  nickname: Type.Optional(Nickname),
});

export const readRotationClaims = readerOf({
  publicKey: Type.Unknown(),
  // Of the new key, over the id of the device: that it is held, too.
  proof: Type.String({ minLength: 1, maxLength: 8_192 }),
});

export const readLogsClaims = readerOf({
  logs: Type.String({ maxLength: DEVICE_LOGS_LENGTH_MAX }),
});
export const readCodeClaims = readerOf({ code: Type.String({ minLength: 1, maxLength: 20 }) });
export const readCodeAnswerClaims = readerOf({ code: Uuid, decision: Decision });
