/** The unique identifier of an authenticator that its organization gave out; WebAuthn L3, §8.2.2. */
import type { X509Certificate } from '@peculiar/x509';
import type { User } from '../../model/documents.ts';
import type { Fido2PolicySettings } from '../../model/fido2.ts';

/** `id-fido-gen-ce-sernum`. */
const SERIAL_NUMBER_OID = '1.3.6.1.4.1.45724.1.1.2';
const OCTET_STRING = 0x04;

/** The bytes that the certificate of an enterprise attestation names its authenticator by. */
function identifierOf(certificate: X509Certificate | undefined): Buffer | undefined {
  const value = certificate?.getExtension(SERIAL_NUMBER_OID)?.value;
  if (!value) return undefined;
  const [tag, length, ...bytes] = new Uint8Array(value);
  return tag === OCTET_STRING && length === bytes.length ? Buffer.from(bytes) : undefined;
}

/** The bytes as people write them down: a text, hexadecimal, or a number. */
const formsOf = (bytes: Buffer) => [
  bytes.toString().toLowerCase(),
  bytes.toString('hex'),
  String(BigInt(`0x0${bytes.toString('hex')}`)),
];

/**
 * Why the policy refuses an attestation for what it names its authenticator; undefined: it doesn't.
 * One that names none, or whose user has no such value, can't be the one that was given out.
 */
export function identifierComplaint(
  { attestationRequirements, eaUniqueIdentifierAttribute }: Fido2PolicySettings,
  [own]: readonly X509Certificate[],
  user: User,
): string | undefined {
  if (attestationRequirements !== 'ENTERPRISE' || !eaUniqueIdentifierAttribute) return undefined;
  const identifier = identifierOf(own);
  if (!identifier) return 'The attestation names no unique identifier of the authenticator.';
  const expected: unknown = Reflect.get(user, eaUniqueIdentifierAttribute.name);
  const isIt =
    typeof expected === 'string' && formsOf(identifier).includes(expected.trim().toLowerCase());
  return isIt ? undefined : 'The authenticator is not the one of its user.';
}
