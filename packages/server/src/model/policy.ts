/** The rules of a device authentication policy as the flow and the methods read them. */
import type { WireDuration } from './duration.ts';

export interface FailureRule {
  /** Wrong answers until the device is locked. */
  count: number;
  /** How long it stays locked; 0: it is not locked and the flow fails. */
  coolDown: WireDuration;
}

/** The part of a method's block that every method has. The rest belongs to the method. */
export interface MethodPolicy {
  enabled: boolean;
  pairingDisabled?: boolean;
  promptForNicknameOnPairing?: boolean;
  otp?: { failure: FailureRule; lifeTime?: WireDuration; otpLength?: number };
  failure?: FailureRule;
  [property: string]: unknown;
}

export type DeviceSelection = 'DEFAULT_TO_FIRST' | 'PROMPT_TO_SELECT' | 'ALWAYS_DISPLAY_DEVICES';

/** What is absent is off. */
export interface RecoveryPolicy {
  recoveryCodes?: { enabled: boolean };
  temporaryCodes?: { enabled: boolean };
}

/** The wire form of a policy without `id`, `name`, `default` and dates; contract sdk-schemas. */
export interface DeviceAuthenticationPolicySettings {
  authentication: { deviceSelection: DeviceSelection };
  newDeviceNotification: 'NONE' | 'EMAIL_THEN_SMS' | 'SMS_THEN_EMAIL';
  ignoreUserLock: boolean;
  /** A user's own token can't name it; ours, docs/decisions/0022. */
  applicationsOnly?: true;
  /**
   * A user's own token adds a device only by an invitation, or once for a flow that was completed just
   * now; ours, docs/decisions/0058.
   */
  proofBeforePairing?: true;
  /** Which codes stand in for a device; ours, docs/decisions/0057. */
  recovery?: RecoveryPolicy;
  notificationsPolicy?: { id: string };
  rememberMe?: { web: { enabled: boolean; lifeTime: WireDuration } };
  /** `email`, `sms`, `voice`, …: one block per method, under the method's `policyKey`. */
  methods: Record<string, MethodPolicy>;
}
