/** A phone with a native application: push, number matching, passcodes; contract §2.7.3, §5, §7. */
import { Type } from 'typebox';
import { invalidData } from '../../errors/api-error.ts';
import { typedCode } from '../../model/typed-code.ts';
import { MOBILE_BLOCK } from '../../policy/blocks.ts';
import { isSound } from '../../policy/device-integrity.ts';
import { FIRST_FAILURE } from '../../policy/first-blocks.ts';
import { mobileApplicationPolicy } from '../../policy/mobile-application.ts';
import { pushStateOf } from '../../policy/push-state.ts';
import type {
  AuthenticationMethod,
  MethodContext,
  MethodDevice,
} from '../authentication-method.ts';
import { accessingDevice } from './accessing-device.ts';
import { spentPasscodes, verifyPasscode } from './mobile-passcode.ts';
import { MOBILE_VIEW, mobileView } from './mobile-view.ts';
import { nativeCredential } from './native-credential.ts';
import { type PushAnswer, verifyPushAnswer } from './push-answer.ts';
import { askByPush, numberIdentity } from './push-challenge.ts';

const WIRE_KINDS: Record<string, string> = {
  SELECT_NUMBER: 'SELECT_NUMBER',
  ENTER_NUMBER: 'ENTER_MANUALLY',
};

/** What holds for the device; undefined: its application is gone, disabled, or not of the policy. */
function rulesOf(
  device: MethodDevice,
  { policy, configuration }: Pick<MethodContext, 'policy' | 'configuration'>,
) {
  const { applicationId } = nativeCredential(device);
  const application = configuration.nativeApplications.get(applicationId);
  if (!application?.enabled) return undefined;
  return mobileApplicationPolicy(policy, applicationId, application.mobile);
}

function isWoken(device: MethodDevice, { configuration }: Pick<MethodContext, 'configuration'>) {
  const { status } = pushStateOf(nativeCredential(device), configuration.pushProviders);
  return status === 'ENABLED';
}

export const mobile: AuthenticationMethod = {
  type: 'MOBILE',
  policyKey: 'mobile',
  waitingStatus: 'PUSH_CONFIRMATION_REQUIRED',
  answerKind: 'push',
  amr: ['mca', 'user'],
  initialStatuses: ['ACTIVATION_REQUIRED'],
  spent: spentPasscodes,
  schemas: {
    create: {},
    start: {
      mobilePayload: Type.String({ minLength: 1, maxLength: 8_192 }),
      application: Type.Object(
        { id: Type.String({ format: 'uuid' }) },
        { additionalProperties: false },
      ),
    },
    view: MOBILE_VIEW,
    question: {
      numberMatching: Type.Object({
        type: Type.Enum(['SELECT_NUMBER', 'ENTER_MANUALLY']),
        value: Type.Integer(),
      }),
    },
    policy: MOBILE_BLOCK,
  },
  // It lists no application: none can be paired until it does.
  defaultPolicy: {
    enabled: true,
    otp: { failure: FIRST_FAILURE },
  },
  native: true,
  namesRequester: true,
  selfContained: true,
  transientOptions: ['mobilePayload'],
  shownOptions: ['application'],

  create() {
    throw invalidData('INVALID_VALUE', 'type', {
      message: 'A native device is paired by a pairing key.',
    });
  },

  challenge(device, request, context) {
    const rules = rulesOf(device, context);
    const { allowPushNotification = true } = nativeCredential(device).about;
    // Only its passcode is left to ask for: that needs no question.
    if (!rules?.pushEnabled || !allowPushNotification) return { challenge: { state: {} } };
    if (!isWoken(device, context)) return { challenge: { state: {} } };
    return askByPush(device, request, context, rules);
  },

  verify(answer, challenge, device, context) {
    const rules = rulesOf(device, context);
    const { otp, push } = answer;
    if (otp !== undefined) {
      const code = typedCode(otp);
      return code === undefined ? { verdict: 'UNREADABLE' } : verifyPasscode(code, device, context);
    }
    if (!rules || typeof push !== 'object' || push === null) return { verdict: 'REJECTED' };
    return verifyPushAnswer(push as PushAnswer, challenge, device, context, rules);
  },

  view: mobileView,

  challengeView({ state: { kind, nonce, sealedNumber } }, { vault, environmentId }) {
    if (typeof sealedNumber !== 'string') return {};
    const number = vault.open(environmentId, numberIdentity(String(nonce)), sealedNumber);
    return {
      numberMatching: { type: WIRE_KINDS[String(kind)], value: Number(number.toString('utf8')) },
    };
  },

  /** A phone that was restored counts on from an older number: the next one is the mark. */
  unblocked: (credential) => ({ ...credential, sequence: 0 }),

  pairingDisabled: (policy, device) =>
    mobileApplicationPolicy(policy, nativeCredential(device).applicationId)?.pairingDisabled ??
    true,

  usability(device, _request, context) {
    const rules = rulesOf(device, context);
    if (!rules) return { unusable: 'METHOD_DISABLED' };
    const credential = nativeCredential(device);
    const { about } = credential;
    if (!isSound(credential, rules, context.now)) return { unusable: 'COMPROMISED' };
    const isPushed =
      rules.pushEnabled && about.allowPushNotification !== false && isWoken(device, context);
    const { otpEnabled, pushLimit } = rules;
    const authorizes = rules.deviceAuthorization ? ({ authorizes: true } as const) : {};
    if (isPushed) {
      return { answers: otpEnabled ? ['push', 'otp'] : ['push'], push: pushLimit, ...authorizes };
    }
    if (otpEnabled) return { answers: ['otp'], waitingStatus: 'OTP_REQUIRED', ...authorizes };
    return { unusable: 'NO_AUTHENTICATOR' };
  },

  accessingDevice,
};
