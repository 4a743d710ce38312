/**
 * Attestation statements of every format that WebAuthn defines, with certificates made here: a
 * maker (root) and what its authenticators show. Source: WebAuthn Level 3, §8.
 */
import 'reflect-metadata';
import { createHash, createSign, generateKeyPairSync, randomBytes } from 'node:crypto';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsageExtension,
  Extension,
  GeneralName,
  SubjectAlternativeNameExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import {
  type AttestationFacts,
  type AttestationStatement,
  signatureOf,
} from './software-authenticator.ts';

const ECDSA = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY_MS = 86_400_000;
const AAGUID_OID = '1.3.6.1.4.1.45724.1.1.4';
const SERIAL_NUMBER_OID = '1.3.6.1.4.1.45724.1.1.2';
const AIK_OID = '2.23.133.8.3';
const KEY_DESCRIPTION_OID = '1.3.6.1.4.1.11129.2.1.17';
const APPLE_NONCE_OID = '1.2.840.113635.100.8.2';

const sha256 = (data: Uint8Array) => createHash('sha256').update(data).digest();
const bytes = (certificate: X509Certificate) => new Uint8Array(certificate.rawData);
const uint16 = (value: number) => Buffer.from([value >> 8, value & 0xff]);
/** An ASN.1 OCTET STRING, of few bytes. */
const octets = (data: Uint8Array) => Buffer.concat([Buffer.from([0x04, data.length]), data]);
const sized = (data: Uint8Array) => Buffer.concat([uint16(data.length), data]);
const statement = (fmt: string, members: Record<string, unknown>): AttestationStatement => ({
  fmt,
  attStmt: new Map(Object.entries(members)),
});

type Leaf = {
  subject: string;
  publicKey: CryptoKey;
  extensions?: Extension[];
  /** Days from now; default: one year. */
  endsInDays?: number;
};

/** A maker of authenticators: its root, and the certificates that it signs. */
export async function makeMaker(name = 'Maker') {
  const keys = await crypto.subtle.generateKey(ECDSA, true, ['sign', 'verify']);
  const subject = `CN=${name} Root, O=${name}, C=FI`;
  const validity = (days: number) => ({
    // Before the clock of the tests, too.
    notBefore: new Date('2020-01-01'),
    notAfter: new Date(Date.now() + days * DAY_MS),
  });
  const root = await X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: subject,
    ...validity(3_650),
    signingAlgorithm: ECDSA,
    keys,
    extensions: [new BasicConstraintsExtension(true, 1, true)],
  });
  const sign = (leaf: Leaf): Promise<X509Certificate> =>
    X509CertificateGenerator.create({
      serialNumber: randomBytes(8).toString('hex'),
      issuer: subject,
      subject: leaf.subject,
      ...validity(leaf.endsInDays ?? 365),
      signingAlgorithm: ECDSA,
      signingKey: keys.privateKey,
      publicKey: leaf.publicKey,
      extensions: [new BasicConstraintsExtension(false), ...(leaf.extensions ?? [])],
    });
  /** A certificate for the credential's own key, with what a maker says in an extension. */
  const signOwn = (
    { publicKey }: AttestationFacts['keys'],
    word: string,
    oid: string,
    der: Buffer,
  ) =>
    sign({
      subject: `CN=${word}`,
      publicKey: publicKey.toCryptoKey(ECDSA, true, ['verify']),
      extensions: [new Extension(oid, false, der)],
    });
  const batch = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const batchKey = batch.publicKey.toCryptoKey(ECDSA, true, ['verify']);

  return {
    root,
    /** DER in base64, as a metadata statement has it. */
    rootText: Buffer.from(root.rawData).toString('base64'),
    sign,
    batchKey,
    /** §8.2, with the batch's certificate. */
    async packed(
      facts: AttestationFacts,
      { serialNumber, ...more }: { endsInDays?: number; serialNumber?: Buffer } = {},
    ) {
      const { aaguid, authenticatorData, clientDataHash } = facts;
      const certificate = await sign({
        subject: `CN=${name} Key, OU=Authenticator Attestation, O=${name}, C=FI`,
        publicKey: batchKey,
        extensions: [
          new Extension(AAGUID_OID, false, octets(aaguid)),
          ...(serialNumber ? [new Extension(SERIAL_NUMBER_OID, false, octets(serialNumber))] : []),
        ],
        ...more,
      });
      const sig = signatureOf(batch.privateKey, Buffer.concat([authenticatorData, clientDataHash]));
      return statement('packed', {
        alg: -7,
        sig: new Uint8Array(sig),
        x5c: [bytes(certificate)],
      });
    },
    /** §8.6; the authenticator has no AAGUID. */
    async u2f(facts: AttestationFacts) {
      const { rpIdHash, clientDataHash, credentialId, keys: own } = facts;
      const { x = '', y = '' } = own.publicKey.export({ format: 'jwk' });
      const point = Buffer.concat([
        Buffer.from([0x04]),
        Buffer.from(x, 'base64url'),
        Buffer.from(y, 'base64url'),
      ]);
      const certificate = await sign({ subject: `CN=${name} U2F`, publicKey: batchKey });
      const data = Buffer.concat([Buffer.alloc(1), rpIdHash, clientDataHash, credentialId, point]);
      return statement('fido-u2f', {
        sig: new Uint8Array(signatureOf(batch.privateKey, data)),
        x5c: [bytes(certificate)],
      });
    },
    /** §8.3: an ECC key of a TPM 2.0. */
    async tpm(facts: AttestationFacts) {
      const { authenticatorData, clientDataHash, aaguid, keys: own } = facts;
      const { x = '', y = '' } = own.publicKey.export({ format: 'jwk' });
      const [SHA256, NULL, ECDSA_SCHEME, P256] = [0x000b, 0x0010, 0x0018, 0x0003];
      const pubArea = Buffer.concat([
        uint16(0x0023),
        uint16(SHA256),
        Buffer.alloc(4),
        uint16(0),
        ...[NULL, ECDSA_SCHEME, P256, NULL].map(uint16),
        sized(Buffer.from(x, 'base64url')),
        sized(Buffer.from(y, 'base64url')),
      ]);
      const certInfo = Buffer.concat([
        Buffer.from('ff544347', 'hex'),
        uint16(0x8017),
        uint16(0),
        sized(sha256(Buffer.concat([authenticatorData, clientDataHash]))),
        Buffer.alloc(8 + 4 + 4 + 1 + 8),
        sized(Buffer.concat([uint16(SHA256), sha256(pubArea)])),
        uint16(0),
      ]);
      const certificate = await sign({
        subject: '',
        publicKey: batchKey,
        extensions: [
          new SubjectAlternativeNameExtension(
            [
              new GeneralName(
                'dn',
                '2.23.133.2.1=id:FFFFF1D0, 2.23.133.2.2=Model, 2.23.133.2.3=id:13',
              ),
            ],
            true,
          ),
          new ExtendedKeyUsageExtension([AIK_OID]),
          new Extension(AAGUID_OID, false, Buffer.concat([Buffer.from([0x04, 16]), aaguid])),
        ],
      });
      return statement('tpm', {
        ver: '2.0',
        alg: -7,
        sig: new Uint8Array(signatureOf(batch.privateKey, certInfo)),
        x5c: [bytes(certificate)],
        pubArea: new Uint8Array(pubArea),
        certInfo: new Uint8Array(certInfo),
      });
    },
    /** §8.4: the certificate is the credential's own. */
    async androidKey(facts: AttestationFacts) {
      const { authenticatorData, clientDataHash, keys: own } = facts;
      // KeyDescription: versions and levels, the challenge, no unique id, two empty lists.
      const description = Buffer.concat([
        Buffer.from('0201030a01010201040a01010420', 'hex'),
        clientDataHash,
        Buffer.from('040030003000', 'hex'),
      ]);
      const sequence = Buffer.concat([Buffer.from([0x30, description.length]), description]);
      const certificate = await signOwn(own, 'Android Keystore Key', KEY_DESCRIPTION_OID, sequence);
      const sig = signatureOf(own.privateKey, Buffer.concat([authenticatorData, clientDataHash]));
      return statement('android-key', {
        alg: -7,
        sig: new Uint8Array(sig),
        x5c: [bytes(certificate), bytes(root)],
      });
    },
    /** §8.5: a JWS that Google's service signed. */
    async safetyNet(facts: AttestationFacts) {
      const { authenticatorData, clientDataHash } = facts;
      const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 });
      const certificate = await sign({
        subject: 'CN=attest.android.com',
        publicKey: rsa.publicKey.toCryptoKey({ name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }, true, [
          'verify',
        ]),
      });
      const text = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
      const head = text({
        alg: 'RS256',
        x5c: [Buffer.from(certificate.rawData).toString('base64')],
      });
      const payload = text({
        nonce: sha256(Buffer.concat([authenticatorData, clientDataHash])).toString('base64'),
        timestampMs: Date.now() - 1_000,
        ctsProfileMatch: true,
      });
      const signed = `${head}.${payload}`;
      const sig = createSign('SHA256').update(signed).sign(rsa.privateKey).toString('base64url');
      return statement('android-safetynet', {
        ver: '1',
        response: new Uint8Array(Buffer.from(`${signed}.${sig}`)),
      });
    },
    /** §8.8: the certificate names the nonce. */
    async apple(facts: AttestationFacts) {
      const { authenticatorData, clientDataHash, keys: own } = facts;
      const nonce = sha256(Buffer.concat([authenticatorData, clientDataHash]));
      const sequence = Buffer.concat([Buffer.from('3024a1220420', 'hex'), nonce]);
      const certificate = await signOwn(own, 'Apple Credential', APPLE_NONCE_OID, sequence);
      return statement('apple', { x5c: [bytes(certificate)] });
    },
  };
}

export type Maker = Awaited<ReturnType<typeof makeMaker>>;
