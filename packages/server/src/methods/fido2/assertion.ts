/** Use of a FIDO2 device: WebAuthn Level 3, §7.2; the check itself is the library's. */
import { verifyAuthenticationResponse } from '@simplewebauthn/server';
import type { Challenge } from '../../model/documents.ts';
import type { Fido2PolicySettings } from '../../model/fido2.ts';
import type { MethodContext, MethodDevice, Verdict } from '../authentication-method.ts';
import { assertionComplaint } from './authenticator-rules.ts';
import { parseAssertion } from './credential-text.ts';
import { type AttestedCredential, credentialOf, isAttested } from './fido2-credential.ts';
import { isAllowedOrigin } from './relying-party.ts';

const REJECTED = { verdict: 'REJECTED' } as const;

type Assertion = NonNullable<ReturnType<typeof parseAssertion>>;

async function verify(
  response: Assertion,
  origin: string,
  challenge: string,
  { credentialId, publicKey, rp }: AttestedCredential,
) {
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response,
      expectedChallenge: challenge,
      expectedOrigin: origin,
      expectedRPID: rp.id,
      // The policy says what follows from it.
      requireUserVerification: false,
      credential: {
        id: credentialId,
        publicKey: new Uint8Array(Buffer.from(publicKey, 'base64url')),
        // The library merely refuses a counter that goes back; we must know that it did.
        counter: 0,
      },
    });
    return verified ? authenticationInfo : undefined;
  } catch {
    // It tells faults by throwing; which one is nothing for whoever sent it.
    return undefined;
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
  if (!isAttested(credential) || !response || typeof origin !== 'string') return REJECTED;
  const { state } = challenge;
  const { rp, userHandle, credentialId, signCount } = credential;
  if (response.id !== credentialId || state.rpId !== rp.id) return REJECTED;
  if (Array.isArray(state.allowed) && !state.allowed.includes(credentialId)) return REJECTED;
  // §7.2 step 6: whom the authenticator names is who owns the credential.
  const named = response.response.userHandle;
  if (named !== undefined && named !== userHandle) return REJECTED;
  if (!isAllowedOrigin(origin, rp.id, policy.relatedOrigins)) {
    return { verdict: 'REJECTED', reason: 'The origin does not belong to the relying party.' };
  }
  const info = await verify(response, origin, String(state.challenge), credential);
  if (!info) return REJECTED;
  // §6.1.1: a counter that does not grow means that there is a copy.
  if ((info.newCounter > 0 || signCount > 0) && info.newCounter <= signCount) {
    return { verdict: 'CLONED', credential: device.credential };
  }
  const isBackupEligible = info.credentialDeviceType === 'multiDevice';
  // §7.2 step 16: eligibility never changes.
  if (isBackupEligible !== credential.backupEligibility) return REJECTED;
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
