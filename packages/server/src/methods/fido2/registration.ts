/** Pairing of a FIDO2 device: WebAuthn Level 3, §7.1; the check itself is the library's. */
import type { X509Certificate } from '@peculiar/x509';
import { verifyRegistrationResponse } from '@simplewebauthn/server';
import type { Challenge } from '../../model/documents.ts';
import type { Authenticator, Fido2PolicySettings } from '../../model/fido2.ts';
import type { MethodContext, MethodDevice, Verdict } from '../authentication-method.ts';
import { attestationCertificates, keyIdentifierOf, leadsToMaker } from './attestation-path.ts';
import { registrationComplaint } from './authenticator-rules.ts';
import { FRAMED, isStrangelyFramed } from './client-data.ts';
import { parseAttestation } from './credential-text.ts';
import { identifierComplaint } from './enterprise-identifier.ts';
import { credentialOf, environmentKeyOf, type Fido2Credential } from './fido2-credential.ts';
import { ALGORITHMS } from './options.ts';
import { isAllowedOrigin } from './relying-party.ts';
import { whyRefused } from './why-refused.ts';

/** Wrong, and why: for the audit only. */
const rejected = (because: string) => ({ verdict: 'REJECTED', because }) as const;
const refused = (reason: string) => ({ verdict: 'REJECTED', reason }) as const;

type Attestation = NonNullable<ReturnType<typeof parseAttestation>>;

/** What the library finds right; a text: what it found wrong. */
async function verify(
  response: Attestation,
  origin: string,
  challenge: string,
  rpId: string,
  requireUserVerification: boolean,
) {
  try {
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response,
      expectedChallenge: challenge,
      expectedOrigin: origin,
      expectedRPID: rpId,
      expectedType: 'webauthn.create',
      requireUserPresence: true,
      requireUserVerification,
      supportedAlgorithmIDs: [...ALGORITHMS],
    });
    return verified ? registrationInfo : 'The attestation statement is not valid.';
  } catch (error) {
    // It tells faults by throwing; which one is nothing for whoever sent it.
    return whyRefused(error);
  }
}

/** Checks the attestation and the policy, and makes the credential that is kept. */
export async function verifyRegistration(
  answer: Record<string, unknown>,
  challenge: Challenge,
  device: MethodDevice,
  policy: Fido2PolicySettings,
  context: MethodContext,
): Promise<Verdict> {
  const credential = credentialOf(device);
  const { origin, attestation } = answer;
  const response = parseAttestation(attestation);
  if (!response || typeof origin !== 'string') return rejected('The response is malformed.');
  if (!isAllowedOrigin(origin, credential.rp.id, policy.relatedOrigins)) {
    return refused('The origin does not belong to the relying party.');
  }
  const { clientDataJSON } = response.response;
  if (isStrangelyFramed(clientDataJSON, origin, credential.rp.id, policy.relatedOrigins)) {
    return refused(FRAMED);
  }
  const requireVerification = policy.userVerification.option === 'REQUIRED';
  const { rp } = credential;
  const expected = String(challenge.state.challenge);
  const info = await verify(response, origin, expected, rp.id, requireVerification);
  if (typeof info === 'string') return rejected(info);

  const { attestationObject, transports } = response.response;
  const certificates = attestationCertificates(attestationObject);
  const found = await authenticatorOf(info.aaguid, certificates, context);
  const attachment = response.authenticatorAttachment ?? attachmentOf(transports);
  const isResidentKey = response.clientExtensionResults.credProps?.rk;
  const isBackupEligible = info.credentialDeviceType === 'multiDevice';
  const complaint =
    registrationComplaint(policy, {
      attestationType: info.fmt,
      ...found,
      ...(attachment === undefined ? {} : { attachment }),
      ...(isResidentKey === undefined ? {} : { isResidentKey }),
      isBackupEligible,
    }) ?? identifierComplaint(policy, certificates, context.user.profile);
  if (complaint !== undefined) return refused(complaint);
  const { authenticator } = found;
  const made: Fido2Credential = {
    ...credential,
    credentialId: info.credential.id,
    publicKey: Buffer.from(info.credential.publicKey).toString('base64url'),
    signCount: info.credential.counter,
    aaguid: info.aaguid,
    attestationType: info.fmt,
    ...(authenticator ? { authenticator: { id: authenticator.id, name: authenticator.name } } : {}),
    ...(transports ? { transports: [...transports] } : {}),
    ...(attachment === undefined ? {} : { attachment }),
    ...(isResidentKey === undefined ? {} : { isResidentKey }),
    backupEligibility: isBackupEligible,
    backupState: info.credentialBackedUp,
  };
  return {
    verdict: 'VERIFIED',
    credential: made,
    environmentKey: environmentKeyOf(info.credential.id),
    evidence: {
      attestationType: info.fmt,
      aaguid: info.aaguid,
      isUserVerified: info.userVerified,
      ...(authenticator ? { authenticator: authenticator.name } : {}),
    },
  };
}

/** A browser that doesn't say where the authenticator sits may say how it is reached. */
function attachmentOf(transports: readonly string[] | undefined): string | undefined {
  if (!transports || transports.length === 0) return undefined;
  return transports.includes('internal') ? 'platform' : 'cross-platform';
}

const NO_AAGUID = '00000000-0000-0000-0000-000000000000';

/** The model of the authenticator, and whether its attestation leads to the model's maker. */
async function authenticatorOf(
  aaguid: string,
  certificates: readonly X509Certificate[],
  { configuration: { authenticators }, now }: MethodContext,
): Promise<{ authenticator?: Authenticator; isTrusted: boolean }> {
  const [own] = certificates;
  const authenticator =
    aaguid !== NO_AAGUID
      ? authenticators.byAaguid(aaguid)
      : own && authenticators.byCertificateKeyIdentifier(await keyIdentifierOf(own));
  if (!authenticator) return { isTrusted: false };
  return { authenticator, isTrusted: await leadsToMaker(certificates, authenticator, now) };
}
