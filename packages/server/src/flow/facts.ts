/** What is true at the moment of a transition: read before, passed in. Types only. */
import type { Instant } from '../model/instant.ts';
import type { DeviceSelection } from '../model/policy.ts';
import type { Limit } from '../policy/notification-limits.ts';

export type WaitingStatus = 'OTP_REQUIRED' | 'ASSERTION_REQUIRED' | 'PUSH_CONFIRMATION_REQUIRED';

/** The kinds of answer that a device can give. */
export type AnswerKind = 'otp' | 'assertion' | 'push';

/** Why a device can't be used now; `usableStatus.reason`, contract §12 U23. */
export type UnusableReason =
  | 'BLOCKED'
  | 'LOCKED'
  | 'METHOD_DISABLED'
  | 'NOTIFICATION_LIMIT'
  /** The accessing browser or the wanted relying party can't use it; contract §12 U8. */
  | 'INCOMPATIBLE'
  /** A native device that takes neither a push nor makes passcodes; contract §2.6, 8. */
  | 'NO_AUTHENTICATOR'
  /** A native device whose integrity isn't what the policy wants; contract §2.3. */
  | 'COMPROMISED';

export interface FailureLimit {
  /** Wrong answers in a row until the limit is reached. */
  count: number;
  /** 0: the device isn't locked, the flow fails. */
  coolDownMs: number;
}

/** Pushes that were ignored, rejected or cancelled, and how many are borne; contract §2.7.3. */
export interface PushRecord {
  fails: readonly Instant[];
  limit: { count: number; periodMs: number; lockMs: number };
}

/** An ACTIVE device of the user as a flow sees it. */
export interface FlowDevice {
  id: string;
  waitingStatus: WaitingStatus;
  /** What it can answer with while the flow waits for it. */
  answers: readonly AnswerKind[];
  /** Authentication method references in lower case, without `mfa`; an answer may say others. */
  amr: readonly string[];
  unusable?: UnusableReason;
  /** With NOTIFICATION_LIMIT: what it is. */
  notificationLimit?: Limit;
  /** With LOCKED: when the lock ends. */
  lockExpiresAt?: Instant;
  /** Wrong answers in a row, over all flows. */
  failures: number;
  limit: FailureLimit;
  push?: PushRecord;
  /** It may stand for its user without asking him: the policy's device authorization. */
  authorizes?: true;
}

export interface FlowUser {
  id: string;
  enabled: boolean;
  locked: boolean;
  mfaEnabled: boolean;
  /** Wrong answers in a row over all paired devices. */
  failures: number;
}

/**
 * The accessing device has shown that it is one of the user's own; contract §2.2.7. With
 * `verification` it must also answer a push that its user doesn't see: if it doesn't,
 * `permissive` counts that as a yes and `restrictive` as a no.
 */
export interface TrustedDevice {
  deviceId: string;
  verification?: 'permissive' | 'restrictive';
}

export interface OneTimeFacts {
  methodEnabled: boolean;
  amr: readonly string[];
  limit: FailureLimit;
  /** Wrong answers in a row for this address, over all flows of the user. */
  failures: number;
  /** Present while the address must wait. */
  lockExpiresAt?: Instant;
  /** Why nothing may be sent there now. */
  notificationLimit?: Limit;
}

/** The tries of a user with codes of recovery, over all flows. */
export interface RecoveryFacts {
  limit: FailureLimit;
  failures: number;
  /** Present while none is judged. */
  lockExpiresAt?: Instant;
}

export interface Facts {
  now: Instant;
  /** Absent in a flow whose user is not known yet. */
  user?: FlowUser;
  /** In the user's order, the default first; those without a place after them, oldest first. */
  devices: readonly FlowDevice[];
  /** The user has a default device; contract §2.6. */
  hasOrder: boolean;
  selection: DeviceSelection;
  ignoreUserLock: boolean;
  /** `mfaSettings.lockout`; without `durationMs` an account stays locked. */
  lockout?: { failureCount: number; durationMs?: number };
  /** The one-time target of the request or of the flow, when there is one. */
  oneTime?: OneTimeFacts;
  /** How often nobody's device may answer in a flow that began without a user. */
  anonymousLimit?: FailureLimit;
  /** Absent: the policy lets no code stand in for a device. */
  recovery?: RecoveryFacts;
  trusted?: TrustedDevice;
}
