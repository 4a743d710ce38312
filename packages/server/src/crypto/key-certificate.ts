/**
 * A certificate around a public key that signs tokens, for programs that take keys in no other form
 * (`x5c`, RFC 7517 §4.7): Microsoft Entra. The environment's present key signs it; nobody needs to
 * trust it, and it is the same each time it is made.
 */
import { createPublicKey, type KeyObject, webcrypto } from 'node:crypto';
// The library below wants it, and says so only when it is loaded without.
import 'reflect-metadata';
import { X509CertificateGenerator } from '@peculiar/x509';
import { LRUCache } from 'lru-cache';

const ALGORITHM = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' } as const;
const NOT_BEFORE = new Date(Date.UTC(2026, 0, 1));
const NOT_AFTER = new Date(Date.UTC(2049, 11, 31));
const CACHED_MAX = 1_000;

const made = new LRUCache<string, Promise<string>>({ max: CACHED_MAX });

interface Signer {
  kid: string;
  privateKey: KeyObject;
}

async function make(jwk: Record<string, unknown>, { privateKey }: Signer): Promise<string> {
  const kid = String(jwk.kid);
  const { kty, n, e } = jwk;
  const publicKey = createPublicKey({ key: { kty, n, e } as never, format: 'jwk' });
  const [ofKey, signingKey] = await Promise.all([
    webcrypto.subtle.importKey(
      'spki',
      publicKey.export({ type: 'spki', format: 'der' }),
      ALGORITHM,
      true,
      ['verify'],
    ),
    webcrypto.subtle.importKey(
      'pkcs8',
      privateKey.export({ type: 'pkcs8', format: 'der' }),
      ALGORITHM,
      false,
      ['sign'],
    ),
  ]);
  const certificate = await X509CertificateGenerator.create({
    serialNumber: Buffer.from(`\u0001${kid}`).toString('hex').slice(0, 40),
    subject: 'CN=Countersign',
    issuer: 'CN=Countersign',
    notBefore: NOT_BEFORE,
    notAfter: NOT_AFTER,
    signingAlgorithm: ALGORITHM,
    publicKey: ofKey,
    signingKey,
  });
  return Buffer.from(certificate.rawData).toString('base64');
}

/** The key with its certificate; keys of other kinds as they are. */
export async function withCertificate(
  jwk: Record<string, unknown>,
  signer: Signer,
): Promise<Record<string, unknown>> {
  if (jwk.kty !== 'RSA') return jwk;
  const name = `${jwk.kid} ${signer.kid}`;
  const certificate = made.get(name) ?? make(jwk, signer);
  made.set(name, certificate);
  return { ...jwk, x5c: [await certificate] };
}
