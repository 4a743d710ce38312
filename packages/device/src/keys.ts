/** The keys of an account: made on the device, and exportable only where the storage needs it. */
import { compactDecrypt, type JWK } from 'jose';

const ECDSA = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const ECDH = { name: 'ECDH', namedCurve: 'P-256' } as const;
const HMAC = { name: 'HMAC', hash: 'SHA-256' } as const;

const exportJwk = (key: CryptoKey) => crypto.subtle.exportKey('jwk', key);
type ExportedJwk = Awaited<ReturnType<typeof exportJwk>>;

/** A key as the storage has it. */
export type KeptKey = CryptoKey | JWK;

/** The public part without anything else in it: what a thumbprint is made of. */
export interface PublicJwk {
  kty: 'EC';
  crv: 'P-256';
  x: string;
  y: string;
}

export interface NewKeyPair {
  privateKey: CryptoKey;
  publicJwk: PublicJwk;
}

async function publicJwkOf(key: CryptoKey): Promise<PublicJwk> {
  const { x = '', y = '' } = await exportJwk(key);
  return { kty: 'EC', crv: 'P-256', x, y };
}

/** Signs (ES256). */
export async function newSigningKeys(extractable: boolean): Promise<NewKeyPair> {
  const { privateKey, publicKey } = await crypto.subtle.generateKey(ECDSA, extractable, [
    'sign',
    'verify',
  ]);
  return { privateKey, publicJwk: await publicJwkOf(publicKey) };
}

/** Reads the one secret that the server sends (ECDH-ES); not kept afterwards. */
export async function newEncryptionKeys(): Promise<NewKeyPair> {
  const { privateKey, publicKey } = await crypto.subtle.generateKey(ECDH, false, ['deriveBits']);
  return { privateKey, publicJwk: await publicJwkOf(publicKey) };
}

/** The key of passcodes, out of what the server has encrypted to us. */
export async function openPasscodeKey(
  jwe: string,
  privateKey: CryptoKey,
  extractable: boolean,
): Promise<CryptoKey> {
  const { plaintext } = await compactDecrypt(jwe, privateKey, {
    keyManagementAlgorithms: ['ECDH-ES'],
    contentEncryptionAlgorithms: ['A256GCM'],
  });
  const bytes = new Uint8Array(plaintext);
  const key = await crypto.subtle.importKey('raw', bytes, HMAC, extractable, ['sign']);
  bytes.fill(0);
  return key;
}

export async function keep(key: CryptoKey, keepsKeys: boolean): Promise<KeptKey> {
  return keepsKeys ? key : ((await exportJwk(key)) as JWK);
}

const isCryptoKey = (key: KeptKey): key is CryptoKey => !('kty' in key);

export async function signingKeyOf(kept: KeptKey): Promise<CryptoKey> {
  return isCryptoKey(kept)
    ? kept
    : crypto.subtle.importKey('jwk', kept as ExportedJwk, ECDSA, false, ['sign']);
}

export async function passcodeKeyOf(kept: KeptKey): Promise<CryptoKey> {
  return isCryptoKey(kept)
    ? kept
    : crypto.subtle.importKey('jwk', kept as ExportedJwk, HMAC, false, ['sign']);
}
