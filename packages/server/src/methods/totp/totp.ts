/**
 * One-time passcodes of an authenticator app: RFC 6238 with the values that such apps assume
 * (SHA-1, 6 digits, 30 s). Each time step is accepted once (RFC 6238 §5.2): the last used one is
 * part of the credential, and the step's guarded write keeps two equal answers from both winning.
 */
import { Type } from 'typebox';
import { typedCode } from '../../model/typed-code.ts';
import { TOTP_BLOCK, TOTP_GRACE_PERIOD } from '../../policy/blocks.ts';
import { FIRST_FAILURE } from '../../policy/first-blocks.ts';
import type {
  AuthenticationMethod,
  MethodContext,
  MethodDevice,
} from '../authentication-method.ts';
import { fromBase32, toBase32 } from '../oath/base32.ts';
import { findCounter, spentTimeStep, timeStepAt } from '../oath/one-time-password.ts';

const STEP_MS = 30_000;
const FORM = { digits: 6, algorithm: 'sha1' } as const;
// RFC 4226 §4, R6: 160 bits are recommended.
const SECRET_BYTES = 20;

const secretIdentity = (device: MethodDevice | { id: string }) => `devices/${device.id}/secret`;

const credentialOf = (
  key: Uint8Array,
  device: { id: string },
  { environmentId, vault }: MethodContext,
) => ({ sealedSecret: vault.seal(environmentId, secretIdentity(device), key), lastTimeStep: 0 });

// As long as the secrets of an OATH token may be (contract settings §4.2), and as short as
// authenticator apps have them: 80 to 800 bits.
const Secret = Type.String({
  minLength: 16,
  maxLength: 160,
  pattern: '^[A-Za-z2-7]+=*$',
  writeOnly: true,
  description: 'Base32: what the user’s authenticator app has.',
});

/** The address that the app's QR code holds; "Key URI format" of the common authenticator apps. */
function keyUri(
  account: string,
  secret: string,
  issuer: string,
  uriParameters: Record<string, unknown>,
): string {
  const parameters = { secret, issuer, ...uriParameters };
  const query = Object.entries(parameters)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`)
    .join('&');
  // A colon ends the issuer's name in the label: applications would take the rest for the account.
  const label = account.replaceAll(':', '-');
  return `otpauth://totp/${encodeURIComponent(label)}?${query}`;
}

/** Time-based one-time passcode of an authenticator app. */
export const totp: AuthenticationMethod = {
  type: 'TOTP',
  policyKey: 'totp',
  waitingStatus: 'OTP_REQUIRED',
  answerKind: 'otp',
  amr: ['otp'],
  // The secret must have reached the app before it counts; contract §4.4.
  initialStatuses: ['ACTIVATION_REQUIRED'],
  selfContained: true,
  schemas: {
    create: {},
    view: {
      secret: Type.Optional(Type.String({ description: 'Base32; only when the device is made.' })),
      keyUri: Type.Optional(
        Type.String({ description: 'Content of the QR code; only when the device is made.' }),
      ),
    },
    policy: TOTP_BLOCK,
  },
  defaultPolicy: {
    enabled: true,
    pairingDisabled: false,
    promptForNicknameOnPairing: false,
    otp: { failure: FIRST_FAILURE },
    passcodeGracePeriod: TOTP_GRACE_PERIOD,
  },

  create(_request, device, context) {
    const key = context.randomBytes(SECRET_BYTES);
    const secret = toBase32(key);
    const { uriParameters } = context.policy;
    return {
      credential: credentialOf(key, device, context),
      revealed: {
        secret,
        keyUri: keyUri(
          context.user.username,
          secret,
          context.environmentName,
          typeof uriParameters === 'object' && uriParameters !== null ? { ...uriParameters } : {},
        ),
      },
    };
  },

  importable: {
    schema: { secret: Secret },
    create(request, device, context) {
      const key = fromBase32(String(request.secret));
      const { environmentId, user, vault } = context;
      // Nothing tells who has the secret: the same of another user is another value.
      const mac = vault.mac(environmentId, `users/${user.id}/totp`, toBase32(key));
      return { credential: credentialOf(key, device, context), uniqueKey: `TOTP:${mac}` };
    },
  },

  // The code is on the user's phone already: there is nothing to remember and nothing to send.
  challenge: () => ({ challenge: { state: {} } }),

  verify(answer, _challenge, device, { now, environmentId, policy, vault }) {
    const { sealedSecret, lastTimeStep } = device.credential;
    const otp = typedCode(answer.otp);
    if (otp === undefined) return { verdict: 'UNREADABLE' };
    if (typeof sealedSecret !== 'string') return { verdict: 'REJECTED' };
    const key = vault.open(environmentId, secretIdentity(device), sealedSecret);
    const grace = Number(policy.passcodeGracePeriod ?? TOTP_GRACE_PERIOD);
    const step = timeStepAt(now, STEP_MS);
    // From after the last used step: two steps can have the same code, and the older one is used.
    const from = Math.max(step - grace, Number(lastTimeStep) + 1);
    const found = findCounter(key, otp, { from, to: step + grace }, FORM);
    if (found === undefined) return { verdict: 'REJECTED' };
    return { verdict: 'VERIFIED', credential: { ...device.credential, lastTimeStep: found } };
  },

  view: () => ({}),

  spent: (credential, now) => ({
    ...credential,
    lastTimeStep: spentTimeStep(credential.lastTimeStep, now, STEP_MS),
  }),
};
