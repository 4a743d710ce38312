/**
 * What a policy says of one native application, with defaults for what it leaves out. Pure.
 * Source: contract sdk-schemas (`mobile.applications[]`), flows-and-devices §2.3, §9.
 */
import { toMs, type WireDuration } from '../model/duration.ts';
import type { MobileSettings } from '../model/mobile.ts';
import type { MethodPolicy } from '../model/policy.ts';

/** `mobile.applications[]` on the wire. */
export interface WireMobileApplication {
  id: string;
  push?: {
    enabled: boolean;
    numberMatching?: { enabled: boolean; type?: 'SELECT_NUMBER' | 'ENTER_MANUALLY' };
  };
  otp?: { enabled: boolean };
  pushTimeout?: WireDuration;
  pairingKeyLifetime?: WireDuration;
  pushLimit?: { count?: number; lockDuration?: WireDuration; timePeriod?: WireDuration };
  deviceAuthorization?: { enabled: boolean; extraVerification?: 'permissive' | 'restrictive' };
  autoEnrollment?: { enabled: boolean };
  biometricsEnabled?: boolean;
  pairingDisabled?: boolean;
  integrityDetection?: 'permissive' | 'restrictive';
  ipPairingConfiguration?: { anyIPAdress?: boolean; onlyTheseIpAddresses?: string[] };
  newRequestDurationConfiguration?: { deviceTimeout: WireDuration; totalTimeout: WireDuration };
}

export interface MobileApplicationPolicy {
  pushEnabled: boolean;
  /** How the user shows that he sees the application that asks; absent: he needn't. */
  numberMatching?: 'SELECT_NUMBER' | 'ENTER_NUMBER';
  otpEnabled: boolean;
  /** How long a push waits for its answer in all. */
  pushTimeoutMs: number;
  /** How long the device has to fetch it; absent: as long as it waits. */
  deviceTimeoutMs?: number;
  pairingKeyLifetimeMs: number;
  pushLimit: { count: number; periodMs: number; lockMs: number };
  deviceAuthorization?: { verification?: 'permissive' | 'restrictive' };
  autoEnrollment: boolean;
  /** The device must verify its user before it approves. */
  biometricsEnabled: boolean;
  pairingDisabled: boolean;
  integrityDetection?: 'permissive' | 'restrictive';
  /** The application wants the system of a device to attest it; absent: the device's own word counts. */
  attestation?: { cacheMs: number; excluded: readonly ('GOOGLE' | 'IOS')[] };
  /** Where a device may pair from; absent: anywhere. An empty list: from where the key was made. */
  pairingAddresses?: readonly string[];
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const msOf = (duration: WireDuration | undefined, fallbackMs: number) =>
  duration ? toMs(duration) : fallbackMs;

/** The applications that a policy's mobile block lists. */
export function mobileApplications(block: MethodPolicy): readonly WireMobileApplication[] {
  const { applications } = block;
  // The schema has checked it when the policy was written.
  return Array.isArray(applications) ? (applications as WireMobileApplication[]) : [];
}

/**
 * What holds for the application; undefined: the policy doesn't list it. `mobile`: what the
 * application says of itself, where the policy leaves it open.
 */
export function mobileApplicationPolicy(
  block: MethodPolicy,
  applicationId: string,
  mobile: Partial<MobileSettings> = {},
): MobileApplicationPolicy | undefined {
  const wire = mobileApplications(block).find(({ id }) => id === applicationId);
  if (!wire) return undefined;
  const { deviceAuthorization, newRequestDurationConfiguration: durations } = wire;
  const numberMatching = wire.push?.numberMatching;
  const numberType = numberMatching?.type ?? mobile.push?.numberMatching?.type;
  const { anyIPAdress = true, onlyTheseIpAddresses = [] } = wire.ipPairingConfiguration ?? {};
  return {
    pushEnabled: wire.push?.enabled ?? true,
    ...(numberMatching?.enabled
      ? {
          numberMatching: numberType === 'ENTER_MANUALLY' ? 'ENTER_NUMBER' : 'SELECT_NUMBER',
        }
      : {}),
    otpEnabled: wire.otp?.enabled ?? true,
    pushTimeoutMs: durations ? toMs(durations.totalTimeout) : msOf(wire.pushTimeout, 40 * SECOND),
    ...(durations ? { deviceTimeoutMs: toMs(durations.deviceTimeout) } : {}),
    pairingKeyLifetimeMs: msOf(wire.pairingKeyLifetime, 10 * MINUTE),
    pushLimit: {
      count: wire.pushLimit?.count ?? 5,
      periodMs: msOf(wire.pushLimit?.timePeriod, 10 * MINUTE),
      lockMs: msOf(wire.pushLimit?.lockDuration, 30 * MINUTE),
    },
    ...(deviceAuthorization?.enabled
      ? {
          deviceAuthorization: deviceAuthorization.extraVerification
            ? { verification: deviceAuthorization.extraVerification }
            : {},
        }
      : {}),
    autoEnrollment: wire.autoEnrollment?.enabled ?? false,
    biometricsEnabled: wire.biometricsEnabled ?? false,
    pairingDisabled: wire.pairingDisabled ?? false,
    ...(wire.integrityDetection ? { integrityDetection: wire.integrityDetection } : {}),
    ...attestationOf(mobile),
    ...(anyIPAdress ? {} : { pairingAddresses: onlyTheseIpAddresses }),
  };
}

/**
 * The length of a time step of the passcodes that a device makes: the policy's where it states one,
 * else the application's; contract §2.11.
 */
export function passcodePeriodSeconds(
  block: MethodPolicy,
  { passcodeRefreshDuration }: Partial<MobileSettings>,
): number {
  const { window } = (block.otp ?? {}) as { window?: { stepSize?: WireDuration } };
  return msOf(window?.stepSize ?? passcodeRefreshDuration, 30 * SECOND) / SECOND;
}

const UNIT_MS = { MINUTES: MINUTE, HOURS: 60 * MINUTE } as const;

function attestationOf({
  integrityDetection,
}: Partial<MobileSettings>): Pick<MobileApplicationPolicy, 'attestation'> {
  const { mode, cacheDuration, excludedPlatforms: excluded = [] } = integrityDetection ?? {};
  if (mode !== 'ENABLED' || !cacheDuration) return {};
  return {
    attestation: { cacheMs: cacheDuration.amount * UNIT_MS[cacheDuration.units], excluded },
  };
}
