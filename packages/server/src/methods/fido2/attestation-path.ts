/** Whether the certificates of an attestation lead to the maker of the authenticator. */

import { X509Certificate } from '@peculiar/x509';
import { decodeAttestationObject } from '@simplewebauthn/server/helpers';
import { leadsTo } from '../../crypto/certificate-path.ts';
import type { Authenticator } from '../../model/fido2.ts';
import type { Instant } from '../../model/instant.ts';

/** The certificates of an attestation object (base64url), the authenticator's own first. */
export function attestationCertificates(attestationObject: string): X509Certificate[] {
  const bytes = new Uint8Array(Buffer.from(attestationObject, 'base64url'));
  const statement = decodeAttestationObject(bytes).get('attStmt');
  const jws = statement.get('response');
  const x5c = statement.get('x5c') ?? (jws ? certificatesOf(jws) : []);
  return x5c.map((certificate) => new X509Certificate(certificate));
}

/** Those of the JWS (in UTF-8) that is a SafetyNet attestation; §8.5. */
function certificatesOf(jws: Uint8Array): Uint8Array<ArrayBuffer>[] {
  const [header = ''] = Buffer.from(jws).toString().split('.', 1);
  const { x5c }: { x5c: string[] } = JSON.parse(Buffer.from(header, 'base64url').toString());
  return x5c.map((text) => new Uint8Array(Buffer.from(text, 'base64')));
}

/** SHA-1 of the certificate's key in hex: how the metadata names U2F authenticators (§3.1.1). */
export async function keyIdentifierOf(certificate: X509Certificate): Promise<string> {
  const identifier = await certificate.publicKey.getKeyIdentifier('SHA-1');
  return Buffer.from(identifier).toString('hex');
}

/**
 * Whether a chain of valid certificates leads to one that the metadata names for this model, or the
 * first is itself named. A model without such certificates has nothing to lead to, and an
 * attestation without certificates leads nowhere. Nothing is fetched: revoked certificates are told
 * by the metadata's status reports.
 */
export async function leadsToMaker(
  certificates: readonly X509Certificate[],
  { attestationRootCertificates: named }: Pick<Authenticator, 'attestationRootCertificates'>,
  now: Instant,
): Promise<boolean> {
  if (!named || named.length === 0) return true;
  return leadsTo(certificates, named, now);
}
