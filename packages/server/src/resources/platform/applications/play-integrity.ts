/**
 * What opens the tokens of Play Integrity for an application: taken once, sealed, never returned, and
 * judged when it is used: a device is then of unknown integrity. It stays when a request leaves it out,
 * so that what was read can be sent back.
 */
import type { Vault } from '../../../crypto/vault.ts';
import { invalidData } from '../../../errors/api-error.ts';
import type { Application } from '../../../model/documents.ts';
import { type MobileSettings, type PlayCredentials, playIdentity } from '../../../model/mobile.ts';

const AT = 'mobile.integrityDetection.googlePlay';

/** What each way of verification needs. */
const NEEDED = {
  INTERNAL: ['decryptionKey', 'verificationKey'],
  GOOGLE: ['serviceAccountCredentials'],
} as const;

type Requested = NonNullable<MobileSettings['integrityDetection']['googlePlay']> & PlayCredentials;

/**
 * The credentials as the application keeps them. Throws `INVALID_DATA` for a part of them.
 */
export function sealedPlayIntegrity(
  vault: Pick<Vault, 'seal'>,
  { environmentId, id }: { environmentId: string; id: string },
  requested: Requested | undefined,
  before?: Application,
): { sealedPlayIntegrity?: string } {
  if (!requested) return {};
  const { verificationType } = requested;
  const needed: readonly (keyof PlayCredentials)[] = NEEDED[verificationType];
  const given = needed.filter((name) => requested[name] !== undefined);
  if (given.length === 0) return kept(verificationType, before);
  for (const name of needed) {
    if (requested[name] === undefined) throw invalidData('REQUIRED_VALUE', `${AT}.${name}`);
  }
  const credentials = Object.fromEntries(needed.map((name) => [name, requested[name]]));
  const text = JSON.stringify(credentials);
  return { sealedPlayIntegrity: vault.seal(environmentId, playIdentity(id), text) };
}

/** Those of the same way of verification. */
function kept(verificationType: string, before?: Application) {
  const mobile = before?.settings.mobile as MobileSettings | undefined;
  const isSame = mobile?.integrityDetection?.googlePlay?.verificationType === verificationType;
  const sealed = before?.sealedPlayIntegrity;
  return isSame && sealed !== undefined ? { sealedPlayIntegrity: sealed } : {};
}
