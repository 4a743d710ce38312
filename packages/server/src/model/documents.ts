/**
 * What is kept of each resource: the documents that the store holds. Types only; no behaviour.
 * Optional members are absent, never null. Moments are `Instant`s, secrets are sealed (see
 * `crypto/vault.ts`) or hashed before they come here.
 */
import type { Activity, EventCounter, EventDelivery, Subscription } from './events.ts';
import type { CustomAuthenticator, FidoPolicy, KeptFido2Policy } from './fido2.ts';
import type { Instant } from './instant.ts';
import type {
  CountedMessage,
  EmailDomain,
  MessageCooldown,
  MessageCounter,
  MessageSender,
  NotificationPolicy,
  NotificationSettings,
  TemplateContent,
  TrustedEmail,
} from './messages.ts';
import type {
  AuthenticationCode,
  DeviceRemoval,
  DeviceRequest,
  PairingKey,
  PushCredential,
} from './mobile.ts';
import type { OathJob, OathJobPart, OathToken } from './oath.ts';
import type { DeviceAuthenticationPolicySettings } from './policy.ts';
import type { SignOnArtifact, TrustedIssuer } from './sign-on.ts';
import type { RecoveryMeans, UserCode } from './user-code.ts';

export type * from './events.ts';

export interface Timestamps {
  createdAt: Instant;
  updatedAt: Instant;
}

/** A product of an environment's bill of materials; the API refuses MFA without `PING_ONE_MFA`. */
export interface BillOfMaterialsProduct {
  id: string;
  type: string;
  description?: string;
  console?: { href: string };
  tags?: string[];
  bookmarks?: { name: string; href: string }[];
  deployment?: Record<string, unknown>;
}

/** The one organization, with the name of the one license. */
export interface Organization extends Timestamps {
  name: string;
  licenseName: string;
}

export interface Environment extends Timestamps {
  name: string;
  description?: string;
  type: 'PRODUCTION' | 'SANDBOX';
  region: string;
  icon?: string;
  /** Absent: the built-in one. */
  license?: { id: string };
  solutionType?: string;
  products: BillOfMaterialsProduct[];
  billOfMaterialsUpdatedAt: Instant;
}

/** A key of an environment: the private part is sealed. Kept by the store, used by `crypto/`. */
export interface EnvironmentKey extends Timestamps {
  /**
   * `DATA`: AES-256 key, wrapped by the master key. `SIGNING`: JWK of the token signing key.
   * `DEVICE`: P-256, signs what is said to devices. `WEB_PUSH`: P-256, VAPID (RFC 8292).
   */
  purpose: 'DATA' | 'SIGNING' | 'DEVICE' | 'WEB_PUSH';
  /** DATA: the wrapped 32 bytes. Others: the private JWK, sealed. Base64url. */
  sealed: string;
  /** SIGNING: the public JWK as published. */
  publicJwk?: Record<string, unknown>;
  /** A retired key still verifies and decrypts, and no longer signs or encrypts. */
  status: 'ACTIVE' | 'RETIRED';
}

export interface Population extends Timestamps {
  name: string;
  description?: string;
  isDefault: boolean;
  alternativeIdentifiers?: string[];
  passwordPolicy?: { id: string };
  /** Absent: the environment's default language. */
  preferredLanguage?: string;
  /** Absent: the environment's default theme. */
  theme?: { id: string };
}

export interface User extends Timestamps {
  populationId: string;
  username: string;
  email?: string;
  /** E.164. */
  mobilePhone?: string;
  primaryPhone?: string;
  name?: {
    given?: string;
    family?: string;
    middle?: string;
    formatted?: string;
    honorificPrefix?: string;
    honorificSuffix?: string;
  };
  address?: {
    streetAddress?: string;
    locality?: string;
    region?: string;
    postalCode?: string;
    countryCode?: string;
  };
  photo?: { href?: string };
  type?: string;
  nickname?: string;
  preferredLanguage?: string;
  locale?: string;
  timezone?: string;
  externalId?: string;
  title?: string;
  /** Kept and returned; they decide nothing here. Absent: `ACCOUNT_OK`, the platform, `NOT_INITIATED`. */
  lifecycle?: { status?: string; suppressVerificationCode?: boolean };
  identityProvider?: { id?: string; type?: string };
  verifyStatus?: string;
  enabled: boolean;
  /** Present while the account is locked; past `unlockAt` it counts as unlocked. */
  lock?: { lockedAt: Instant; unlockAt?: Instant };
  mfaEnabled: boolean;
  bypassMFAEnabledUntil?: Instant;
  /** Device ids, the first is the default; absent: the user has no order. Contract §3.4. */
  deviceOrder?: string[];
  /** Wrong answers in a row over all paired devices, for `mfaSettings.lockout`. */
  mfaFailures: number;
  /** Wrong answers in a row for one-time targets, by `OneTimeTarget.key`; the latest few. */
  oneTimeTries?: Record<string, OneTimeTries>;
  /** The same for codes of recovery, whichever was meant. */
  recoveryTries?: OneTimeTries;
}

/** Users who belong together for applications; it decides nothing here. */
export interface Group extends Timestamps {
  name: string;
  description?: string;
  /** Of whose users; absent: of all. */
  populationId?: string;
  externalId?: string;
  customData?: Record<string, unknown>;
  /** Kept and returned: it makes nobody a member. */
  userFilter?: string;
}

/** That a user is in a group. */
export interface GroupMember extends Timestamps {
  userId: string;
  groupId: string;
}

export interface OneTimeTries {
  failures: number;
  at: Instant;
  /** No code goes to the address, and none is judged, before this moment. */
  lockExpiresAt?: Instant;
}

export interface Application extends Timestamps {
  name: string;
  description?: string;
  type:
    | 'WORKER'
    | 'NATIVE_APP'
    | 'WEB_APP'
    | 'SINGLE_PAGE_APP'
    | 'SERVICE'
    | 'CUSTOM_APP'
    | 'PORTAL_LINK_APP';
  /** Sign-on is served by none; others than `OPENID_CONNECT` are kept only, and have no credentials. */
  protocol: 'OPENID_CONNECT' | 'SAML' | 'WS_FED' | 'EXTERNAL_LINK';
  enabled: boolean;
  /** Both are absent of other protocols. */
  grantTypes?: string[];
  tokenEndpointAuthMethod?:
    | 'CLIENT_SECRET_BASIC'
    | 'CLIENT_SECRET_POST'
    | 'CLIENT_SECRET_JWT'
    | 'PRIVATE_KEY_JWT'
    | 'NONE';
  /** scrypt: `N$r$p$salt$hash`, base64url. */
  secretHash?: string;
  /** The secret, sealed; absent: it can't be read. */
  sealedSecret?: string;
  /** The secret before this one, where it stays good for a while. */
  previousSecret?: PreviousSecret;
  /** What opens tokens of Play Integrity, as sealed JSON (`PlayCredentials`); never returned. */
  sealedPlayIntegrity?: string;
  jwks?: { keys: Record<string, unknown>[] };
  /** The same as it was written: it is shown so; of an older row absent. */
  jwksText?: string;
  /** Everything else that the API stores and returns as it came (mobile settings, redirect URIs). */
  settings: Record<string, unknown>;
  /** The name that the client brought along; absent: the application's id. */
  clientId?: string;
  /** Tokens issued before this moment are refused: set when the secret changes. */
  tokensValidFrom?: Instant;
}

/** A secret that another one has replaced, and that is good until a moment. */
export interface PreviousSecret {
  secretHash: string;
  sealedSecret?: string;
  expiresAt: Instant;
  /** A token was got by it, about then. */
  lastUsedAt?: Instant;
  /** The application's `tokensValidFrom` while this was its secret: tokens got by it name that. */
  tokensValidFrom?: Instant;
}

/** A client has proved itself by this assertion: it is taken once. Its id is a hash. */
export interface UsedAssertion extends Timestamps {
  /** By then it has expired; the row may go. */
  expiresAt: Instant;
}

export interface RoleAssignment extends Timestamps {
  applicationId: string;
  roleId: string;
  scope: { type: 'ORGANIZATION' | 'ENVIRONMENT' | 'POPULATION' | 'APPLICATION'; id: string };
  readOnly: boolean;
}

export interface MfaSettings {
  lockout?: { failureCount: number; durationSeconds?: number };
  pairing: { maxAllowedDevices: number; pairingKeyFormat: 'NUMERIC' | 'ALPHANUMERIC' };
  phoneExtensions: { enabled: boolean };
  users: { mfaEnabled: boolean };
  authentication?: { deviceSelection: 'DEFAULT_TO_FIRST' | 'PROMPT_TO_SELECT' };
  updatedAt: Instant;
}

export interface DeviceAuthenticationPolicy extends Timestamps {
  name: string;
  isDefault: boolean;
  settings: DeviceAuthenticationPolicySettings;
}

/** A registered authenticator of a user. What depends on the type is in `credential`. */
export interface Device extends Timestamps {
  userId: string;
  type: string;
  /** It remembers where its user has authenticated, and nobody authenticates with it. */
  remembers?: true;
  status: 'ACTIVE' | 'ACTIVATION_REQUIRED';
  nickname?: string;
  /** The method's own: address, sealed secret, public key, counters. */
  credential: Record<string, unknown>;
  /** The token that it is made of: what proves the device, and moves on, is there. */
  tokenId?: string;
  /** `TYPE:value`, unique per user: no address is paired twice; contract §4.5. */
  uniqueKey?: string;
  /** `TYPE:value`, unique in the environment, and what the device is found by: a credential id. */
  environmentKey?: string;
  testMode?: true;
  /** Its user has paired it by a policy that they named themself: others judge it as a new one. */
  ownPolicyId?: string;
  block?: { blockedAt: Instant };
  lock?: { reason: 'OTP' | 'PUSH'; expiresAt: Instant };
  /** Wrong answers in a row, over all flows; contract §2.9. */
  failures: number;
  /** Pushes that were ignored, rejected or cancelled lately; contract §2.7.3. */
  pushFails?: Instant[];
  /** While ACTIVATION_REQUIRED: what the user must answer. */
  pairing?: Pairing;
  activatedAt?: Instant;
  /** A pending device is deleted at this moment (24 h); contract §4.14. */
  expiresAt?: Instant;
}

export interface Pairing {
  policyId: string;
  /** Absent after too many wrong answers: a new code must be sent. */
  challenge?: Challenge;
  failures: number;
  /** Codes that were sent again. */
  resent?: number;
  /** Where no code is sent: no answer is judged before this moment. */
  coolDownUntil?: Instant;
  /** Where the last code was counted. */
  counted?: CountedMessage;
  /** Becomes the device's once it is active: a pending device reserves no address. */
  uniqueKey?: string;
  notification?: NotificationRequest;
}

/** What a method remembers of the question it asked; only that method reads `state`. */
export interface Challenge {
  /** After this moment an answer is refused as expired; absent: never. */
  expiresAt?: Instant;
  state: Record<string, unknown>;
}

/** `notification` of a request: which words a message uses; contract §2.2.3. */
export interface NotificationRequest {
  template?: {
    name?: string;
    variant?: string;
    locale?: string;
    variables?: Record<string, string>;
  };
  clientContext?: Record<string, unknown>;
  policy?: { id: string };
}

export type FlowStatus =
  | 'DEVICE_SELECTION_REQUIRED'
  | 'OTP_REQUIRED'
  | 'ASSERTION_REQUIRED'
  | 'PUSH_CONFIRMATION_REQUIRED'
  | 'PUSH_CONFIRMATION_TIMED_OUT'
  | 'COMPLETED'
  | 'FAILED';

export interface OneTimeTarget {
  type: string;
  /** A keyed hash of the address: its wrong answers are counted over all flows of the user. */
  key?: string;
  credential: Record<string, unknown>;
  testMode?: true;
}

/** One attempt of a user to authenticate: a device authentication, "the flow"; contract §2. */
export interface Flow extends Timestamps {
  status: FlowStatus;
  userId?: string;
  policyId: string;
  selectedDeviceId?: string;
  oneTime?: OneTimeTarget;
  /** Begun without a user: the type of device that can tell who it is; contract §2.2.5. */
  usernameless?: { type: string };
  /** Wrong answers for the one-time target; a paired device counts its own. */
  oneTimeFailures?: number;
  /** Wrong answers of nobody's device, in a flow that began without a user. */
  anonymousFailures?: number;
  challenge?: Challenge;
  /** Where its message was counted. */
  counted?: CountedMessage;
  /** The push is not shown to the user; what its silence means. */
  silent?: 'permissive' | 'restrictive';
  /** The phone that the request came from: it may be paired when the flow is completed. */
  enrolment?: { applicationId: string; thumbprint: string };
  /** The application whose token has started it. */
  startedBy?: string;
  /** What the start said to the methods beside the common properties. */
  options?: Record<string, unknown>;
  /** How many were asked so far. */
  questions?: number;
  notification?: NotificationRequest;
  compatibility?: 'FULL' | 'SECURITY_KEY_ONLY' | 'NONE';
  /** The answer of a native device that has ended it, as a hash: the same one is told the same again. */
  answered?: string;
  /** It was completed by a code instead of a device. */
  recoveredBy?: RecoveryMeans;
  /** Its user has added a device on the strength of it, which it does once. */
  spent?: true;
  authenticators?: string[];
  error?: {
    code: string;
    message: string;
    /** Why, where the code has more than one cause. */
    reason?: 'NUMBER_MISMATCH';
    unavailableDevices?: { id: string }[];
  };
  /** After a wrong number: the user has said that they had started nothing. */
  reported?: true;
  /** The row is gone after this moment: 15 min after the last change, 60 min after the end. */
  expiresAt: Instant;
}

/** A message that waits for a channel. The sealed payload is erased once it was sent. */
export interface Message extends Timestamps {
  /** What it is about: `DEVICE_AUTHENTICATION`, `DEVICE_PAIRING`, … */
  kind: string;
  channel: string;
  status: 'PENDING' | 'SENT' | 'KEPT' | 'DEAD';
  /** Sealed JSON of `MessagePayload` (notifications/message.ts); absent once sent. */
  sealedPayload?: string;
  /** HMAC of the address, so that the development outbox finds it; set when KEPT. */
  recipientHash?: string;
  attempts: number;
  /** Not before this moment: the next try, or the end of a worker's lease. */
  availableAt: Instant;
  /** A code is worthless after its life; an expired message is not sent. */
  expiresAt: Instant;
  lastError?: string;
  /** Whom it is for and by which words: for its records and for administrators. */
  userId?: string;
  populationId?: string;
  template?: string;
  variant?: string;
  locale?: string;
  /** `ka****@shop.example`; of a push none. */
  maskedAddress?: string;
  /** What decides who sends it; notifications/senders.ts. */
  country?: string;
  policyId?: string;
  /** Who has taken it, and what that provider calls it. */
  sender?: { id: string; name: string };
  providerMessageId?: string;
  /** What the provider said of it later. */
  delivery?: { status: 'DELIVERED' | 'FAILED'; at: Instant; reason?: string };
  /** Senders that aren't asked again: they refused it, or may have sent it. */
  spentSenders?: string[];
  /** Given up, and still worth sending until then: what it says is kept so long. */
  usableUntil?: Instant;
}

/** What clients keep here although it decides nothing: a language, a theme, a sign-on policy. */
export interface KeptResource extends Timestamps {
  /** Which of them, by the last part of its path: `languages`. */
  kind: string;
  /** The resource that it is a part of. */
  parentId?: string;
  /** `KIND:value`, where a member of it is unique. */
  uniqueKey?: string;
  isDefault: boolean;
  /** As it was sent, with what the platform adds. */
  body: Record<string, unknown>;
}

/** A report that was asked for. Its rows are read when they are asked for. */
export interface DataExploration extends Timestamps {
  fields: string[];
  filter?: string;
  deliverAs: 'ENTRIES' | 'ASYNC_FILE';
  /** The row is gone after this moment. */
  expiresAt: Instant;
}

/** Every table and the document it holds. */
export interface Documents {
  organizations: Organization;
  environments: Environment;
  environment_keys: EnvironmentKey;
  populations: Population;
  users: User;
  user_groups: Group;
  group_members: GroupMember;
  applications: Application;
  role_assignments: RoleAssignment;
  mfa_settings: MfaSettings;
  policies: DeviceAuthenticationPolicy;
  devices: Device;
  flows: Flow;
  messages: Message;
  activities: Activity;
  fido2_policies: KeptFido2Policy;
  fido_policies: FidoPolicy;
  custom_authenticators: CustomAuthenticator;
  pairing_keys: PairingKey;
  authentication_codes: AuthenticationCode;
  push_credentials: PushCredential;
  device_requests: DeviceRequest;
  device_removals: DeviceRemoval;
  oath_tokens: OathToken;
  oath_jobs: OathJob;
  oath_job_parts: OathJobPart;
  used_assertions: UsedAssertion;
  sign_on_artifacts: SignOnArtifact;
  trusted_issuers: TrustedIssuer;
  kept_resources: KeptResource;
  subscriptions: Subscription;
  event_deliveries: EventDelivery;
  event_counters: EventCounter;
  data_explorations: DataExploration;
  template_contents: TemplateContent;
  notification_policies: NotificationPolicy;
  notification_settings: NotificationSettings;
  message_senders: MessageSender;
  email_domains: EmailDomain;
  trusted_emails: TrustedEmail;
  message_counters: MessageCounter;
  message_cooldowns: MessageCooldown;
  user_codes: UserCode;
}

export type Table = keyof Documents;
