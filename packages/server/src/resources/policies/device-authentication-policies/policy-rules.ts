/** What a policy must fulfil beyond its schema: lengths of time, networks, and references. */
import { isIP } from 'node:net';
import { invalidData } from '../../../errors/api-error.ts';
import { toMs, type WireDuration } from '../../../model/duration.ts';
import type { MethodPolicy } from '../../../model/policy.ts';
import { ANSWER_TIME_MIN_MS, DURATION_RANGES } from '../../../policy/blocks.ts';
import { mobileApplications } from '../../../policy/mobile-application.ts';
import type { Store, Write } from '../../../storage/store.ts';
import { touchRow } from '../../kit/rows.ts';

export const UNKNOWN = 'The environment has none of this id.';

function isDuration(value: object): value is WireDuration {
  return 'duration' in value && 'timeUnit' in value;
}

/** The range for a path such as `sms.otp.failure.coolDown`: of as many of its last names as have one. */
function rangeOf(path: readonly string[]) {
  return path.map((_, index) => DURATION_RANGES[path.slice(index).join('.')]).find(Boolean);
}

/** Throws `OUT_OF_RANGE`, with the bounds in the duration's own unit. Pure. */
export function assertWithin(
  duration: WireDuration,
  { minMs, maxMs }: { minMs: number; maxMs: number },
  target: string,
): void {
  const lengthMs = toMs(duration);
  if (lengthMs >= minMs && lengthMs <= maxMs) return;
  const unitMs = toMs({ ...duration, duration: 1 });
  throw invalidData('OUT_OF_RANGE', `${target}.duration`, {
    innerError: {
      rangeMinimumValue: Math.ceil(minMs / unitMs),
      rangeMaximumValue: Math.floor(maxMs / unitMs),
    },
  });
}

function assertDuration(duration: WireDuration, path: readonly string[], target: string): void {
  const range = rangeOf(path);
  if (!range) return;
  if (range.orZero && toMs(duration) === 0) return;
  assertWithin(duration, range, target);
}

/** Checks each duration in a policy, however deep. Throws `OUT_OF_RANGE`. Pure. */
export function assertDurations(value: unknown, path: readonly string[] = [], target = ''): void {
  if (typeof value !== 'object' || value === null) return;
  if (isDuration(value)) {
    assertDuration(value, path, target);
    return;
  }
  for (const [name, member] of Object.entries(value)) {
    const step = Array.isArray(value) ? `[${name}]` : `${target === '' ? '' : '.'}${name}`;
    assertDurations(member, Array.isArray(value) ? path : [...path, name], target + step);
  }
}

/** A request reaches the device early enough for its user to answer. Throws `OUT_OF_RANGE`. Pure. */
export function assertAnswerTimes(blocks: Readonly<Record<string, MethodPolicy>>): void {
  for (const [key, block] of Object.entries(blocks)) {
    for (const [index, application] of mobileApplications(block).entries()) {
      const { deviceTimeout, totalTimeout } = application.newRequestDurationConfiguration ?? {};
      if (!deviceTimeout || !totalTimeout) continue;
      const minMs = toMs(deviceTimeout) + ANSWER_TIME_MIN_MS;
      if (toMs(totalTimeout) >= minMs) continue;
      const target = `${key}.applications[${index}].newRequestDurationConfiguration.totalTimeout`;
      throw invalidData('OUT_OF_RANGE', `${target}.duration`, {
        innerError: { rangeMinimumValue: minMs / 1_000 },
      });
    }
  }
}

/**
 * Every application that a block names is one of the environment, and named once. The writes hold
 * them in place: whoever deletes one at the same time reads again, and finds it named.
 */
export async function holdApplications(
  store: Pick<Store, 'get'>,
  environmentId: string,
  blocks: Readonly<Record<string, MethodPolicy>>,
): Promise<Write[]> {
  const holds = new Map<string, Write>();
  for (const [key, block] of Object.entries(blocks)) {
    const named = new Set<string>();
    for (const [index, { id }] of mobileApplications(block).entries()) {
      const target = `${key}.applications[${index}].id`;
      if (named.has(id)) {
        throw invalidData('INVALID_VALUE', target, { message: 'The application is named twice.' });
      }
      const application = await store.get('applications', environmentId, id);
      if (!application) throw invalidData('INVALID_VALUE', target, { message: UNKNOWN });
      named.add(id);
      holds.set(id, touchRow('applications', application));
    }
  }
  return [...holds.values()];
}

/**
 * A FIDO2 policy that is named is one of the environment; `target`: where the request names it. The
 * writes hold it in place: whoever deletes it at the same time reads again, and finds it named.
 */
export async function holdFido2Policy(
  store: Pick<Store, 'get'>,
  environmentId: string,
  id: unknown,
  target: string,
): Promise<Write[]> {
  if (typeof id !== 'string') return [];
  const policy = await store.get('fido2_policies', environmentId, id);
  if (!policy) throw invalidData('INVALID_VALUE', target, { message: UNKNOWN });
  return [touchRow('fido2_policies', policy)];
}

/** The same of a notification policy. */
export async function holdNotificationPolicy(
  store: Pick<Store, 'get'>,
  environmentId: string,
  id: string | undefined,
): Promise<Write[]> {
  if (id === undefined) return [];
  const policy = await store.get('notification_policies', environmentId, id);
  if (!policy) throw invalidData('INVALID_VALUE', 'notificationsPolicy.id', { message: UNKNOWN });
  return [touchRow('notification_policies', policy)];
}

const PREFIX_MAX: Readonly<Record<number, number>> = { 4: 32, 6: 128 };

/** An IP address, or a network in CIDR form. Pure. */
function isNetwork(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  if (prefix === undefined) return true;
  return /^[0-9]{1,3}$/.test(prefix) && Number(prefix) <= (PREFIX_MAX[family] ?? 0);
}

/** Every network that a block names is one. Throws `INVALID_VALUE`. */
export function assertNetworks(blocks: Readonly<Record<string, MethodPolicy>>): void {
  for (const [key, block] of Object.entries(blocks)) {
    for (const [index, { ipPairingConfiguration }] of mobileApplications(block).entries()) {
      for (const [place, text] of (ipPairingConfiguration?.onlyTheseIpAddresses ?? []).entries()) {
        if (isNetwork(text)) continue;
        throw invalidData(
          'INVALID_VALUE',
          `${key}.applications[${index}].ipPairingConfiguration.onlyTheseIpAddresses[${place}]`,
        );
      }
    }
  }
}
