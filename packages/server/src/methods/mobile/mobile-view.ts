/** A native device as the API shows it; contract §2.1.3, §4.15. Pure. */
import { Type } from 'typebox';
import { toTimestamp } from '../../model/instant.ts';
import type { MethodDevice } from '../authentication-method.ts';
import { nativeCredential } from './native-credential.ts';

const Status = Type.Object({
  status: Type.Enum(['ENABLED', 'DISABLED']),
  reason: Type.Optional(Type.String()),
});

/** The properties that `mobileView` makes. */
export const MOBILE_VIEW = {
  application: Type.Object({
    id: Type.String(),
    nativeName: Type.Optional(Type.String()),
    version: Type.Optional(Type.String()),
    pushSandbox: Type.Boolean(),
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
  pushEnabled: Type.Boolean(),
  otpEnabled: Type.Boolean(),
  notificationProvider: Type.Enum(['FCM', 'APNS', 'HMS', 'WEB_PUSH']),
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

export function mobileView(device: MethodDevice): Record<string, unknown> {
  const { applicationId, about, push, integrity, logs, version } = nativeCredential(device);
  const { os, model, manufacturer, sdkVersion, locale, nativeName, applicationVersion } = about;
  const { rooted = false, lockEnabled = false, allowPushNotification = true } = about;
  const isWoken = push ? push.status === 'ENABLED' : true;
  const pushEnabled = allowPushNotification && isWoken;
  const reason = allowPushNotification ? push?.error : 'PushDisabled';
  const status = pushEnabled ? 'ENABLED' : 'DISABLED';
  const isFailing = !pushEnabled && reason !== undefined;
  return {
    application: {
      id: applicationId,
      ...(nativeName === undefined ? {} : { nativeName }),
      ...(applicationVersion === undefined ? {} : { version: applicationVersion }),
      pushSandbox: push?.sandbox ?? false,
    },
    ...(os ? { os } : {}),
    ...(model ? { model } : {}),
    ...(manufacturer === undefined ? {} : { manufacturer }),
    apiVersion: String(version),
    ...(sdkVersion === undefined ? {} : { sdkVersion }),
    ...(locale === undefined ? {} : { locale }),
    rooted,
    lockEnabled,
    allowPushNotification,
    pushEnabled,
    otpEnabled: true,
    ...(push ? { notificationProvider: push.provider } : {}),
    pushStatus: { status, ...(isFailing ? { reason } : {}) },
    otpStatus: { status: 'ENABLED' },
    push: { status, ...(isFailing ? { error: { code: reason } } : {}) },
    otp: { status: 'ENABLED' },
    deviceIntegrityState: { ...integrity, timestamp: toTimestamp(integrity.timestamp) },
    ...(logs
      ? {
          logs: {
            status: logs.status,
            ...(logs.expiresAt === undefined ? {} : { expiresAt: toTimestamp(logs.expiresAt) }),
            ...(logs.supportId === undefined ? {} : { supportId: logs.supportId }),
          },
        }
      : {}),
  };
}
