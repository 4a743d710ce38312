/** What a notification policy must fulfil beyond its schema; contract messages §4.1, §17 C4, C5. */
import { USER_QUOTA_MAX } from '../../../config/limits.ts';
import { invalidData } from '../../../errors/api-error.ts';
import type { NotificationPolicySettings } from '../../../model/messages.ts';
import { SERVER_PHONE } from '../../../notifications/server-senders.ts';
import { COOL_DOWN_MAX_MS, COOL_DOWN_MIN_MS } from '../../../policy/notification-limits.ts';
import type { Store, Write } from '../../../storage/store.ts';
import { touchRow } from '../../kit/rows.ts';
import {
  assertWithin,
  UNKNOWN,
} from '../../policies/device-authentication-policies/policy-rules.ts';
import { spelledOnce } from '../spelling.ts';
import type { WriteNotificationPolicyBody } from './notification-policies.schema.ts';

type Body = WriteNotificationPolicyBody;
type Quota = Body['quotas'][number];
type CoolDown = NonNullable<Body['cooldownConfiguration']>['sms'];

const PHONE = ['SMS', 'Voice'] as const;
const COUNTED = [...PHONE, 'Email'] as const;
const SENT_BY_PHONE = ['SMS', 'VOICE'] as const;
const GROUPS = ['USER_ID', 'USER', 'PHONE', 'EMAIL'];

const violated = (target: string, message: string) =>
  invalidData('CONSTRAINT_VIOLATION', target, { message });

/** One number of all, or one of the used and one of the unused. */
function assertNumbers({ type, total, claimed, unclaimed }: Quota, at: string): void {
  const hasPair = claimed !== undefined || unclaimed !== undefined;
  if (total !== undefined && hasPair) {
    throw violated(`${at}.total`, 'A quota has a total, or claimed and unclaimed, not both.');
  }
  if (!hasPair && total === undefined) throw invalidData('REQUIRED_VALUE', `${at}.total`);
  if (hasPair && claimed === undefined) throw invalidData('REQUIRED_VALUE', `${at}.claimed`);
  if (hasPair && unclaimed === undefined) throw invalidData('REQUIRED_VALUE', `${at}.unclaimed`);
  if (type === 'ENVIRONMENT') return;
  for (const [name, value = 0] of Object.entries({ total, claimed, unclaimed })) {
    if (value <= USER_QUOTA_MAX) continue;
    throw invalidData('OUT_OF_RANGE', `${at}.${name}`, {
      innerError: { rangeMinimumValue: 1, rangeMaximumValue: USER_QUOTA_MAX },
    });
  }
}

function quotasOf({ quotas }: Body) {
  const taken = new Set<boolean>();
  return quotas.map((quota, index) => {
    const at = `quotas[${index}]`;
    const deliveryMethods = spelledOnce(quota.deliveryMethods, COUNTED, `${at}.deliveryMethods`);
    const isOfEmail = deliveryMethods.includes('Email');
    if (isOfEmail && deliveryMethods.length > 1) {
      throw violated(`${at}.deliveryMethods`, 'Email has a quota of its own.');
    }
    if (taken.has(isOfEmail)) {
      throw violated(`${at}.deliveryMethods`, 'Email has one quota, SMS and Voice have one.');
    }
    taken.add(isOfEmail);
    assertNumbers(quota, at);
    return { ...quota, deliveryMethods };
  });
}

function countryLimitOf({ countryLimit }: Body) {
  if (!countryLimit) return {};
  const { deliveryMethods, ...rest } = countryLimit;
  const { type, countries = [] } = rest;
  if (type !== 'NONE' && countries.length === 0) {
    throw invalidData('REQUIRED_VALUE', 'countryLimit.countries');
  }
  if (!deliveryMethods) return { countryLimit: rest };
  const target = 'countryLimit.deliveryMethods';
  return {
    countryLimit: { ...rest, deliveryMethods: spelledOnce(deliveryMethods, PHONE, target) },
  };
}

function assertCoolDown({ enabled, periods, resendLimit, groupBy }: CoolDown, at: string): void {
  if (enabled && !periods) throw invalidData('REQUIRED_VALUE', `${at}.periods`);
  if (enabled && resendLimit === undefined) {
    throw invalidData('REQUIRED_VALUE', `${at}.resendLimit`);
  }
  for (const [index, period] of (periods ?? []).entries()) {
    const range = { minMs: COOL_DOWN_MIN_MS, maxMs: COOL_DOWN_MAX_MS };
    assertWithin(period, range, `${at}.periods[${index}]`);
  }
  if (groupBy !== undefined && !GROUPS.includes(groupBy)) {
    throw invalidData('INVALID_VALUE', `${at}.groupBy`, { innerError: { allowedValues: GROUPS } });
  }
}

function providersOf({ providerConfiguration }: Body) {
  if (!providerConfiguration) return {};
  const target = 'providerConfiguration.conditions';
  const conditions = providerConfiguration.conditions.map((condition, index) => {
    const path = `${target}[${index}].deliveryMethods`;
    return {
      ...condition,
      deliveryMethods: spelledOnce(condition.deliveryMethods, SENT_BY_PHONE, path),
    };
  });
  if (conditions.every(({ countries = [] }) => countries.length > 0)) {
    throw violated(target, 'One condition must be without countries: it serves all others.');
  }
  return { providerConfiguration: { conditions } };
}

/** The policy as it is kept: as it was sent, in our spelling, and nothing more. Throws what is wrong. */
export function settingsOf(body: Body): NotificationPolicySettings {
  const { cooldownConfiguration } = body;
  for (const [name, coolDown] of Object.entries(cooldownConfiguration ?? {})) {
    assertCoolDown(coolDown, `cooldownConfiguration.${name}`);
  }
  return {
    quotas: quotasOf(body),
    ...countryLimitOf(body),
    ...(cooldownConfiguration ? { cooldownConfiguration } : {}),
    ...providersOf(body),
  };
}

/**
 * Every sender that the policy names is one of the environment's. The writes hold them in place:
 * whoever deletes one at the same time reads again, and finds it named.
 */
export async function holdSenders(
  store: Pick<Store, 'get'>,
  environmentId: string,
  { providerConfiguration }: NotificationPolicySettings,
): Promise<Write[]> {
  const holds = new Map<string, Write>();
  for (const [index, { fallbackChain }] of (providerConfiguration?.conditions ?? []).entries()) {
    for (const [place, { id }] of fallbackChain.entries()) {
      if (id === SERVER_PHONE) continue;
      const sender = await store.get('message_senders', environmentId, id);
      if (sender?.doc.kind !== 'PHONE') {
        const target = `providerConfiguration.conditions[${index}].fallbackChain[${place}].id`;
        throw invalidData('INVALID_VALUE', target, { message: UNKNOWN });
      }
      holds.set(id, touchRow('message_senders', sender));
    }
  }
  return [...holds.values()];
}
