import type { MfaSettings } from '../../../model/documents.ts';
import type { Instant } from '../../../model/instant.ts';

/** The settings of a new environment, and what a reset brings back; contract §3.9. Pure. */
export function defaultMfaSettings(now: Instant): MfaSettings {
  return {
    pairing: { maxAllowedDevices: 5, pairingKeyFormat: 'NUMERIC' },
    phoneExtensions: { enabled: false },
    users: { mfaEnabled: false },
    updatedAt: now,
  };
}
