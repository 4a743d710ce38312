/** A blob of the FIDO Metadata Service, signed by a service of our own. */
import { generateKeyPairSync } from 'node:crypto';
import { CompactSign } from 'jose';
import type { Maker } from './attestations.ts';

export interface BlobEntry {
  aaguid?: string;
  attestationCertificateKeyIdentifiers?: string[];
  description: string;
  rootTexts?: string[];
  statuses?: { status: string; effectiveDate?: string }[];
  icon?: string;
}

/** The compact JWS; FIDO Metadata Service 3.1, §3.1.7. */
export async function metadataBlob(
  service: Maker,
  entries: readonly BlobEntry[],
  { no = 1, nextUpdate = '2099-01-01', host = 'mds.example' } = {},
): Promise<string> {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const certificate = await service.sign({
    subject: `CN=${host}`,
    publicKey: keys.publicKey.toCryptoKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['verify']),
  });
  const payload = {
    legalHeader: 'For tests.',
    no,
    nextUpdate,
    entries: entries.map(({ description, rootTexts = [], statuses = [], icon, ...named }) => ({
      ...named,
      metadataStatement: {
        ...named,
        description,
        schema: 3,
        attestationRootCertificates: rootTexts,
        ...(icon === undefined ? {} : { icon }),
      },
      statusReports: statuses,
      timeOfLastStatusChange: '2026-01-01',
    })),
  };
  return new CompactSign(Buffer.from(JSON.stringify(payload)))
    .setProtectedHeader({
      alg: 'ES256',
      typ: 'JWT',
      x5c: [Buffer.from(certificate.rawData).toString('base64')],
    })
    .sign(keys.privateKey);
}
