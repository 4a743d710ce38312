/**
 * A native device as the API shows it; contract §2.1.3, §4.15. Pure. Shown by itself, push and
 * passcodes are as the device has them; in a flow, as its policy lets the device use them.
 */
import { Type } from 'typebox';
import { toTimestamp } from '../../model/instant.ts';
import { type NativeCredential, presentLogs } from '../../model/mobile.ts';
import {
  type MobileApplicationPolicy,
  mobileApplicationPolicy,
} from '../../policy/mobile-application.ts';
import { pushStateOf } from '../../policy/push-state.ts';
import type { MethodDevice, ViewOptions } from '../authentication-method.ts';
import { nativeCredential } from './native-credential.ts';

const Status = Type.Object({
  status: Type.Enum(['ENABLED', 'DISABLED']),
  reason: Type.Optional(Type.String()),
});

/** The properties that `mobileView` makes. */
export const MOBILE_VIEW = {
  application: Type.Object({
    id: Type.String(),
    name: Type.Optional(Type.String()),
    nativeName: Type.Optional(Type.String()),
    version: Type.Optional(Type.String()),
    pushSandbox: Type.Boolean(),
    passcodeRefreshDuration: Type.Object({
      duration: Type.Integer(),
      timeUnit: Type.Enum(['SECONDS']),
    }),
  }),
  os: Type.Object({ type: Type.String(), version: Type.Optional(Type.String()) }),
  model: Type.Object({ name: Type.String(), marketingName: Type.Optional(Type.String()) }),
  manufacturer: Type.String(),
  apiVersion: Type.String(),
  sdkVersion: Type.String(),
  locale: Type.String(),
  rooted: Type.Boolean(),
  lockEnabled: Type.Boolean(),
  allowPushNotification: Type.Boolean(),
  notification: Type.Enum(['enabled', 'disabled']),
  background: Type.Enum(['unknown']),
  pushEnabled: Type.Boolean(),
  otpEnabled: Type.Boolean(),
  notificationProvider: Type.Enum(['FCM', 'APNS', 'HMS', 'WEB_PUSH']),
  pushFails: Type.Array(Type.Integer(), { description: 'Unix milliseconds.' }),
  pushStatus: Status,
  otpStatus: Status,
  push: Type.Object({
    status: Type.String(),
    error: Type.Optional(Type.Object({ code: Type.String() })),
  }),
  otp: Type.Object({
    status: Type.String(),
    error: Type.Optional(Type.Object({ code: Type.String() })),
  }),
  deviceIntegrityState: Type.Object({
    compromised: Type.Union([Type.Boolean(), Type.Literal('UNKNOWN')]),
    reason: Type.Optional(Type.String()),
    timestamp: Type.String(),
  }),
  logs: Type.Object({
    status: Type.Enum(['PENDING', 'RECEIVED']),
    expiresAt: Type.Optional(Type.String()),
    supportId: Type.Optional(Type.String()),
  }),
};

/** Whether something can be used, and what it is called that it can't. */
type State = { status: 'ENABLED' } | { status: 'DISABLED'; reason?: string };

const ENABLED: State = { status: 'ENABLED' };
const disabled = (reason?: string): State =>
  reason === undefined ? { status: 'DISABLED' } : { status: 'DISABLED', reason };

function pushState(
  credential: NativeCredential,
  { configuration }: ViewOptions,
  rules?: MobileApplicationPolicy,
): State {
  const { allowPushNotification } = credential.about;
  const isAllowed = allowPushNotification !== false && rules?.pushEnabled !== false;
  if (!isAllowed) return disabled('PushDisabled');
  const state = pushStateOf(credential, configuration?.pushProviders);
  return state.status === 'DISABLED' ? disabled(state.error) : ENABLED;
}

/** The same with the code as the SDK's pairing object has it; contract resources, devices. */
const withErrorCode = (state: State) =>
  'reason' in state ? { status: state.status, error: { code: state.reason } } : state;

function applicationOf(credential: NativeCredential, { configuration }: ViewOptions) {
  const { applicationId, about, push, passcodePeriodSeconds } = credential;
  const { nativeName, applicationVersion } = about;
  const name = configuration?.nativeApplications.get(applicationId)?.name;
  return {
    id: applicationId,
    ...(name === undefined ? {} : { name }),
    ...(nativeName === undefined ? {} : { nativeName }),
    ...(applicationVersion === undefined ? {} : { version: applicationVersion }),
    pushSandbox: push?.sandbox ?? false,
    passcodeRefreshDuration: { duration: passcodePeriodSeconds, timeUnit: 'SECONDS' },
  };
}

function logsOf({ status, expiresAt, supportId }: NonNullable<NativeCredential['logs']>) {
  return {
    status,
    ...(expiresAt === undefined ? {} : { expiresAt: toTimestamp(expiresAt) }),
    ...(supportId === undefined ? {} : { supportId }),
  };
}

export function mobileView(device: MethodDevice, options: ViewOptions): Record<string, unknown> {
  const credential = nativeCredential(device);
  const { applicationId, about, push, integrity, version } = credential;
  const logs = options.now === undefined ? undefined : presentLogs(credential, options.now);
  const { os, model, manufacturer, sdkVersion, locale } = about;
  const { rooted = false, lockEnabled = false, allowPushNotification = true } = about;
  const rules = options.policy && mobileApplicationPolicy(options.policy, applicationId);
  const pushStatus = pushState(credential, options, rules);
  const otpStatus = rules?.otpEnabled === false ? disabled('OTP_NOT_SUPPORTED') : ENABLED;
  return {
    application: applicationOf(credential, options),
    ...(os ? { os } : {}),
    ...(model ? { model } : {}),
    ...(manufacturer === undefined ? {} : { manufacturer }),
    apiVersion: String(version),
    ...(sdkVersion === undefined ? {} : { sdkVersion }),
    ...(locale === undefined ? {} : { locale }),
    rooted,
    lockEnabled,
    allowPushNotification,
    notification: allowPushNotification ? 'enabled' : 'disabled',
    // Whether the application may work unseen: our devices don't say.
    background: 'unknown',
    pushEnabled: pushStatus.status === 'ENABLED',
    otpEnabled: otpStatus.status === 'ENABLED',
    ...(push ? { notificationProvider: push.provider } : {}),
    pushStatus,
    otpStatus,
    pushFails: device.pushFails ?? [],
    push: withErrorCode(pushStatus),
    otp: withErrorCode(otpStatus),
    deviceIntegrityState: { ...integrity, timestamp: toTimestamp(integrity.timestamp) },
    ...(logs ? { logs: logsOf(logs) } : {}),
  };
}
