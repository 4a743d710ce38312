/**
 * All that the server knows of one device type. A new type is a folder here and a line in
 * `registry.ts`; nothing else names it.
 *
 * A method makes questions (`challenge`) and checks answers (`verify`). It doesn't store, send or
 * read HTTP: what should be sent or kept is in what it returns.
 */
import type { TSchema } from 'typebox';
import type { Vault } from '../crypto/vault.ts';
import type { Challenge, Device, MfaSettings, NotificationRequest } from '../model/documents.ts';
import type { Instant } from '../model/instant.ts';
import type { MethodPolicy } from '../model/policy.ts';
import type { ChannelName, Delivery, Recipient } from '../notifications/message.ts';

/** The status of a flow while the user must answer. */
export type WaitingStatus = 'OTP_REQUIRED' | 'ASSERTION_REQUIRED' | 'PUSH_CONFIRMATION_REQUIRED';

/** The kind of answer: the flow's action that carries it. */
export type AnswerKind = 'otp' | 'assertion';

/** Everything outside that a method may use. */
export interface MethodContext {
  now: Instant;
  environmentId: string;
  environmentName: string;
  /** The method's block of the policy in force. */
  policy: MethodPolicy;
  settings: MfaSettings;
  vault: Vault;
  randomBytes(size: number): Uint8Array;
  /** A uniformly distributed decimal text of this length. */
  randomDigits(length: number): string;
  user: { id: string; username: string; preferredLanguage?: string };
}

/** A device, or a one-time target (which has no row and whose `id` is the flow's). */
export interface MethodDevice {
  id: string;
  credential: Record<string, unknown>;
  testMode?: true;
}

/** Why a message is sent: its default template. */
export type ChallengePurpose = 'AUTHENTICATION' | 'PAIRING';

export interface ChallengeRequest {
  purpose: ChallengePurpose;
  notification?: NotificationRequest;
}

export interface Asked {
  challenge: Challenge;
  /** What must reach the user; absent in test mode and where the device makes the code. */
  delivery?: Delivery;
}

/**
 * The verdict on an answer:
 * - `VERIFIED`: right. `credential` is the device's with its counter or time step advanced.
 * - `REJECTED`: wrong, and counts as a failure.
 * - `EXPIRED`: too late, whether right or wrong; doesn't count.
 */
export type Verdict =
  | { verdict: 'VERIFIED'; credential: Record<string, unknown> }
  | { verdict: 'REJECTED' }
  | { verdict: 'EXPIRED' };

export interface NewCredential {
  credential: Record<string, unknown>;
  /** `TYPE:value`: the same for the same address, so that it is paired once per user. */
  uniqueKey?: string;
  /** Shown once, in the answer to the create request only (TOTP's `secret` and `keyUri`). */
  revealed?: Record<string, unknown>;
}

export interface AuthenticationMethod {
  /** The wire value of `device.type`: `'TOTP'`. */
  readonly type: string;
  /** The name of the method's block in a policy: `'totp'`. */
  readonly policyKey: string;
  readonly waitingStatus: WaitingStatus;
  readonly answerKind: AnswerKind;
  /** In lower case, without `mfa`: `['sms']`; contract §6. */
  readonly amr: readonly string[];
  /** The statuses that a create request may ask for; the first is an administrator's default. */
  readonly initialStatuses: readonly Device['status'][];
  readonly schemas: {
    /** Properties of a create request beside the common ones: `{ phone: … }`. */
    create: Record<string, TSchema>;
    /** Properties of the device in the API beside the common ones. */
    view: Record<string, TSchema>;
    /** The method's block of a policy. */
    policy: TSchema;
  };
  /** The block of an environment's first default policy. */
  readonly defaultPolicy: MethodPolicy;
  /** Checks and normalises a create request (throws `INVALID_DATA`), and makes the credential. */
  create(
    request: Record<string, unknown>,
    device: { id: string },
    context: MethodContext,
  ): NewCredential | Promise<NewCredential>;
  /** Makes a question for the device. What it returns is remembered; it sends nothing itself. */
  challenge(
    device: MethodDevice,
    request: ChallengeRequest,
    context: MethodContext,
  ): Asked | Promise<Asked>;
  /** Compares an answer with the question, in constant time. Changes nothing. */
  verify(
    answer: Record<string, unknown>,
    challenge: Challenge,
    device: MethodDevice,
    context: MethodContext,
  ): Verdict | Promise<Verdict>;
  /** What the API shows of the device beside the common properties; `masked` inside flows. */
  view(device: MethodDevice, options: { masked: boolean }): Record<string, unknown>;

  // Capabilities: absent where the method has none.

  /** The user reads the code on the device itself, so it can be checked without a question first. */
  readonly selfContained?: true;
  /**
   * A code is sent: the pairing code can be sent again, the method takes `testMode`, and the user
   * can be told of news this way.
   */
  readonly delivered?: {
    channel: ChannelName;
    recipient(credential: Record<string, unknown>): Recipient;
  };
  /** Can serve as a one-time target (`selectedDevice.oneTime`). */
  readonly oneTime?: true;
  /** The block may be left out of a policy; those of the first methods may not (sdk-schemas). */
  readonly policyOptional?: true;
  /** In test mode, the code that would have been sent; contract §3.6. */
  testOtp?(
    challenge: Challenge,
    device: MethodDevice,
    context: Pick<MethodContext, 'vault' | 'environmentId'>,
  ): string | undefined;
  /** What a flow shows with the question: `{ publicKeyCredentialRequestOptions }`. */
  challengeView?(challenge: Challenge): Record<string, unknown>;
}
