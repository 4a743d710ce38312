/** Passkeys and security keys: WebAuthn; contract §2.2.5, §2.7.4, §4.6, §4.8, §10. */
import { Type } from 'typebox';
import { invalidData } from '../../errors/api-error.ts';
import type { Challenge } from '../../model/documents.ts';
import { type Fido2PolicySettings, RELYING_PARTY_ID_PATTERN } from '../../model/fido2.ts';
import { FIDO2_BLOCK } from '../../policy/blocks.ts';
import { FIRST_FAILURE } from '../../policy/first-blocks.ts';
import type {
  AnonymousContext,
  Asked,
  AuthenticationMethod,
  ChallengeRequest,
  MethodContext,
} from '../authentication-method.ts';
import { parseAssertion } from './credential-text.ts';
import {
  type AttestedCredential,
  credentialOf,
  environmentKeyOf,
  type Fido2Credential,
  isAttested,
  isPlatform,
} from './fido2-credential.ts';
import { creationOptions, requestOptions, timeoutMs } from './options.ts';
import { isRelyingPartyId } from './relying-party.ts';

const TYPE = 'FIDO2';
const CHALLENGE_BYTES = 32;
const USER_HANDLE_BYTES = 32;
// The answer is on its way when the authenticator's own time ends; contract §2.11.
const LATE_MS = 30_000;

const RP = Type.Object(
  {
    id: Type.Optional(
      Type.String({ pattern: RELYING_PARTY_ID_PATTERN, examples: ['login.shop.example'] }),
    ),
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 256 })),
  },
  { additionalProperties: false },
);
const CUSTOM_CHALLENGE = Type.String({
  pattern: '^[A-Za-z0-9_-]{43,1366}$',
  description: 'Base64url of at least 32 bytes, instead of a random one: what is to be signed.',
});

type PolicySource = Pick<AnonymousContext, 'policy' | 'configuration'>;

/** The FIDO2 policy that the block of the policy in force names. */
function fido2PolicyOf({ policy, configuration }: PolicySource): Fido2PolicySettings {
  const { fido2PolicyId } = policy;
  return configuration.fido2Policy(typeof fido2PolicyId === 'string' ? fido2PolicyId : undefined);
}

/** `rp.id` of the request, or the policy's. Throws `INVALID_DATA`. */
function relyingPartyOf(
  wanted: unknown,
  policy: Fido2PolicySettings,
): { id: string; name: string } {
  const { id = policy.relyingPartyId, name } = (wanted ?? {}) as { id?: string; name?: string };
  if (!isRelyingPartyId(id)) {
    throw invalidData('INVALID_VALUE', 'rp.id', {
      message: 'A relying party is a host name, such as login.shop.example; an IP address is none.',
    });
  }
  return { id, name: name ?? id };
}

function challengeText(wanted: unknown, { randomBytes }: AnonymousContext): string {
  if (typeof wanted === 'string') return wanted;
  return Buffer.from(randomBytes(CHALLENGE_BYTES)).toString('base64url');
}

/** The user's attested credentials of this relying party. */
function ownCredentials({ user }: MethodContext, rpId: string): AttestedCredential[] {
  return user.devices
    .filter(({ type }) => type === TYPE)
    .map(credentialOf)
    .filter(isAttested)
    .filter(({ rp }) => rp.id === rpId);
}

function expiryOf(policy: Fido2PolicySettings, now: number): number {
  return now + timeoutMs(policy) + LATE_MS;
}

function askForAttestation(
  credential: Fido2Credential,
  challenge: string,
  policy: Fido2PolicySettings,
  context: MethodContext,
): Asked {
  const excluded = ownCredentials(context, credential.rp.id);
  const options = creationOptions(credential, challenge, context.user.profile, policy, excluded);
  return {
    challenge: {
      expiresAt: expiryOf(policy, context.now),
      state: { challenge, publicKeyCredentialCreationOptions: options },
    },
  };
}

function askForAssertion(
  rpId: string,
  allowed: readonly AttestedCredential[],
  request: ChallengeRequest,
  policy: Fido2PolicySettings,
  context: AnonymousContext,
): Asked {
  const challenge = challengeText(request.options?.challenge, context);
  const isAnyone = allowed.length === 0;
  const verification = isAnyone ? 'required' : policy.userVerification.option.toLowerCase();
  return {
    challenge: {
      expiresAt: expiryOf(policy, context.now),
      state: {
        challenge,
        rpId,
        ...(isAnyone
          ? { mustVerifyUser: true }
          : { allowed: allowed.map(({ credentialId }) => credentialId) }),
        publicKeyCredentialRequestOptions: requestOptions(
          rpId,
          challenge,
          policy,
          allowed,
          verification,
        ),
      },
    },
  };
}

/** Passkey or security key. */
export const fido2: AuthenticationMethod = {
  type: TYPE,
  policyKey: 'fido2',
  waitingStatus: 'ASSERTION_REQUIRED',
  answerKind: 'assertion',
  amr: ['hwk'],
  initialStatuses: ['ACTIVATION_REQUIRED'],
  policyOptional: true,
  trustedOptions: ['challenge'],
  schemas: {
    create: {
      rp: Type.Optional(RP),
      challenge: Type.Optional(CUSTOM_CHALLENGE),
      userAgent: Type.Optional(Type.String({ maxLength: 1_000 })),
    },
    start: { rp: RP, challenge: CUSTOM_CHALLENGE },
    view: {
      displayName: Type.String(),
      rp: Type.Object({ id: Type.String(), name: Type.String() }),
      credentialId: Type.String(),
      backup: Type.Object({ backupEligibility: Type.Boolean(), backupState: Type.Boolean() }),
      fidoRegistrationArtifacts: Type.Object({ attestationType: Type.String() }),
      fidoDeviceMetadata: Type.Object({
        mdsIdentifier: Type.String(),
        id: Type.Optional(Type.String()),
        name: Type.Optional(Type.String()),
      }),
      attributes: Type.Record(Type.String(), Type.Unknown()),
    },
    question: {
      publicKeyCredentialCreationOptions: Type.String({ description: 'JSON.' }),
      publicKeyCredentialRequestOptions: Type.String({ description: 'JSON.' }),
    },
    offer: {
      aggregateFido2Devices: Type.Boolean({
        description: 'Show one entry for all passkeys; any of them answers.',
      }),
    },
    policy: FIDO2_BLOCK,
  },
  defaultPolicy: {
    enabled: true,
    pairingDisabled: false,
    promptForNicknameOnPairing: false,
    failure: FIRST_FAILURE,
  },

  create(request, _device, context) {
    const policy = fido2PolicyOf(context);
    const rp = relyingPartyOf(request.rp, policy);
    const [known] = ownCredentials(context, rp.id);
    const credential: Fido2Credential = {
      rp,
      userHandle:
        known?.userHandle ??
        Buffer.from(context.randomBytes(USER_HANDLE_BYTES)).toString('base64url'),
      displayName: policy.deviceDisplayName,
    };
    return { credential };
  },

  challenge(device, request, context) {
    const policy = fido2PolicyOf(context);
    const credential = credentialOf(device);
    if (request.purpose === 'PAIRING') {
      const challenge = challengeText(request.options?.challenge, context);
      return askForAttestation(credential, challenge, policy, context);
    }
    if (!isAttested(credential)) throw new Error('The FIDO2 device was never attested.');
    const allowed = policy.aggregateDevices
      ? ownCredentials(context, credential.rp.id)
      : [credential];
    return askForAssertion(credential.rp.id, allowed, request, policy, context);
  },

  async verify(answer, challenge, device, context) {
    if (challenge.expiresAt !== undefined && context.now >= challenge.expiresAt) {
      return { verdict: 'EXPIRED' };
    }
    const policy = fido2PolicyOf(context);
    // The library is loaded with the first answer: a start takes less time and memory without it.
    if (isPairing(challenge)) {
      const { verifyRegistration } = await import('./registration.ts');
      return verifyRegistration(answer, challenge, device, policy, context);
    }
    const { verifyAssertion } = await import('./assertion.ts');
    return verifyAssertion(answer, challenge, device, policy, context);
  },

  offerView: (context) => ({
    aggregateFido2Devices: fido2PolicyOf(context).aggregateDevices ?? false,
  }),

  view(device) {
    const credential = credentialOf(device);
    const { displayName, rp } = credential;
    if (!isAttested(credential)) return { displayName, rp };
    const { aaguid, attestationType, authenticator, transports, isResidentKey } = credential;
    const { backupEligibility = false, backupState = false } = credential;
    return {
      displayName,
      rp,
      credentialId: credential.credentialId,
      backup: { backupEligibility, backupState },
      ...(attestationType ? { fidoRegistrationArtifacts: { attestationType } } : {}),
      ...(aaguid ? { fidoDeviceMetadata: { mdsIdentifier: aaguid, ...authenticator } } : {}),
      attributes: {
        isCrossPlatform: !isPlatform(credential),
        ...(transports ? { transports } : {}),
        ...(isResidentKey === undefined ? {} : { isResidentKey }),
      },
    };
  },

  challengeView({ state }) {
    const { publicKeyCredentialCreationOptions, publicKeyCredentialRequestOptions } = state;
    return publicKeyCredentialCreationOptions === undefined
      ? { publicKeyCredentialRequestOptions }
      : { publicKeyCredentialCreationOptions };
  },

  /** What the accessing browser can use, contract U8; and the relying party that was asked for. */
  usability(device, { compatibility, options }) {
    const credential = credentialOf(device);
    const wanted = (options?.rp as { id?: string } | undefined)?.id;
    const isFit =
      compatibility !== 'NONE' &&
      !(compatibility === 'SECURITY_KEY_ONLY' && isPlatform(credential)) &&
      (wanted === undefined || wanted === credential.rp.id);
    return isFit ? {} : { unusable: 'INCOMPATIBLE' };
  },

  /** The owner's counter may have gone back for good: the next one that is seen is the mark. */
  unblocked: (credential) => ({ ...credential, signCount: 0 }),

  usernameless: {
    isWanted: ({ rp }) => rp !== undefined,
    challenge(request, context) {
      if (!context.policy.enabled) throw invalidData('METHOD_DISABLED', 'rp');
      const policy = fido2PolicyOf(context);
      if (policy.discoverableCredentials !== 'REQUIRED') {
        throw invalidData('CONSTRAINT_VIOLATION', 'user.id', {
          message: 'Without a user the FIDO2 policy must require discoverable credentials.',
        });
      }
      const { id } = relyingPartyOf(request.options?.rp, policy);
      return askForAssertion(id, [], request, policy, context);
    },
  },

  answeringKey({ assertion }) {
    const response = parseAssertion(assertion);
    return response && environmentKeyOf(response.id);
  },
};

const isPairing = ({ state }: Challenge) => state.publicKeyCredentialCreationOptions !== undefined;
