/** The messages of `fidoDevicesMetadata`; pages "FIDO device metadata", "Add Custom FIDO Device". */
import { type Static, Type } from 'typebox';
import { FIDO_ALLOWED_AUTHENTICATORS_MAX, NAME_LENGTH_MAX } from '../../../config/limits.ts';
import {
  closed,
  HalLinks,
  line,
  listOf,
  Reference,
  Timestamp,
  UUID_PATTERN,
  Uuid,
} from '../../kit/schemas.ts';

const KEY_IDENTIFIER = '^[0-9a-f]{40}$';

const Identifiers = {
  // All zeros is what authenticators say that don't tell their model.
  aaguid: Type.Optional(
    Type.String({
      format: 'uuid',
      pattern: UUID_PATTERN.replace('^', '^(?!00000000-0000-0000-0000-)'),
    }),
  ),
  attestationCertificateKeyIdentifiers: Type.Optional(
    Type.Array(Type.String({ pattern: KEY_IDENTIFIER }), {
      minItems: 1,
      maxItems: 100,
      uniqueItems: true,
    }),
  ),
};

/**
 * The models that a policy lists. Any id will do: one that nothing has yet, or has any more, lets
 * nothing in.
 */
export const AllowedAuthenticators = Type.Array(
  closed({
    id: line(NAME_LENGTH_MAX),
  }),
  { maxItems: FIDO_ALLOWED_AUTHENTICATORS_MAX, uniqueItems: true },
);

/** What is read of a metadata statement; FIDO Metadata Statement 3.1, §4. */
const Statement = {
  description: line(NAME_LENGTH_MAX),
  attestationRootCertificates: Type.Array(
    Type.String({ maxLength: 16_384, pattern: '^[A-Za-z0-9+/=\\s]+$' }),
    { maxItems: 50, description: 'DER in base64. None: any attestation of the model is taken.' },
  ),
  icon: Type.Optional(
    Type.String({
      maxLength: 131_072,
      pattern: '^data:image/(png|jpeg|gif|svg\\+xml);base64,[A-Za-z0-9+/=]+$',
    }),
  ),
};

/** A custom authenticator: its identifier, and the statement as its maker gives it. */
export const AddAuthenticator = closed({ ...Identifiers, metadataStatement: closed(Statement) });
export type AddAuthenticatorBody = Static<typeof AddAuthenticator>;

export const AuthenticatorSchema = Type.Object({
  _links: HalLinks,
  id: Uuid,
  mdsIdentifier: Uuid,
  environment: Reference,
  name: Type.String(),
  aaguid: Type.Optional(Type.String()),
  attestationCertificateKeyIdentifiers: Type.Optional(Type.Array(Type.String())),
  custom: Type.Boolean({ description: 'Added to this environment by an administrator.' }),
  certified: Type.Boolean({ description: 'FIDO certified, at whatever level.' }),
  revoked: Type.Boolean({ description: 'Revoked or compromised: never taken.' }),
  metadataStatement: Type.Object({
    description: Type.String(),
    attestationRootCertificates: Type.Array(Type.String()),
    icon: Type.Optional(Type.String()),
  }),
  createdAt: Type.Optional(Timestamp),
});

export const AuthenticatorList = listOf('fidoDevicesMetadata', AuthenticatorSchema);
