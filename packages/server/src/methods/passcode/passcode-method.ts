/**
 * What the methods share that send a code: e-mail, text message, phone call. The code lives for
 * minutes and has few tries, so a keyed MAC of it is kept, never the code (design §2, Secrets).
 */
import { invalidData } from '../../errors/api-error.ts';
import { defined } from '../../model/defined.ts';
import { toMs } from '../../model/duration.ts';
import { typedCode } from '../../model/typed-code.ts';
import type { ChannelName, Recipient } from '../../notifications/message.ts';
import { OFFLINE_DEVICE_BLOCK } from '../../policy/blocks.ts';
import { firstPasscodeBlock } from '../../policy/first-blocks.ts';
import type { AuthenticationMethod, MethodDevice } from '../authentication-method.ts';

/** How one method of this family differs from the others. */
export interface PasscodeMethodTraits
  extends Pick<
    AuthenticationMethod,
    | 'type'
    | 'policyKey'
    | 'amr'
    | 'create'
    | 'view'
    | 'oneTime'
    | 'policyOptional'
    | 'namesRequester'
  > {
  channel: ChannelName;
  profile?: 'email' | 'mobilePhone';
  /** A new environment allows it. */
  isOnAtFirst: boolean;
  schemas: Pick<AuthenticationMethod['schemas'], 'create' | 'view'>;
  /** Where the code goes, from the device's credential. */
  recipient(credential: Record<string, unknown>): Recipient;
}

const OTP_LENGTH_DEFAULT = 6;
const OTP_LIFETIME_DEFAULT = { duration: 30, timeUnit: 'MINUTES' } as const;

const TEMPLATES = { AUTHENTICATION: 'strong_authentication', PAIRING: 'device_pairing' } as const;

// The MAC and the sealed copy are bound to the device: neither serves for another one.
const identityOf = (device: MethodDevice) => `passcodes/${device.id}`;

/** Makes a method that sends its code over a channel. */
export function passcodeMethod(traits: PasscodeMethodTraits): AuthenticationMethod {
  return {
    ...traits,
    waitingStatus: 'OTP_REQUIRED',
    answerKind: 'otp',
    initialStatuses: ['ACTIVE', 'ACTIVATION_REQUIRED'],
    schemas: { ...traits.schemas, policy: OFFLINE_DEVICE_BLOCK },
    defaultPolicy: firstPasscodeBlock(traits.isOnAtFirst),
    delivered: {
      channel: traits.channel,
      recipient: traits.recipient,
      ...defined({ profile: traits.profile }),
    },

    async challenge(device, request, context) {
      const { now, environmentId, policy, vault } = context;
      const otp = context.randomDigits(policy.otp?.otpLength ?? OTP_LENGTH_DEFAULT);
      const expiresAt = now + toMs(policy.otp?.lifeTime ?? OTP_LIFETIME_DEFAULT);
      const mac = vault.mac(environmentId, identityOf(device), otp);
      if (device.testMode) {
        const sealedOtp = vault.seal(environmentId, identityOf(device), otp);
        return { challenge: { expiresAt, state: { mac, sealedOtp } } };
      }
      const { channel } = traits;
      const { purpose, notification, requester } = request;
      const template = TEMPLATES[purpose];
      const wording = await context.wording({ template, channel, notification });
      // Ours last: a caller's variable can't stand in for the code.
      const variables = { ...wording.variables, otp };
      const payload = {
        to: traits.recipient(device.credential),
        ...wording,
        variables,
        ...defined({ homePageUrl: requester?.homePageUrl }),
      };
      return {
        challenge: { expiresAt, state: { mac } },
        delivery: { channel, payload, expiresAt },
      };
    },

    verify(answer, challenge, device, { now, environmentId, vault }) {
      if (challenge.expiresAt !== undefined && now >= challenge.expiresAt) {
        return { verdict: 'EXPIRED' };
      }
      const otp = typedCode(answer.otp);
      if (otp === undefined) return { verdict: 'UNREADABLE' };
      const { mac } = challenge.state;
      const matches =
        typeof mac === 'string' && vault.macMatches(environmentId, identityOf(device), otp, mac);
      return matches
        ? { verdict: 'VERIFIED', credential: device.credential }
        : { verdict: 'REJECTED' };
    },

    testOtp(challenge, device, { vault, environmentId }) {
      const { sealedOtp } = challenge.state;
      if (typeof sealedOtp !== 'string') return undefined;
      return vault.open(environmentId, identityOf(device), sealedOtp).toString('utf8');
    },
  };
}

/** A property of a create request that must be there and a text. Throws `REQUIRED_VALUE`. */
export function requiredText(request: Record<string, unknown>, name: string): string {
  const value = request[name];
  if (typeof value !== 'string' || value === '') throw invalidData('REQUIRED_VALUE', name);
  return value;
}
