/** What is true at the moment of a transition: read before, passed in. Types only. */
import type { Instant } from '../model/instant.ts';
import type { DeviceSelection } from '../model/policy.ts';

export type WaitingStatus = 'OTP_REQUIRED' | 'ASSERTION_REQUIRED' | 'PUSH_CONFIRMATION_REQUIRED';

/** Why a device can't be used now; `usableStatus.reason`, contract §12 U23. */
export type UnusableReason = 'BLOCKED' | 'LOCKED' | 'METHOD_DISABLED' | 'NOTIFICATION_LIMIT';

export interface FailureLimit {
  /** Wrong answers in a row until the limit is reached. */
  count: number;
  /** 0: the device isn't locked, the flow fails. */
  coolDownMs: number;
}

/** An ACTIVE device of the user as a flow sees it. */
export interface FlowDevice {
  id: string;
  waitingStatus: WaitingStatus;
  /** Authentication method references in lower case, without `mfa`. */
  amr: readonly string[];
  unusable?: UnusableReason;
  /** With LOCKED: when the lock ends. */
  lockExpiresAt?: Instant;
  /** Wrong answers in a row, over all flows. */
  failures: number;
  limit: FailureLimit;
}

export interface FlowUser {
  id: string;
  enabled: boolean;
  locked: boolean;
  mfaEnabled: boolean;
  /** Wrong answers in a row over all paired devices. */
  failures: number;
}

export interface Facts {
  now: Instant;
  user: FlowUser;
  /** In the user's order, the default first; those without a place after them, oldest first. */
  devices: readonly FlowDevice[];
  /** The user has a default device; contract §2.6. */
  hasOrder: boolean;
  selection: DeviceSelection;
  ignoreUserLock: boolean;
  /** `mfaSettings.lockout`; without `durationMs` an account stays locked. */
  lockout?: { failureCount: number; durationMs?: number };
  /** The one-time target of the request or of the flow, when there is one. */
  oneTime?: { methodEnabled: boolean; amr: readonly string[]; limit: FailureLimit };
}
