/**
 * How many messages with a code leave for one address, and for one user, at once: so that nobody is
 * flooded, and nobody earns by it. Each has an allowance that fills again by and by, so that whoever
 * was the target of a flood can soon authenticate. In the memory of this node: see
 * docs/decisions/0021-what-a-decision-is-made-of.md.
 */
import { LRUCache } from 'lru-cache';
import {
  MESSAGE_ALLOWANCE_MS,
  MESSAGE_RECIPIENTS_COUNTED_MAX,
  MESSAGES_PER_ADDRESS_MAX,
  MESSAGES_PER_USER_MAX,
} from '../../config/limits.ts';
import { requestLimited } from '../../errors/api-error.ts';
import type { Instant } from '../../model/instant.ts';

/** A message that is about to be committed. */
export interface Sending {
  /** Whoever asks: what it is decided again after a lost race is counted once. */
  request: object;
  environmentId: string;
  /** Or what stands for one. */
  userId: string;
  channel: string;
  address: string;
  /** What the refusal is about; default: a device. */
  target?: string;
  now: Instant;
}

export interface SendBounds {
  /** Throws `REQUEST_LIMITED` where there were too many; else this one is counted. */
  count(sending: Sending): void;
}

interface Allowance {
  left: number;
  at: Instant;
}

export function createSendBounds(): SendBounds {
  const allowances = new LRUCache<string, Allowance>({ max: MESSAGE_RECIPIENTS_COUNTED_MAX });
  const counted = new WeakSet<object>();

  function allowanceOf(key: string, max: number, now: Instant): Allowance {
    const { left, at } = allowances.get(key) ?? { left: max, at: now };
    const more = Math.floor(Math.max(0, now - at) / MESSAGE_ALLOWANCE_MS);
    return left + more >= max
      ? { left: max, at: now }
      : { left: left + more, at: at + more * MESSAGE_ALLOWANCE_MS };
  }

  return {
    count({ request, environmentId, userId, channel, address, target = 'device', now }) {
      if (counted.has(request)) return;
      const bounds = [
        { key: `${environmentId}/${userId}`, max: MESSAGES_PER_USER_MAX },
        {
          key: `${environmentId}/${channel}:${address.toLowerCase()}`,
          max: MESSAGES_PER_ADDRESS_MAX,
        },
      ].map(({ key, max }) => ({ key, max, allowance: allowanceOf(key, max, now) }));
      const exceeded = bounds.find(({ allowance }) => allowance.left < 1);
      if (exceeded) {
        const waitMs = exceeded.allowance.at + MESSAGE_ALLOWANCE_MS - now;
        throw requestLimited(target, 'Too many passcodes were sent: wait a little.', waitMs);
      }
      counted.add(request);
      for (const { key, allowance } of bounds) {
        allowances.set(key, { ...allowance, left: allowance.left - 1 });
      }
    },
  };
}
