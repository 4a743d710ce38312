/** How many messages may go, how often, and where to. Pure; contract messages §4.2 to §4.5. */
import { RESEND_PAUSE_MS } from '../config/limits.ts';
import { ApiError, type ErrorDetail, errorDetail } from '../errors/api-error.ts';
import type { ErrorCode } from '../errors/catalogue.ts';
import { toMs } from '../model/duration.ts';
import { type Instant, toTimestamp } from '../model/instant.ts';
import type {
  CoolDown,
  DeliveryMethod,
  MessageCooldown,
  MessageCounter,
  NotificationPolicySettings,
  Quota,
} from '../model/messages.ts';
import type { AbuseReason } from './abuse-protection.ts';

export const COOL_DOWN_MIN_MS = 10_000;
export const COOL_DOWN_MAX_MS = 600_000;

/** Why a message doesn't go. */
export type Reached =
  /** So many are the most of a day. */
  | { reason: 'DAILY_LIMIT'; maximum: number }
  | { reason: AbuseReason }
  /** Another one may go at this moment. */
  | { reason: 'COOLDOWN'; until: Instant };

/** The same, and which kind of message it is: `SMS`. */
export type Limit = Reached & { channel: string };

export type QuotaNumbers = Pick<Quota, 'total' | 'claimed' | 'unclaimed'>;
export type Counted = Pick<MessageCounter, 'total' | 'claimed'>;

/** The quota of a policy for this kind of message. */
export const quotaOf = (
  { quotas }: NotificationPolicySettings,
  method: DeliveryMethod,
  type: Quota['type'],
): Quota | undefined =>
  quotas.find((quota) => quota.type === type && quota.deliveryMethods.includes(method));

/** The number of the quota that is reached; undefined: another message may go. */
export function reachedOf(quota: QuotaNumbers, { total, claimed }: Counted): number | undefined {
  if (quota.total !== undefined && total >= quota.total) return quota.total;
  if (quota.unclaimed !== undefined && total - claimed >= quota.unclaimed) return quota.unclaimed;
  if (quota.claimed !== undefined && claimed >= quota.claimed) return quota.claimed;
  return undefined;
}

/** How many more may go, as far as the quota knows; infinite: it doesn't say. */
export const roomOf = (quota: QuotaNumbers, { total, claimed }: Counted): number =>
  reachedOf(quota, { total, claimed }) === undefined
    ? Math.min((quota.total ?? Infinity) - total, (quota.unclaimed ?? Infinity) - total + claimed)
    : 0;

/**
 * The policy sends nothing to this country, which is only looked up where it limits any. A number of no
 * country is in none that is listed.
 */
export function isRefusedCountry(
  { countryLimit }: NotificationPolicySettings,
  method: DeliveryMethod,
  countryOf: () => string | undefined,
): boolean {
  if (!countryLimit || countryLimit.type === 'NONE') return false;
  const { type, countries = [], deliveryMethods } = countryLimit;
  if (deliveryMethods && !deliveryMethods.includes(method)) return false;
  const country = countryOf();
  const isListed = country !== undefined && countries.includes(country);
  return type === 'ALLOWED' ? !isListed : isListed;
}

type Repeats = Pick<MessageCooldown, 'repeats' | 'sentAt'>;

/** The row of repeats has ended: the next message is a first one. */
const isOver = ({ sentAt }: Repeats, now: Instant) => now >= sentAt + RESEND_PAUSE_MS;

/** When the next message may go; undefined: now. After the last repeat all rest for half an hour. */
export function coolDownEnd(
  { periods = [], resendLimit = 0 }: CoolDown,
  row: Repeats | undefined,
  now: Instant,
): Instant | undefined {
  if (!row || isOver(row, now)) return undefined;
  const period = periods[Math.min(row.repeats, periods.length - 1)];
  const waitMs = row.repeats >= resendLimit || !period ? RESEND_PAUSE_MS : toMs(period);
  const end = row.sentAt + waitMs;
  return now < end ? end : undefined;
}

/** How many repeats there were once another message has gone. */
export const repeatsAfter = (row: Repeats | undefined, now: Instant): number =>
  row && !isOver(row, now) ? row.repeats + 1 : 0;

/** Not this number at all, whenever it is asked. */
const isOfNumber = ({ reason }: Limit) => reason === 'COUNTRY' || reason === 'NUMBER_TYPE';

/** A message was refused: the caller hears why, and the audit log, too. */
export class LimitError extends ApiError {
  readonly limit: Limit;

  constructor(limit: Limit, code: ErrorCode, detail: ErrorDetail) {
    super(code, [detail]);
    this.limit = limit;
  }
}

/** What is said where a device was chosen, or its code was to be sent again; contract §4.5. */
export function limitError(limit: Limit, target = 'device.id'): LimitError {
  switch (limit.reason) {
    case 'COUNTRY':
    case 'NUMBER_TYPE':
      return new LimitError(limit, 'INVALID_DATA', errorDetail('DEVICE_NOT_USABLE', target));
    case 'DAILY_LIMIT':
      return new LimitError(
        limit,
        'REQUEST_FAILED',
        errorDetail('LIMIT_EXCEEDED', target, {
          message: `No more than ${limit.maximum} messages go a day.`,
          innerError: { maximumAllowed: limit.maximum, maximumValue: limit.maximum },
        }),
      );
    case 'PREFIX_VELOCITY':
    case 'COUNTRY_VELOCITY':
    case 'KILL_SWITCH':
      return new LimitError(
        limit,
        'REQUEST_FAILED',
        errorDetail('LIMIT_EXCEEDED', target, {
          message: 'Nothing is sent to such numbers for a while. Another device can be used.',
        }),
      );
    case 'COOLDOWN':
      return new LimitError(
        limit,
        'REQUEST_FAILED',
        errorDetail('LIMIT_EXCEEDED', target, {
          message: 'A message went a short time ago: wait for the next one.',
          innerError: { coolDownExpiresAt: toTimestamp(limit.until) },
        }),
      );
  }
}

/** The same where the request brings the address along. */
export const addressError = (limit: Limit): LimitError =>
  isOfNumber(limit)
    ? new LimitError(
        limit,
        'INVALID_DATA',
        errorDetail('INVALID_VALUE', 'phone', {
          message: `Nothing is sent to ${limit.reason === 'COUNTRY' ? 'this country' : 'numbers of this kind'}.`,
        }),
      )
    : limitError(limit);
