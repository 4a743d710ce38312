/**
 * The texts that a page sends: JSON of the browser's credential, with binary members in base64 or
 * base64url, padded or not; contract §2.5.3, §4.8.
 */
import type {
  AuthenticationResponseJSON,
  AuthenticatorAttachment,
  AuthenticatorTransport,
  RegistrationResponseJSON,
} from '@simplewebauthn/server';
import { Type } from 'typebox';
import { Value } from 'typebox/value';

const Base64 = Type.String({ maxLength: 65_536, pattern: '^[A-Za-z0-9+/_-]+={0,2}$' });

const COMMON = {
  id: Base64,
  rawId: Type.Optional(Base64),
  type: Type.Optional(Type.String({ maxLength: 100 })),
  authenticatorAttachment: Type.Optional(
    Type.Union([Type.String({ maxLength: 100 }), Type.Null()]),
  ),
};

const ATTESTATION = Type.Object({
  ...COMMON,
  clientExtensionResults: Type.Optional(
    Type.Object({
      credProps: Type.Optional(Type.Object({ rk: Type.Optional(Type.Boolean()) })),
    }),
  ),
  response: Type.Object({
    clientDataJSON: Base64,
    attestationObject: Base64,
    transports: Type.Optional(Type.Array(Type.String({ maxLength: 50 }), { maxItems: 20 })),
  }),
});

const ASSERTION = Type.Object({
  ...COMMON,
  response: Type.Object({
    clientDataJSON: Base64,
    authenticatorData: Base64,
    signature: Base64,
    userHandle: Type.Optional(Type.Union([Base64, Type.Literal(''), Type.Null()])),
  }),
});

const toBase64url = (text: string) =>
  text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

function parse(text: unknown): unknown {
  if (typeof text !== 'string') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function commonOf({
  id,
  rawId,
  type,
  authenticatorAttachment,
}: {
  id: string;
  rawId?: string;
  type?: string;
  authenticatorAttachment?: string | null;
}) {
  const credentialId = toBase64url(rawId ?? id);
  return {
    // `id` is what browsers call the base64url form; some pages send only one of the two.
    id: credentialId,
    rawId: credentialId,
    type: (type ?? 'public-key') as 'public-key',
    clientExtensionResults: {},
    ...(authenticatorAttachment
      ? { authenticatorAttachment: authenticatorAttachment as AuthenticatorAttachment }
      : {}),
  };
}

/** The text of an attestation; undefined: it is none. */
export function parseAttestation(text: unknown): RegistrationResponseJSON | undefined {
  const parsed = parse(text);
  if (!Value.Check(ATTESTATION, parsed)) return undefined;
  const { response, clientExtensionResults } = parsed;
  const { transports } = response;
  return {
    ...commonOf(parsed),
    clientExtensionResults: clientExtensionResults ?? {},
    response: {
      clientDataJSON: toBase64url(response.clientDataJSON),
      attestationObject: toBase64url(response.attestationObject),
      ...(transports ? { transports: transports as AuthenticatorTransport[] } : {}),
    },
  };
}

/** The text of an assertion; undefined: it is none. */
export function parseAssertion(text: unknown): AuthenticationResponseJSON | undefined {
  const parsed = parse(text);
  if (!Value.Check(ASSERTION, parsed)) return undefined;
  const { clientDataJSON, authenticatorData, signature, userHandle } = parsed.response;
  return {
    ...commonOf(parsed),
    response: {
      clientDataJSON: toBase64url(clientDataJSON),
      authenticatorData: toBase64url(authenticatorData),
      signature: toBase64url(signature),
      ...(userHandle ? { userHandle: toBase64url(userHandle) } : {}),
    },
  };
}
