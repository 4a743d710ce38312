/** The messages of pairing keys; contract flows-and-devices §5. */
import { type Static, Type } from 'typebox';
import { closed, Reference, resourceOf, Timestamp } from '../../kit/schemas.ts';

const APPLICATIONS_MAX = 100;

export const CreatePairingKey = closed({
  applications: Type.Optional(Type.Array(Reference, { maxItems: APPLICATIONS_MAX })),
  policy: Type.Optional(Reference),
});
export type CreatePairingKeyBody = Static<typeof CreatePairingKey>;

export const PairingKeySchema = resourceOf({
  user: Reference,
  applications: Type.Array(Reference),
  policy: Reference,
  code: Type.String(),
  status: Type.Enum(['UNCLAIMED', 'CLAIMED', 'FAILED']),
  error: Type.Optional(Type.Object({ code: Type.String(), message: Type.String() })),
  device: Type.Optional(Reference),
  // Not of the platform: what a QR code of the open device protocol says.
  uri: Type.String(),
  expiresAt: Timestamp,
});
