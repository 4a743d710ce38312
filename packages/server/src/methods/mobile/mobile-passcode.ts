/** Passcodes that a native device makes, also where it has no network; RFC 6238. */
import { PASSCODE_GRACE_PERIOD, passcodeIdentity } from '../../model/mobile.ts';
import type { MethodContext, MethodDevice, Verdict } from '../authentication-method.ts';
import {
  findCounter,
  type PasscodeForm,
  spentTimeStep,
  timeStepAt,
} from '../oath/one-time-password.ts';
import { nativeCredential } from './native-credential.ts';

export const MOBILE_PASSCODE: PasscodeForm = { digits: 6, algorithm: 'sha256' };

/** A right one is of a step after the last one that was used. */
export function verifyPasscode(
  otp: string,
  device: MethodDevice,
  { now, environmentId, vault, configuration }: MethodContext,
): Verdict {
  const { applicationId, sealedSecret, lastTimeStep, passcodePeriodSeconds } =
    nativeCredential(device);
  const { passcodeGracePeriod = PASSCODE_GRACE_PERIOD } =
    configuration.nativeApplications.get(applicationId)?.mobile ?? {};
  const key = vault.open(environmentId, passcodeIdentity(device.id), sealedSecret);
  const step = timeStepAt(now, passcodePeriodSeconds * 1_000);
  const from = Math.max(step - passcodeGracePeriod, lastTimeStep + 1);
  const found = findCounter(key, otp, { from, to: step + passcodeGracePeriod }, MOBILE_PASSCODE);
  if (found === undefined) return { verdict: 'REJECTED' };
  return {
    verdict: 'VERIFIED',
    credential: { ...device.credential, lastTimeStep: found },
    amr: ['otp'],
  };
}

/** See `AuthenticationMethod.spent`. */
export function spentPasscodes(credential: Record<string, unknown>, now: number) {
  const { lastTimeStep, passcodePeriodSeconds } = nativeCredential({ credential });
  return {
    ...credential,
    lastTimeStep: spentTimeStep(lastTimeStep, now, passcodePeriodSeconds * 1_000),
  };
}
