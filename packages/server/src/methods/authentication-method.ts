/**
 * All that the server knows of one device type. A new type is a folder here and a line in
 * `registry.ts`; nothing else names it.
 *
 * A method makes questions (`challenge`) and checks answers (`verify`). It doesn't store, send or
 * read HTTP: what should be sent or kept is in what it returns.
 */
import type { TSchema } from 'typebox';
import type { Vault } from '../crypto/vault.ts';
import type { AnswerVerdict } from '../flow/answer.ts';
import type { ActivationVerdict } from '../flow/device-activation.ts';
import type {
  AnswerKind,
  PushRecord,
  TrustedDevice,
  UnusableReason,
  WaitingStatus,
} from '../flow/facts.ts';
import type {
  Challenge,
  Device,
  Flow,
  MfaSettings,
  NotificationRequest,
  User,
} from '../model/documents.ts';
import type { AuthenticatorMetadata, Fido2PolicySettings } from '../model/fido2.ts';
import type { Instant } from '../model/instant.ts';
import type { NativeApplication } from '../model/mobile.ts';
import type { MethodPolicy } from '../model/policy.ts';
import type { PushProviders } from '../model/push-providers.ts';
import type {
  ChannelName,
  Delivery,
  MessagePayload,
  Recipient,
  Wording,
} from '../notifications/message.ts';

export type { AnswerKind, WaitingStatus };

/** What an environment has beside its policies that methods look things up in. */
export interface MethodConfiguration {
  /** The FIDO2 policy of this id; without one the environment's default. */
  fido2Policy(id?: string): Fido2PolicySettings;
  /** Every model of authenticator that the environment knows. */
  authenticators: AuthenticatorMetadata;
  /** By id. */
  nativeApplications: ReadonlyMap<string, NativeApplication>;
  pushProviders: PushProviders;
}

/** What a method may use where the user isn't known yet. */
export interface AnonymousContext {
  now: Instant;
  environmentId: string;
  environmentName: string;
  /** The host name of the server's public address. */
  hostName: string;
  /** The method's block of the policy in force. */
  policy: MethodPolicy;
  settings: MfaSettings;
  configuration: MethodConfiguration;
  vault: Vault;
  randomBytes(size: number): Uint8Array;
  /** A uniformly distributed decimal text of this length. */
  randomDigits(length: number): string;
  /** What a template says on the screen of a phone. */
  words(payload: Omit<MessagePayload, 'to'>): { subject?: string; text: string };
}

/** Everything outside that a method may use. */
export interface MethodContext extends AnonymousContext {
  user: {
    id: string;
    username: string;
    preferredLanguage?: string;
    /** All that is known of the user, for names that a device shows. */
    profile: User;
    /** His other active devices, of every type. */
    devices: readonly (MethodDevice & { type: string })[];
  };
  /**
   * The words of a message to the user and what fills them, but its code. `template`: where the
   * request names none. Throws where a variable that the words need wasn't given.
   */
  wording(message: {
    template: string;
    channel: ChannelName | 'PUSH';
    notification?: NotificationRequest | undefined;
  }): Promise<Wording>;
}

/**
 * A device, or a one-time target (which has no row and whose `id` is the flow's), or where an answer
 * is checked, the token that a device is made of: its `id` and its credential.
 */
export interface MethodDevice {
  id: string;
  credential: Record<string, unknown>;
  /** The token that the device is made of. */
  tokenId?: string;
  testMode?: true;
  /** Pushes that were ignored, rejected or cancelled lately. */
  pushFails?: readonly Instant[];
}

/** What a token's passcodes are checked with. */
export type TokenContext = Pick<MethodContext, 'now' | 'environmentId' | 'vault'>;

/** What is known where a device is shown. */
export interface ViewOptions {
  /** Inside flows: no address is shown whole. */
  masked: boolean;
  configuration?: Pick<MethodConfiguration, 'nativeApplications' | 'pushProviders'>;
  /** The method's block of the flow's policy; absent: the device is shown by itself. */
  policy?: MethodPolicy;
  /** Where what is asked of the device now is shown, too: to administrators. */
  now?: Instant;
}

/** Why a message is sent: its default template. */
export type ChallengePurpose = 'AUTHENTICATION' | 'PAIRING';

export interface ChallengeRequest {
  purpose: ChallengePurpose;
  /** The flow's id; a question is bound to it. Absent while pairing. */
  flowId?: string;
  notification?: NotificationRequest;
  /** What the start request said of the properties in `schemas.start`. */
  options?: Readonly<Record<string, unknown>>;
  /** The device is to answer without its user. */
  silent?: true;
  /** Where the request that started the flow came from. */
  address?: string;
  /** The application that asks for the authentication; only where `namesRequester` says so. */
  requester?: { id: string; name: string; homePageUrl?: string };
}

export interface Asked {
  challenge: Challenge;
  /** What must reach the user; absent in test mode and where the device makes the code. */
  delivery?: Delivery;
  /** The id of a device to be told at once, should it be connected, that there is a question. */
  wakes?: string;
}

/** What the phone that an application runs on has shown of itself; contract §2.2.7. */
export interface AccessingDevice {
  /** Of what it has signed, which is accepted once. */
  requestId: string;
  trusted?: TrustedDevice;
  /** Not paired yet; it may be, after its user has authenticated by another device. */
  enrolment?: { applicationId: string; thumbprint: string };
}

/**
 * The verdict on an answer:
 * - `VERIFIED`: right. `credential` is the device's with its counter or time step advanced,
 *   `environmentKey` what the device is found by from now on (`TYPE:value`), when it is paired.
 * - `REJECTED`: wrong, and counts as a failure. `reason` may be told to the caller.
 * - `UNREADABLE`: can't be an answer at all (a word for a passcode); doesn't count.
 * - `EXPIRED`: too late, whether right or wrong; doesn't count.
 * - `DENIED`: the user said no.
 * - `CLONED`: there is a copy of the device; it is blocked.
 */
export type Verdict = AnswerVerdict & { environmentKey?: string };

/** What decides whether a device can be used in a flow, beside its state and the policy. */
export interface UsabilityRequest {
  compatibility?: Flow['compatibility'];
  options?: Readonly<Record<string, unknown>>;
}

/** How a device takes part in a flow, where it isn't as the method says. */
export interface Usability {
  unusable?: UnusableReason;
  waitingStatus?: WaitingStatus;
  answers?: readonly AnswerKind[];
  push?: PushRecord['limit'];
  authorizes?: true;
}

export interface NewCredential {
  credential: Record<string, unknown>;
  /** `TYPE:value`: the same for the same address, so that it is paired once per user. */
  uniqueKey?: string;
  /** Shown once, in the answer to the create request only (TOTP's `secret` and `keyUri`). */
  revealed?: Record<string, unknown>;
}

/** What is known of every type of device, also of one that nobody authenticates with. */
export interface DeviceKind {
  /** The wire value of `device.type`: `'TOTP'`. */
  readonly type: string;
  readonly schemas: {
    /** Properties of a create request beside the common ones: `{ phone: … }`. */
    create: Record<string, TSchema>;
    /** Properties of the device in the API beside the common ones. */
    view: Record<string, TSchema>;
  };
  /** What the API shows of the device beside the common properties. */
  view(device: MethodDevice, options: ViewOptions): Record<string, unknown>;
}

export interface AuthenticationMethod extends DeviceKind {
  /** The name of the method's block in a policy: `'totp'`. */
  readonly policyKey: string;
  readonly waitingStatus: WaitingStatus;
  readonly answerKind: AnswerKind;
  /** In lower case, without `mfa`: `['sms']`; contract §6. */
  readonly amr: readonly string[];
  /** The statuses that a create request may ask for; the first is an administrator's default. */
  readonly initialStatuses: readonly Device['status'][];
  readonly schemas: DeviceKind['schemas'] & {
    /** Properties of the start of a flow that are this method's: `{ rp: … }`; all optional. */
    start?: Record<string, TSchema>;
    /** What `challengeView` adds to a flow and to a pending device. */
    question?: Record<string, TSchema>;
    /** What `offerView` adds to a flow. */
    offer?: Record<string, TSchema>;
    /** The method's block of a policy. */
    policy: TSchema;
  };
  /** The block of an environment's first default policy. */
  readonly defaultPolicy: MethodPolicy;
  /** Checks and normalises a create request (throws `INVALID_DATA`), and makes the credential. */
  create(
    request: Record<string, unknown>,
    device: { id: string; token?: Pick<MethodDevice, 'id' | 'credential'> },
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
    /** Users without such a device are told of news by this member of their profile. */
    profile?: 'email' | 'mobilePhone';
  };
  /** Can serve as a one-time target (`selectedDevice.oneTime`). */
  readonly oneTime?: true;
  /** Options that say something once: they are not kept with the flow. */
  readonly transientOptions?: readonly string[];
  /** Options that the flow shows again. */
  readonly shownOptions?: readonly string[];
  /** Options of a request that a user may not give for himself, only an application. */
  readonly trustedOptions?: readonly string[];
  /** The block may be left out of a policy; those of the first methods may not (sdk-schemas). */
  readonly policyOptional?: true;
  /** In test mode, the code that would have been sent; contract §3.6. */
  testOtp?(
    challenge: Challenge,
    device: MethodDevice,
    context: Pick<MethodContext, 'vault' | 'environmentId'>,
  ): string | undefined;
  /** What a flow or a pending device shows with the question, by property; in `schemas.question`. */
  challengeView?(
    challenge: Challenge,
    context: Pick<MethodContext, 'vault' | 'environmentId'>,
  ): Record<string, unknown>;
  /** What a flow says that offers such devices, by property; in `schemas.offer`. */
  offerView?(context: Pick<AnonymousContext, 'policy' | 'configuration'>): Record<string, unknown>;
  /** How the device takes part in a flow; absent: always as the method says. */
  usability?(
    device: MethodDevice,
    request: UsabilityRequest,
    context: Pick<AnonymousContext, 'policy' | 'configuration' | 'now'>,
  ): Usability;
  /** Whether the policy's block forbids to pair such a device; absent: as `pairingDisabled` says. */
  pairingDisabled?(policy: MethodPolicy, device: MethodDevice): boolean;
  /** Its devices can tell who their user is: a flow may begin without one; contract §2.2.5. */
  readonly usernameless?: {
    /** Whether a start request without a user is meant for this method. */
    isWanted(options: Readonly<Record<string, unknown>>): boolean;
    challenge(request: ChallengeRequest, context: AnonymousContext): Asked | Promise<Asked>;
  };
  /** What it asks depends on the application that asks for the authentication. */
  readonly namesRequester?: true;
  /** Its devices run an application of ours or others: they pair and answer by the device protocol. */
  readonly native?: true;
  /**
   * The credential as if every one-time value of it that may be valid by `now`, on a clock that is
   * as far off as any policy allows, had been used: after the store went back in time.
   */
  spent?(credential: Record<string, unknown>, now: Instant): Record<string, unknown>;
  /** Which of the user's devices the request to start a flow comes from, where it shows that. */
  accessingDevice?(
    options: Readonly<Record<string, unknown>>,
    devices: readonly MethodDevice[],
    context: MethodContext,
  ): Promise<AccessingDevice | undefined>;
  /**
   * The credential once an administrator has looked into the device and unblocked it; absent: as it
   * was. What had blocked it must not block it again at once.
   */
  unblocked?(credential: Device['credential']): Device['credential'];
  /**
   * A device that its user has already, of another system, can be taken over with its secret: it is
   * active at once, because its user has proved it there. Decision 0043.
   */
  readonly importable?: {
    /** Properties of an import request beside the common ones. */
    schema: Record<string, TSchema>;
    /** As `create` of the method; reveals nothing. */
    create: AuthenticationMethod['create'];
  };
  /**
   * Its devices are made of tokens that the environment has: the token keeps the credential that
   * answers are checked by, and outlives the device. The functions get the token as the device.
   */
  readonly token?: {
    /** The property of a create request that is the token's serial number. */
    property: string;
    /** The proof that a device is its user's; also of a token that has lost its place. */
    activate(
      answer: Record<string, unknown>,
      token: MethodDevice,
      context: TokenContext,
    ): ActivationVerdict;
    /** Finds the place of a token by one or two of its passcodes, of its own length. */
    resync(otps: readonly string[], token: MethodDevice, context: TokenContext): ActivationVerdict;
  };
  /** The `environmentKey` of the device that gave this answer; undefined: it doesn't say. */
  answeringKey?(answer: Record<string, unknown>, challenge: Challenge): string | undefined;
}
