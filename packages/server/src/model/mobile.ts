/** What is kept of native devices: credentials, pairing keys, codes, push credentials. */
import type { WireDuration } from './duration.ts';
import type { Instant } from './instant.ts';

/** The services that wake a phone; `WEB_PUSH` is a browser's (RFC 8030). */
export type PushProvider = 'FCM' | 'APNS' | 'HMS' | 'WEB_PUSH';

/** A P-256 public key (RFC 7518 §6.2). */
export interface DevicePublicKey {
  kty: 'EC';
  crv: 'P-256';
  x: string;
  y: string;
}

/** What a device says of itself; all of it optional, none of it trusted; contract §2.1.3. */
export interface NativeDeviceAbout {
  os?: { type: string; version?: string };
  model?: { name: string; marketingName?: string };
  manufacturer?: string;
  sdkVersion?: string;
  locale?: string;
  /** Of the application that runs there. */
  nativeName?: string;
  applicationVersion?: string;
  rooted?: boolean;
  /** The screen is locked by a secret or by biometrics. */
  lockEnabled?: boolean;
  /** The user lets the application show notifications; absent: he does. */
  allowPushNotification?: boolean;
}

/** How a device is woken; without it only while it is connected or asks. */
export interface DevicePush {
  provider: PushProvider;
  /** A registration token, or the JSON of a Web Push subscription; sealed. */
  sealedToken: string;
  /** APNs' development service. */
  sandbox?: boolean;
  status: 'ENABLED' | 'DISABLED';
  /** Why it is disabled: the provider's words, or those of contract §7. */
  error?: string;
}

/** What is kept of a native device beside `Device`; contract §4.15, docs/device-protocol.md. */
export interface NativeCredential {
  /** Of the device protocol. */
  version: 1;
  applicationId: string;
  publicJwk: DevicePublicKey;
  /** The key of its passcodes: 32 bytes, sealed. */
  sealedSecret: string;
  /** The length of a time step of its passcodes, as it was told when it was paired. */
  passcodePeriodSeconds: number;
  /** The last time step whose passcode was used; RFC 6238 §5.2. */
  lastTimeStep: number;
  /** The highest number that it has signed an answer with; one that is not higher is a copy's. */
  sequence: number;
  about: NativeDeviceAbout;
  push?: DevicePush;
  integrity: {
    compromised: boolean | 'UNKNOWN';
    reason?: string;
    /** By its system, and not only said by the device itself. */
    attested?: true;
    timestamp: Instant;
  };
  logs?: {
    status: 'PENDING' | 'RECEIVED';
    expiresAt?: Instant;
    supportId?: string;
    sealed?: string;
  };
}

/** What the key of a device's passcodes is sealed for: it opens with this device only. */
export const passcodeIdentity = (deviceId: string) => `devices/${deviceId}/passcode-secret`;
/** The same of the token that it is woken by. */
export const pushTokenIdentity = (deviceId: string) => `devices/${deviceId}/push-token`;
/** What the account of an application is sealed for. */
export const pushCredentialIdentity = (id: string) => `push-credentials/${id}`;
/** What opens tokens of Play Integrity for an application is sealed for. */
export const playIdentity = (applicationId: string) =>
  `applications/${applicationId}/play-integrity`;
/** The same of what it has handed in of its logs. */
export const logsIdentity = (deviceId: string) => `devices/${deviceId}/logs`;

/** What was asked for of its logs, or handed in; a request past its time is none; contract §4.12. Pure. */
export function presentLogs({ logs }: Pick<NativeCredential, 'logs'>, now: Instant) {
  return logs?.status === 'PENDING' && now >= (logs.expiresAt ?? 0) ? undefined : logs;
}

/** What a phone presents to become a device of the user; contract §5. */
export interface PairingKey {
  createdAt: Instant;
  updatedAt: Instant;
  userId: string;
  policyId: string;
  /** The same where its user has named the policy: goes to the device. */
  ownPolicyId?: string;
  /** The native applications that may use it; never empty. */
  applicationIds: string[];
  /** Sealed, since the API shows it again; found by its mac. */
  sealedCode: string;
  codeHash: string;
  status: 'UNCLAIMED' | 'CLAIMED' | 'FAILED';
  error?: { code: string; message: string };
  /** The device that claimed it. */
  deviceId?: string;
  /** Not usable from here on. */
  usableUntil: Instant;
  /** The address that asked for the key, for the same-address rule; absent: not known. */
  createdFrom?: string;
  /** The row is gone after this moment. */
  expiresAt: Instant;
}

/** A code that a signed-in phone scans to sign its user on elsewhere; contract §3.5. */
export interface AuthenticationCode {
  createdAt: Instant;
  updatedAt: Instant;
  applicationId: string;
  sealedCode: string;
  codeHash: string;
  clientContext?: Record<string, unknown>;
  userApproval: 'REQUIRED' | 'NOT_REQUIRED';
  /** As it was asked for; absent: one minute. */
  lifeTime?: WireDuration;
  /** EXPIRED is not stored: it follows from `usableUntil`. */
  status: 'UNCLAIMED' | 'CLAIMED' | 'COMPLETED' | 'DENIED';
  userId?: string;
  deviceId?: string;
  error?: { code: string; message: string };
  usableUntil: Instant;
  /** The row is gone after this moment. */
  expiresAt: Instant;
}

export type PushCredentialType = 'APNS' | 'FCM' | 'FCM_HTTP_V1' | 'HMS';

/** An application's account with a push provider; contract sdk-schemas, `MFAPushCredential*`. */
export interface PushCredential {
  createdAt: Instant;
  updatedAt: Instant;
  applicationId: string;
  type: PushCredentialType;
  /** Sealed JSON of everything that the request said; never returned. */
  sealed: string;
}

/** A request that a device has signed, by its key and its id: it is accepted once. */
export interface DeviceRequest {
  createdAt: Instant;
  updatedAt: Instant;
  /** By then its signature is too old to be replayed; the row may go. */
  expiresAt: Instant;
}

/** What is known in memory of a native application, for its devices. */
export interface NativeApplication {
  name: string;
  enabled: boolean;
  mobile: Partial<MobileSettings>;
  sealedPlayIntegrity?: string;
}

/** By the way of verification: the keys of the Play Console, or a service account. */
export interface PlayCredentials {
  /** Base64 of 32 bytes. */
  decryptionKey?: string;
  /** Base64 of a P-256 key (SubjectPublicKeyInfo). */
  verificationKey?: string;
  /** JSON with `client_email` and `private_key` (RSA). */
  serviceAccountCredentials?: string;
}

/** `passcodeGracePeriod` where the application states none, as the platform has it. */
export const PASSCODE_GRACE_PERIOD = 5;

/** `mobile` of a native application; SDK, `ApplicationOIDCAllOfMobile`. */
export interface MobileSettings {
  bundleId?: string;
  packageName?: string;
  huaweiAppId?: string;
  huaweiPackageName?: string;
  /** What stands in front of what a QR code says, so that the phone opens the application. */
  uriPrefix?: string;
  /** How long a passcode is shown before the next one. */
  passcodeRefreshDuration: WireDuration;
  /** Time steps that a passcode may be off, in both directions. */
  passcodeGracePeriod?: number;
  push?: { numberMatching?: { type?: 'SELECT_NUMBER' | 'ENTER_MANUALLY' } };
  /** Whether a device must be attested, and for how long that counts. */
  integrityDetection: {
    mode?: 'ENABLED' | 'DISABLED';
    excludedPlatforms?: ('GOOGLE' | 'IOS')[];
    cacheDuration?: { amount: number; units: 'MINUTES' | 'HOURS' };
    googlePlay?: { verificationType: 'GOOGLE' | 'INTERNAL' };
  };
}

/** What is left of a device that somebody else has removed, under its id: to tell it so, once. */
export interface DeviceRemoval {
  createdAt: Instant;
  updatedAt: Instant;
  /** Whoever holds its private part is told. */
  publicJwk: DevicePublicKey;
  /** The row is gone after this moment. */
  expiresAt: Instant;
}
