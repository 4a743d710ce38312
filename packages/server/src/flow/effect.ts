/** What a transition wants done in the transaction that saves the flow: data only. */
import type { Instant } from '../model/instant.ts';
import type { Limit } from '../policy/notification-limits.ts';

export type Effect =
  /** Make a question for the device, keep it in the flow, send what it sends. */
  | { type: 'ask'; deviceId: string }
  | { type: 'askOneTime' }
  /** A question that any user's device may answer. */
  | { type: 'askAnyone' }
  /** The device has proved itself: its failures are forgotten, its credential moves on. */
  | { type: 'deviceProved'; deviceId: string; credential?: Record<string, unknown> }
  | { type: 'deviceFailed'; deviceId: string; failures: number }
  /** It proved nothing, and its credential moves on all the same. */
  | { type: 'deviceMoved'; deviceId: string; credential: Record<string, unknown> }
  | { type: 'deviceLocked'; deviceId: string; reason: 'OTP' | 'PUSH'; expiresAt: Instant }
  /** A copy of the device is about: an administrator must look into it. */
  | { type: 'deviceBlocked'; deviceId: string; credential: Record<string, unknown> }
  /** The pushes that count toward the limit, this one among them. */
  | { type: 'pushFailed'; deviceId: string; fails: readonly Instant[] }
  /** An answer for the one-time target: how many were wrong in a row, and whether it must wait. */
  | { type: 'targetTried'; failures: number; lockExpiresAt?: Instant }
  /** The same for a code of recovery, over all flows of the user. */
  | { type: 'recoveryTried'; failures: number; lockExpiresAt?: Instant }
  /** The device would have been sent a message, and a limit keeps it from that. */
  | { type: 'withheld'; limit: Limit }
  | { type: 'userProved' }
  | { type: 'userFailed'; failures: number }
  /** Without `unlockAt`: until an administrator unlocks the account. */
  | { type: 'userLocked'; unlockAt?: Instant }
  | {
      type: 'record';
      action: FlowAction;
      result: 'SUCCESS' | 'FAILED';
      deviceId?: string;
      data?: Record<string, string | boolean>;
    };

/** Names of audit records; contract §2.12, §8. */
export type FlowAction =
  | 'AUTHENTICATION.CREATED'
  | 'AUTHENTICATION.UPDATED'
  | 'OTP.CHECK_SUCCESS'
  | 'OTP.CHECK_INVALID'
  | 'OTP.CHECK_FAILED'
  | 'ASSERTION.CHECK_SUCCESS'
  | 'ASSERTION.CHECK_FAILED'
  | 'DEVICE.BLOCKED'
  | 'DEVICE.FRAUD_REPORTED'
  | 'DEVICE.LOCKED'
  | 'DEVICE.NUMBER_MISMATCH'
  | 'NOTIFICATION.UPDATED'
  | 'RECOVERY.CHECK_SUCCESS'
  | 'RECOVERY.CHECK_INVALID'
  | 'RECOVERY.CHECK_FAILED'
  | 'USER.LOCKED';
