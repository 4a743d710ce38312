/** A pairing key that a phone may claim: found by its code, under a count of guesses. */
import { BlockList, isIP } from 'node:net';
import { type ApiError, invalidData, requestLimited } from '../../../errors/api-error.ts';
import type { ErrorDetailCode } from '../../../errors/catalogue.ts';
import type { Instant } from '../../../model/instant.ts';
import type { PairingKey } from '../../../model/mobile.ts';
import { networkOf } from '../../../model/network.ts';
import { mobileApplicationPolicy } from '../../../policy/mobile-application.ts';
import type { Stored } from '../../../storage/store.ts';
import { configurationOf } from '../../devices/devices/devices.parts.ts';
import { pairingCodeHash } from '../../devices/pairing-keys/new-pairing-key.ts';
import { blockOf, remainingPolicy } from '../../kit/method-context.ts';
import { nativeMethod } from '../../kit/native-method.ts';
import { environmentOf, type OperationRequest } from '../../kit/operation.ts';
import { findBy } from '../../kit/rows.ts';
import { type GuardedParts, type NativeParts, readNewDevice } from './native-parts.ts';

/** Why a key that exists can't be claimed. */
export class ClaimRefused extends Error {
  readonly error: ApiError;
  readonly code: ErrorDetailCode;

  /** `why`: what it is about, or the whole of what the caller hears. */
  constructor(code: ErrorDetailCode, why: string | ApiError) {
    super(code);
    this.code = code;
    this.error = typeof why === 'string' ? invalidData(code, why) : why;
  }
}

/** Where guesses of this request are counted; `place`: an environment, or where any of them is meant. */
export function guessesOf(
  { pairingGuesses }: Pick<GuardedParts, 'pairingGuesses'>,
  place: string,
  { now, remoteAddress }: OperationRequest,
) {
  const key = `${place}/${networkOf(remoteAddress)}`;
  const tooManyTries = (waitMs: number | undefined) =>
    requestLimited('request', 'Too many pairing keys were tried from this address.', waitMs);
  return {
    /** Throws `429` where it must wait. */
    assertFree(): void {
      const waitMs = pairingGuesses.waitMs(key, now);
      if (waitMs !== undefined) throw tooManyTries(waitMs);
    },
    /** Counts one, until what it returns is called: it was right. Throws `429`. */
    begin(): () => void {
      const forgive = pairingGuesses.begin(key, now);
      if (!forgive) throw tooManyTries(pairingGuesses.waitMs(key, now));
      return forgive;
    },
  };
}

/** What a phone that isn't paired asks by a code, as far as it may guess. Throws `401` and `429`. */
export async function readGuess(parts: GuardedParts, request: OperationRequest, name: string) {
  const guesses = guessesOf(parts, environmentOf(request), request);
  guesses.assertFree();
  return { ...(await readNewDevice(parts, request, name)), begin: guesses.begin };
}

/** The key with this code, as `normalCode` makes it, that nobody has claimed and whose time runs. */
export async function claimableKey(
  parts: Pick<NativeParts, 'store' | 'keyring'>,
  environmentId: string,
  code: string,
  now: Instant,
): Promise<Stored<PairingKey> | undefined> {
  const hash = pairingCodeHash(parts.keyring, environmentId, code);
  const key = await findBy(parts, 'pairing_keys', environmentId, 'code_hash', hash);
  return key?.doc.status === 'UNCLAIMED' && now < key.doc.usableUntil ? key : undefined;
}

/**
 * What holds for whoever pairs by this key, from there and as this application. Throws `ClaimRefused`
 * where the application is another one, may not pair (any more), or the address may not.
 */
export async function claimRules(
  parts: NativeParts,
  { remoteAddress }: OperationRequest,
  { environmentId, doc: key }: Stored<PairingKey>,
  wanted: string | undefined,
) {
  const configuration = await configurationOf(parts, environmentId);
  const policy = remainingPolicy(configuration, key.policyId);
  const block = blockOf(policy, nativeMethod(parts));
  const applicationId = wanted ?? key.applicationIds[0] ?? '';
  const mobile = configuration.nativeApplications.get(applicationId)?.mobile;
  const rules = block.enabled ? mobileApplicationPolicy(block, applicationId, mobile) : undefined;
  if (!key.applicationIds.includes(applicationId)) {
    throw new ClaimRefused('APPLICATION_MISMATCH', 'application');
  }
  const application = await parts.store.get('applications', environmentId, applicationId);
  if (!rules || rules.pairingDisabled || !application?.doc.enabled) {
    throw new ClaimRefused('PAIRING_DISABLED', 'application');
  }
  if (!isAllowedAddress(remoteAddress, rules.pairingAddresses, key.createdFrom)) {
    throw new ClaimRefused('ADDRESS_NOT_ALLOWED', 'request');
  }
  return { configuration, policy, block, rules, application };
}

const familyOf = (address: string) => (isIP(address) === 6 ? 'ipv6' : 'ipv4');

/** Whether a device may be paired from here: a listed network, or where the key was made. Pure. */
export function isAllowedAddress(
  address: string,
  allowed: readonly string[] | undefined,
  createdFrom: string | undefined,
): boolean {
  if (!allowed) return true;
  if (allowed.length === 0) return address === createdFrom;
  const list = new BlockList();
  // The policy's own check has seen that each is an address, or a network with its length.
  for (const entry of allowed) {
    const [network = '', prefix] = entry.split('/');
    if (prefix === undefined) list.addAddress(network, familyOf(network));
    else list.addSubnet(network, Number(prefix), familyOf(network));
  }
  return list.check(address, familyOf(address));
}
