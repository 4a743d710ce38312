/** How authenticators and their certificates are named and written. Pure. */
import { createHash } from 'node:crypto';
import type { Authenticator } from '../model/fido2.ts';

const LINE_LENGTH = 64;

/** The certificate (DER in base64) as PEM. Pure. */
export function toPem(base64: string): string {
  const lines = base64.replaceAll(/\s/g, '').match(new RegExp(`.{1,${LINE_LENGTH}}`, 'g')) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

/**
 * The id by which policies name a model, the same in every blob and environment: its AAGUID, or a
 * UUID (RFC 9562, version 8) made of the first key identifier of a U2F authenticator. Pure.
 */
export function authenticatorId(
  named: Pick<Authenticator, 'aaguid' | 'attestationCertificateKeyIdentifiers'>,
): string {
  if (named.aaguid !== undefined) return named.aaguid;
  const [first = ''] = [...(named.attestationCertificateKeyIdentifiers ?? [])].sort();
  const hash = createHash('sha256').update(`u2f:${first}`).digest('hex');
  const [a, b, c, d] = [
    hash.slice(0, 8),
    hash.slice(8, 12),
    hash.slice(13, 16),
    hash.slice(17, 20),
  ];
  return `${a}-${b}-8${c}-8${d}-${hash.slice(20, 32)}`;
}
