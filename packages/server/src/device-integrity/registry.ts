/** The kinds of attestation that a device can hand in. */
import { readFileSync } from 'node:fs';
import type { VerifyIntegrity } from './device-integrity.ts';
import { playByGoogle } from './play-google.ts';
import { playIntegrity } from './play-integrity.ts';

export const INTEGRITY_KINDS = ['PLAY_INTEGRITY', 'APP_ATTEST'] as const;
export type IntegrityKind = (typeof INTEGRITY_KINDS)[number];
export type IntegrityVerifiers = Readonly<Record<IntegrityKind, VerifyIntegrity>>;

export interface IntegrityOptions {
  /** `https://playintegrity.googleapis.com`. */
  playUrl: string;
  googleTokenUrl?: string;
  /** PEM that App Attest must lead to, instead of Apple's. */
  appAttestRootFile?: string;
}

export function integrityVerifiers(options: IntegrityOptions): IntegrityVerifiers {
  const { playUrl: url, googleTokenUrl: tokenUrl, appAttestRootFile } = options;
  const roots = appAttestRootFile ? [readFileSync(appAttestRootFile, 'utf8')] : undefined;
  return {
    PLAY_INTEGRITY: playIntegrity(playByGoogle({ url, ...(tokenUrl ? { tokenUrl } : {}) })),
    async APP_ATTEST(request) {
      // Loaded when it is used: the library of WebAuthn is large.
      const { appAttest } = await import('./app-attest.ts');
      return appAttest(roots)(request);
    },
  };
}
