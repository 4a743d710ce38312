/**
 * Apple App Attest: the system says that an unmodified application of this team, on a genuine device,
 * holds a key. Source: Apple, "Validating apps that connect to your server", steps 1 to 9.
 */
import 'reflect-metadata';
import { createHash, timingSafeEqual } from 'node:crypto';
import { X509Certificate } from '@peculiar/x509';
import { decodeAttestationObject, parseAuthenticatorData } from '@simplewebauthn/server/helpers';
import { leadsTo } from '../crypto/certificate-path.ts';
import { APPLE_APP_ATTESTATION_ROOT } from './apple-root.ts';
import type { IntegrityRequest, IntegrityVerdict, VerifyIntegrity } from './device-integrity.ts';

const NONCE_OID = '1.2.840.113635.100.8.2';
/** DER of the extension before its 32 bytes: a sequence of one octet string, tagged [1]. */
const NONCE_PREFIX = Buffer.from('3024a1220420', 'hex');
const ENVIRONMENTS = ['appattest\0\0\0\0\0\0\0', 'appattestdevelop'];

const sha256 = (...parts: (Uint8Array | string)[]) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};
const areEqual = (one: Uint8Array, other: Uint8Array) =>
  one.length === other.length && timingSafeEqual(one, other);

const COMPROMISED: IntegrityVerdict = { compromised: true, reason: 'APP_ATTEST_REFUSED' };

/** `roots`: PEM, instead of Apple's; for tests. */
export function appAttest(
  roots: readonly string[] = [APPLE_APP_ATTESTATION_ROOT],
): VerifyIntegrity {
  return async (request) => {
    const { bundleId, teamIds = [] } = request.settings;
    if (bundleId === undefined || teamIds.length === 0) {
      return { compromised: 'UNKNOWN', reason: 'APP_ATTEST_MISSING_CONFIGURATION' };
    }
    try {
      const isGenuine = await isAttested(request, bundleId, teamIds, roots);
      return isGenuine ? { compromised: false } : COMPROMISED;
    } catch {
      // No such object at all.
      return { compromised: 'UNKNOWN', reason: 'APP_ATTEST_ERROR' };
    }
  };
}

async function isAttested(
  { token, hash, now }: IntegrityRequest,
  bundleId: string,
  teamIds: readonly string[],
  roots: readonly string[],
): Promise<boolean> {
  const object = decodeAttestationObject(new Uint8Array(Buffer.from(token, 'base64')));
  const authData = object.get('authData');
  if (String(object.get('fmt')) !== 'apple-appattest') return false;
  const chain = (object.get('attStmt').get('x5c') ?? []).map((one) => new X509Certificate(one));
  const [certificate] = chain;
  if (!certificate || !(await leadsTo(chain, roots, now))) return false;
  // Step 4: the certificate was made for what we have asked.
  const expected = Buffer.concat([NONCE_PREFIX, sha256(authData, hash)]);
  const nonce = certificate.getExtension(NONCE_OID)?.value;
  if (!nonce || !areEqual(Buffer.from(nonce), expected)) return false;
  const { rpIdHash, counter, aaguid, credentialID } = parseAuthenticatorData(authData);
  // Step 5: the key is named by its hash (X9.62, uncompressed: the last 65 bytes of the SPKI).
  const point = new Uint8Array(certificate.publicKey.rawData).slice(-65);
  if (!credentialID || !areEqual(credentialID, sha256(point))) return false;
  // Step 6: the application; 7: the key is new; 8: made for App Attest.
  const isOurs = teamIds.some((teamId) => areEqual(rpIdHash, sha256(`${teamId}.${bundleId}`)));
  const isFresh = counter === 0;
  return isOurs && isFresh && ENVIRONMENTS.includes(Buffer.from(aaguid ?? []).toString());
}
