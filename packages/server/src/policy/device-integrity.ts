/** What is known of a device's integrity, and whether it is enough; contract §2.3. Pure. */
import type { Instant } from '../model/instant.ts';
import type { NativeCredential } from '../model/mobile.ts';
import type { MobileApplicationPolicy } from './mobile-application.ts';

type Known = Pick<NativeCredential, 'integrity' | 'about'>;
type Rules = Pick<MobileApplicationPolicy, 'integrityDetection' | 'attestation'>;

/** Who attests the devices of a system, by the names of `excludedPlatforms`. */
const PLATFORMS: Readonly<Record<string, 'GOOGLE' | 'IOS'>> = { ANDROID: 'GOOGLE', IOS: 'IOS' };

/**
 * What counts now. Where the application wants attestation, that counts alone and for its time; but
 * against itself a device is always believed.
 */
export function countedIntegrity(
  { integrity, about }: Known,
  { attestation }: Rules,
  now: Instant,
): boolean | 'UNKNOWN' {
  const { compromised, attested, timestamp } = integrity;
  if (!attestation || compromised === true) return compromised;
  const platform = PLATFORMS[about.os?.type.toUpperCase() ?? ''];
  if (platform && attestation.excluded.includes(platform)) return compromised;
  return attested && now < timestamp + attestation.cacheMs ? compromised : 'UNKNOWN';
}

/**
 * Whether the device may be used: `restrictive` wants to know that it is sound, `permissive` not to know
 * that it isn't; without either it isn't asked.
 */
export function isSound(known: Known, rules: Rules, now: Instant): boolean {
  const counted = countedIntegrity(known, rules, now);
  if (!rules.integrityDetection || counted === false) return true;
  return counted === 'UNKNOWN' && rules.integrityDetection === 'permissive';
}

/** The device should be attested anew. */
export function wantsAttestation(known: Known, rules: Rules, now: Instant): boolean {
  const { attestation, integrityDetection } = rules;
  const isAsked = attestation !== undefined && integrityDetection !== undefined;
  return isAsked && countedIntegrity(known, rules, now) === 'UNKNOWN';
}

/** What is known after the device has said something of itself: its word doesn't undo an attestation. */
export function afterSaying(
  known: NativeCredential['integrity'],
  compromised: boolean | undefined,
  now: Instant,
): NativeCredential['integrity'] {
  if (compromised) return { compromised, reason: 'REPORTED_BY_DEVICE', timestamp: now };
  if (compromised === undefined || known.attested) return known;
  return { compromised, timestamp: now };
}
