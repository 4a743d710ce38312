/** What is to be thought of a device: by what its system attests, or else by what it says itself. */
import { createHash } from 'node:crypto';
import { calculateJwkThumbprint } from 'jose';
import type { IntegritySettings } from '../../../device-integrity/device-integrity.ts';
import { isDeviceNonce } from '../../../device-protocol/nonce.ts';
import { invalidData } from '../../../errors/api-error.ts';
import { defined } from '../../../model/defined.ts';
import type { Instant } from '../../../model/instant.ts';
import {
  type DevicePublicKey,
  type NativeCredential,
  playIdentity,
  pushCredentialIdentity,
} from '../../../model/mobile.ts';
import { afterSaying } from '../../../policy/device-integrity.ts';
import { configurationOf } from '../../devices/devices/devices.parts.ts';
import { whereIs } from '../../kit/rows.ts';
import type { AboutDevice, IntegrityClaims } from './native.schema.ts';
import type { NativeParts } from './native-parts.ts';

export interface SaidOfIntegrity {
  environmentId: string;
  applicationId: string;
  about?: AboutDevice | undefined;
  integrity?: IntegrityClaims | undefined;
  /** The server's nonce that an attestation must be for. */
  nonce: unknown;
  /** And the key. */
  publicJwk: DevicePublicKey;
  /** What was known before. */
  known?: Integrity;
  now: Instant;
}

type Integrity = NativeCredential['integrity'];

const nothing = (now: Instant): Integrity => ({
  compromised: 'UNKNOWN',
  reason: 'NOT_REPORTED',
  timestamp: now,
});

/**
 * What is known from here on. Throws `INVALID_DATA` for an attestation without a nonce of the server;
 * one that can't be verified is `UNKNOWN`.
 */
export async function assessIntegrity(
  parts: NativeParts,
  said: SaidOfIntegrity,
): Promise<Integrity> {
  const { about, integrity: { compromised, attestation } = {}, now, known = nothing(now) } = said;
  const isRefused = compromised || about?.rooted;
  if (attestation && !isRefused) {
    const { environmentId, nonce, publicJwk } = said;
    if (!isDeviceNonce(parts.keyring, environmentId, nonce, now)) {
      throw invalidData('INVALID_VALUE', 'nonce');
    }
    const { kind, token } = attestation;
    const hash = await attestedHash(String(nonce), publicJwk);
    const settings = await settingsOf(parts, said);
    const verdict = await parts.integrity[kind]({ token, hash, settings, now });
    return { ...verdict, attested: true, timestamp: now };
  }
  return afterSaying(known, isRefused || compromised, now);
}

/** What the system is asked to attest: that this key is held there, now. */
async function attestedHash(nonce: string, publicJwk: DevicePublicKey): Promise<Uint8Array> {
  const thumbprint = await calculateJwkThumbprint(publicJwk, 'sha256');
  return createHash('sha256').update(`${nonce}.${thumbprint}`).digest();
}

async function settingsOf(
  parts: NativeParts,
  { environmentId, applicationId }: SaidOfIntegrity,
): Promise<IntegritySettings> {
  const { nativeApplications } = await configurationOf(parts, environmentId);
  const application = nativeApplications.get(applicationId);
  const { bundleId, packageName, integrityDetection } = application?.mobile ?? {};
  const sealed = application?.sealedPlayIntegrity;
  const verificationType = integrityDetection?.googlePlay?.verificationType;
  const open = (identity: string, text: string) =>
    JSON.parse(parts.keyring.open(environmentId, identity, text).toString('utf8'));
  return {
    ...defined({ bundleId, packageName }),
    ...(verificationType && sealed !== undefined
      ? { googlePlay: { verificationType, ...open(playIdentity(applicationId), sealed) } }
      : {}),
    teamIds: await teamsOf(parts, environmentId, applicationId, open),
  };
}

/** Apple knows an application by its team, which its account for pushes names. */
async function teamsOf(
  { store }: NativeParts,
  environmentId: string,
  applicationId: string,
  open: (identity: string, text: string) => { teamId?: string },
): Promise<string[]> {
  const rows = await store.list('push_credentials', environmentId, {
    where: { all: [whereIs('application_id', applicationId), whereIs('type', 'APNS')] },
    limit: 1,
  });
  return rows.flatMap(({ id, doc }) => open(pushCredentialIdentity(id), doc.sealed).teamId ?? []);
}
