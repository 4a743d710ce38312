/** Use of a FIDO2 device: WebAuthn Level 3, §7.2; the check itself is the library's. */
import { verifyAuthenticationResponse } from '@simplewebauthn/server';
import type { Challenge } from '../../model/documents.ts';
import type { Fido2PolicySettings } from '../../model/fido2.ts';
import type { MethodContext, MethodDevice, Verdict } from '../authentication-method.ts';
import { assertionComplaint } from './authenticator-rules.ts';
import { FRAMED, isStrangelyFramed, topOriginOf } from './client-data.ts';
import { parseAssertion } from './credential-text.ts';
import { type AttestedCredential, credentialOf, isAttested } from './fido2-credential.ts';
import { isAllowedOrigin } from './relying-party.ts';
import { whyRefused } from './why-refused.ts';

/** Wrong, and why: for the audit only. */
const rejected = (because: string) => ({ verdict: 'REJECTED', because }) as const;

type Assertion = NonNullable<ReturnType<typeof parseAssertion>>;

/** What the library finds right; a text: what it found wrong. */
async function verify(
  response: Assertion,
  origin: string,
  challenge: string,
  { credentialId, publicKey, rp }: AttestedCredential,
) {
  const topOrigin = topOriginOf(response.response.clientDataJSON);
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response,
      expectedChallenge: challenge,
      expectedOrigin: origin,
      expectedRPID: rp.id,
      expectedType: 'webauthn.get',
      // Whether that page may frame this one was judged before.
      ...(topOrigin === undefined ? {} : { expectedTopOrigin: topOrigin }),
      // The policy says what follows from it.
      requireUserVerification: false,
      credential: {
        id: credentialId,
        publicKey: new Uint8Array(Buffer.from(publicKey, 'base64url')),
        // The library merely refuses a counter that goes back; we must know that it did.
        counter: 0,
      },
    });
    return verified ? authenticationInfo : 'The signature is not of this credential.';
  } catch (error) {
    // It tells faults by throwing; which one is nothing for whoever sent it.
    return whyRefused(error);
  }
}

/** Checks an assertion of the device against the question and the policy. */
export async function verifyAssertion(
  answer: Record<string, unknown>,
  challenge: Challenge,
  device: MethodDevice,
  policy: Fido2PolicySettings,
  { configuration }: MethodContext,
): Promise<Verdict> {
  const credential = credentialOf(device);
  const { origin } = answer;
  const response = parseAssertion(answer.assertion);
  if (!isAttested(credential) || !response || typeof origin !== 'string') {
    return rejected('The response is malformed.');
  }
  const { state } = challenge;
  const { rp, userHandle, credentialId, signCount } = credential;
  const isAsked = !Array.isArray(state.allowed) || state.allowed.includes(credentialId);
  if (response.id !== credentialId || state.rpId !== rp.id || !isAsked) {
    return rejected('The credential is not one of those that were asked for.');
  }
  // §7.2 step 6: whom the authenticator names is who owns the credential; where nobody else has said
  // who it is, the authenticator must.
  const named = response.response.userHandle;
  if (named === undefined && state.mustVerifyUser === true) {
    return rejected('The user handle is missing, in a flow without a user.');
  }
  if (named !== undefined && named !== userHandle) {
    return rejected('The user handle is not that of the credential.');
  }
  if (!isAllowedOrigin(origin, rp.id, policy.relatedOrigins)) {
    return { verdict: 'REJECTED', reason: 'The origin does not belong to the relying party.' };
  }
  const { clientDataJSON } = response.response;
  if (isStrangelyFramed(clientDataJSON, origin, rp.id, policy.relatedOrigins)) {
    return { verdict: 'REJECTED', reason: FRAMED };
  }
  const info = await verify(response, origin, String(state.challenge), credential);
  if (typeof info === 'string') return rejected(info);
  // §6.1.1: a counter that does not grow means that there is a copy.
  if ((info.newCounter > 0 || signCount > 0) && info.newCounter <= signCount) {
    return { verdict: 'CLONED', credential: device.credential };
  }
  const isBackupEligible = info.credentialDeviceType === 'multiDevice';
  // §7.2 step 16: eligibility never changes.
  if (isBackupEligible !== credential.backupEligibility) {
    return rejected('The credential has changed whether it can be backed up.');
  }
  const { authenticator } = credential;
  const seen = {
    isUserVerified: info.userVerified,
    isBackupEligible,
    ...(authenticator ? { authenticatorId: authenticator.id } : {}),
  };
  const complaint =
    state.mustVerifyUser === true && !info.userVerified
      ? 'Without a user name the authenticator must verify the user.'
      : assertionComplaint(policy, seen, configuration.authenticators);
  if (complaint !== undefined) return { verdict: 'REJECTED', reason: complaint };
  return {
    verdict: 'VERIFIED',
    credential: { ...credential, signCount: info.newCounter, backupState: info.credentialBackedUp },
    // A key that can be copied to other devices is software's, whatever holds it; contract U10.
    amr: [isBackupEligible ? 'swk' : 'hwk'],
    extraAmr: ['user'],
    evidence: { isUserPresent: true, isUserVerified: info.userVerified },
  };
}
