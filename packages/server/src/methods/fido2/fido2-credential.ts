/** What is kept of a FIDO2 device: its public key and what is known of its authenticator. */
import type { Static } from 'typebox';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import type { MethodDevice } from '../authentication-method.ts';

const CREDENTIAL = Type.Object({
  rp: Type.Object({ id: Type.String(), name: Type.String() }),
  /** WebAuthn `user.id`, base64url: the same for all of the user's credentials of this RP. */
  userHandle: Type.String(),
  displayName: Type.String(),
  /** The rest comes with the attestation. */
  credentialId: Type.Optional(Type.String()),
  /** COSE key, base64url. */
  publicKey: Type.Optional(Type.String()),
  signCount: Type.Optional(Type.Integer()),
  aaguid: Type.Optional(Type.String()),
  /** The attestation statement format: `packed`, `none`, … */
  attestationType: Type.Optional(Type.String()),
  /** The entry of the metadata that the authenticator was found to be. */
  authenticator: Type.Optional(Type.Object({ id: Type.String(), name: Type.String() })),
  transports: Type.Optional(Type.Array(Type.String())),
  attachment: Type.Optional(Type.String()),
  isResidentKey: Type.Optional(Type.Boolean()),
  backupEligibility: Type.Optional(Type.Boolean()),
  backupState: Type.Optional(Type.Boolean()),
});

export type Fido2Credential = Static<typeof CREDENTIAL>;

/** A credential that was attested. */
export type AttestedCredential = Fido2Credential &
  Required<Pick<Fido2Credential, 'credentialId' | 'publicKey' | 'signCount'>>;

/** The device's credential. Throws when the row was not written by this method. */
export function credentialOf({ credential }: Pick<MethodDevice, 'credential'>): Fido2Credential {
  if (!Value.Check(CREDENTIAL, credential))
    throw new Error('The device holds no FIDO2 credential.');
  return credential;
}

export function isAttested(credential: Fido2Credential): credential is AttestedCredential {
  const { credentialId, publicKey, signCount } = credential;
  return credentialId !== undefined && publicKey !== undefined && signCount !== undefined;
}

/** Whether it sits in the user's own computer or phone, as opposed to a key that he plugs in. */
export function isPlatform({ attachment, transports }: Fido2Credential): boolean {
  if (attachment !== undefined) return attachment === 'platform';
  return transports?.includes('internal') ?? false;
}

/** What a device is found by when an assertion names it; unique in the environment. */
export const environmentKeyOf = (credentialId: string) => `FIDO2:${credentialId}`;
