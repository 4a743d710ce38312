/**
 * What the maker of a phone's system says of the phone and of the application on it, instead of what
 * they say of themselves. A kind of attestation is a file here and a line in `registry.ts`.
 * Source: contract §2.1.3 (`deviceIntegrityState`), docs/device-protocol.md, "Integrity".
 */
import type { Instant } from '../model/instant.ts';

export interface IntegrityVerdict {
  /** `UNKNOWN`: nothing could be found out. */
  compromised: boolean | 'UNKNOWN';
  /** Why, where it isn't sound: `PLAY_ERROR`, `PLAY_MISSING_CONFIGURATION`, … */
  reason?: string;
}

/** What an administrator has said of the application; contract sdk-schemas, `mobile`. */
export interface IntegritySettings {
  /** Android: the name of the application's package. */
  packageName?: string;
  /** How the tokens of Google Play are opened. */
  googlePlay?: {
    verificationType: 'INTERNAL' | 'GOOGLE';
    /** Base64, of 32 bytes. */
    decryptionKey?: string;
    /** Base64 of a P-256 key (SubjectPublicKeyInfo). */
    verificationKey?: string;
    /** The JSON of a service account, for `GOOGLE`. */
    serviceAccountCredentials?: string;
  };
  /** iOS: the identifier of the application, and the teams that may have signed it. */
  bundleId?: string;
  teamIds?: readonly string[];
}

export interface IntegrityRequest {
  /** What the device has handed in, as its system made it. */
  token: string;
  /** SHA-256 of what it was made for: this device key, now. */
  hash: Uint8Array;
  settings: IntegritySettings;
  now: Instant;
}

/** Never throws: what can't be verified is `UNKNOWN`. */
export type VerifyIntegrity = (request: IntegrityRequest) => Promise<IntegrityVerdict>;
