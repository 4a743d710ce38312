/**
 * The option texts that a page hands to `navigator.credentials`: the platform's form of WebAuthn's
 * `PublicKeyCredentialCreationOptions` and `…RequestOptions`; contract §2.7.4, §4.6.
 */

import type { User } from '../../model/documents.ts';
import { toMs } from '../../model/duration.ts';
import type { Fido2PolicySettings } from '../../model/fido2.ts';
import type { AttestedCredential, Fido2Credential } from './fido2-credential.ts';
import { toSignedBytes } from './signed-bytes.ts';

/** COSE algorithms that are taken: ES256, EdDSA, PS256, RS256; RFC 9053. */
export const ALGORITHMS: readonly number[] = [-7, -8, -37, -257];

const TIMEOUT_DEFAULT_MS = 120_000;

/** How long the user has to answer. */
export function timeoutMs({ userPresenceTimeout }: Fido2PolicySettings): number {
  return userPresenceTimeout ? toMs(userPresenceTimeout) : TIMEOUT_DEFAULT_MS;
}

const lower = (text: string) => text.toLowerCase();
const hintOf = (hint: string) => lower(hint).replaceAll('_', '-');

const descriptor = ({ credentialId, transports }: AttestedCredential) => ({
  type: 'public-key',
  id: toSignedBytes(credentialId),
  ...(transports ? { transports } : {}),
});

/** The name of the user that an authenticator shows: the first attribute that he has. */
export function displayNameOf(
  user: User,
  { userDisplayNameAttributes }: Fido2PolicySettings,
): string {
  for (const { name, subAttributes } of userDisplayNameAttributes.attributes) {
    const value: unknown = Reflect.get(user, name);
    const texts =
      typeof value === 'object' && value !== null
        ? (subAttributes ?? []).map((one): unknown => Reflect.get(value, one.name))
        : [value];
    const text = texts.filter((one) => typeof one === 'string' && one !== '').join(' ');
    if (text !== '') return text;
  }
  return user.username;
}

/** The text for `navigator.credentials.create`. */
export function creationOptions(
  credential: Fido2Credential,
  challenge: string,
  user: User,
  policy: Fido2PolicySettings,
  excluded: readonly AttestedCredential[],
): string {
  const { authenticatorAttachment, discoverableCredentials, publicKeyCredentialHints } = policy;
  const residentKey = lower(discoverableCredentials);
  return JSON.stringify({
    rp: credential.rp,
    user: {
      id: toSignedBytes(credential.userHandle),
      displayName: displayNameOf(user, policy),
      name: user.username,
    },
    challenge: toSignedBytes(challenge),
    // Texts, as the platform writes them; browsers convert them (WebIDL `long`).
    pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: 'public-key', alg: String(alg) })),
    timeout: timeoutMs(policy),
    excludeCredentials: excluded.map(descriptor),
    authenticatorSelection: {
      ...(authenticatorAttachment === 'BOTH'
        ? {}
        : { authenticatorAttachment: hintOf(authenticatorAttachment) }),
      residentKey,
      requireResidentKey: residentKey === 'required',
      userVerification: lower(policy.userVerification.option),
    },
    attestation: lower(policy.attestationRequirements),
    ...(publicKeyCredentialHints ? { hints: publicKeyCredentialHints.map(hintOf) } : {}),
    extensions: { credProps: true, hmacCreateSecret: true },
  });
}

/** The text for `navigator.credentials.get`; without `allowed` any discoverable credential. */
export function requestOptions(
  rpId: string,
  challenge: string,
  policy: Fido2PolicySettings,
  allowed: readonly AttestedCredential[],
  userVerification: string,
): string {
  const { publicKeyCredentialHints } = policy;
  return JSON.stringify({
    challenge: toSignedBytes(challenge),
    timeout: timeoutMs(policy),
    rpId,
    ...(allowed.length > 0 ? { allowCredentials: allowed.map(descriptor) } : {}),
    userVerification,
    ...(publicKeyCredentialHints ? { hints: publicKeyCredentialHints.map(hintOf) } : {}),
  });
}
