/**
 * The blob of the FIDO Metadata Service: a JWS whose certificates lead to the service's root. Read
 * and verified by the WebAuthn library, and put into our terms. Source: FIDO Metadata Service 3.1,
 * §3.1 (payload), §3.1.3 (status reports), §3.2 (processing rules).
 */
import { X509Certificate } from 'node:crypto';
import { SettingsService } from '@simplewebauthn/server';
import { verifyMDSBlob } from '@simplewebauthn/server/helpers';
import type { Authenticator } from '../model/fido2.ts';
import { authenticatorId, toPem } from './authenticator-id.ts';

type Payload = Awaited<ReturnType<typeof verifyMDSBlob>>['payload'];
type Entry = Payload['entries'][number];

/** A blob that was verified. */
export interface Blob {
  /** Its serial number: it only grows. */
  no: number;
  /** When the service promises the next one: `2026-12-01`. */
  nextUpdate: string;
  authenticators: readonly Authenticator[];
}

/** The service that the library's own root is for: nobody else's certificate will do. */
const PUBLIC_SERVICE = 'mds.fidoalliance.org';

/** Whatever was found out about the model since: it is not to be trusted. §3.1.4. */
const COMPROMISED: ReadonlySet<string> = new Set([
  'USER_VERIFICATION_BYPASS',
  'ATTESTATION_KEY_COMPROMISE',
  'USER_KEY_REMOTE_COMPROMISE',
  'USER_KEY_PHYSICAL_COMPROMISE',
  'REVOKED',
]);

function knownOf(entry: Entry, today: string): Authenticator | undefined {
  const { aaguid, attestationCertificateKeyIdentifiers, metadataStatement, statusReports } = entry;
  // UAF authenticators have neither: they don't speak WebAuthn.
  if (!metadataStatement || (!aaguid && !attestationCertificateKeyIdentifiers?.length)) {
    return undefined;
  }
  const statuses = statusReports
    .filter(({ effectiveDate }) => effectiveDate === undefined || effectiveDate <= today)
    .map(({ status }) => status);
  const certification = statuses.findLast((status) => status.includes('FIDO_CERTIFIED'));
  const named = {
    ...(aaguid ? { aaguid: aaguid.toLowerCase() } : {}),
    ...(attestationCertificateKeyIdentifiers
      ? {
          attestationCertificateKeyIdentifiers: attestationCertificateKeyIdentifiers.map((one) =>
            one.toLowerCase(),
          ),
        }
      : {}),
  };
  const { description, icon, attestationRootCertificates } = metadataStatement;
  return {
    ...named,
    id: authenticatorId(named),
    name: description,
    ...(icon === undefined ? {} : { icon }),
    isCertified: certification?.startsWith('FIDO_CERTIFIED') ?? false,
    isRevoked: statuses.some((status) => COMPROMISED.has(status)),
    attestationRootCertificates: attestationRootCertificates.map(toPem),
    source: 'MDS',
  };
}

/** Who signed it; absent: the text is no such JWS. */
function signer(text: string): X509Certificate {
  const [header = ''] = text.split('.', 1);
  const { x5c } = JSON.parse(Buffer.from(header, 'base64url').toString());
  return new X509Certificate(Buffer.from(String(x5c[0]), 'base64'));
}

/**
 * Verifies the signature, the chain of certificates up to the root and that none of them was
 * revoked (the library asks for their lists), and reads the entries. `root`: PEM of an own service;
 * absent: the FIDO Alliance's. `today`: `2026-11-24`. Throws what is wrong.
 */
export async function readBlob(
  text: string,
  { root, today }: { root?: string; today: string },
): Promise<Blob> {
  if (root !== undefined) {
    SettingsService.setRootCertificates({ identifier: 'mds', certificates: [root] });
  } else if (!signer(text).checkHost(PUBLIC_SERVICE)) {
    // The root signs for many others too.
    throw new Error(`The metadata blob was not signed by ${PUBLIC_SERVICE}.`);
  }
  const { payload } = await verifyMDSBlob(text);
  return {
    no: payload.no,
    nextUpdate: payload.nextUpdate,
    authenticators: payload.entries.flatMap((entry) => knownOf(entry, today) ?? []),
  };
}
