/**
 * How many messages with a code leave for one address at once, for whomever: so that nobody is flooded.
 * An address has an allowance that fills again by and by, so that whoever was the target of a flood can
 * soon authenticate. In the memory of this node, beside what notification policies say; decision 0048.
 */
import { LRUCache } from 'lru-cache';
import {
  MESSAGE_ADDRESSES_COUNTED_MAX,
  MESSAGE_ALLOWANCE_MS,
  MESSAGES_PER_ADDRESS_MAX,
} from '../../config/limits.ts';
import type { Instant } from '../../model/instant.ts';
import { limitError } from '../../policy/notification-limits.ts';

/** A message that is about to be committed. */
export interface Sending {
  /** Whoever asks: what it is decided again after a lost race is counted once. */
  request: object;
  environmentId: string;
  channel: string;
  address: string;
  /** What the refusal is about; default: a device. */
  target?: string;
  now: Instant;
}

export interface SendBounds {
  /** Throws a `LimitError` where there were too many; else this one is counted. */
  count(sending: Sending): void;
}

interface Allowance {
  left: number;
  at: Instant;
}

export function createSendBounds(): SendBounds {
  const allowances = new LRUCache<string, Allowance>({ max: MESSAGE_ADDRESSES_COUNTED_MAX });
  const counted = new WeakSet<object>();

  function allowanceOf(key: string, now: Instant): Allowance {
    const { left, at } = allowances.get(key) ?? { left: MESSAGES_PER_ADDRESS_MAX, at: now };
    const more = Math.floor(Math.max(0, now - at) / MESSAGE_ALLOWANCE_MS);
    return left + more >= MESSAGES_PER_ADDRESS_MAX
      ? { left: MESSAGES_PER_ADDRESS_MAX, at: now }
      : { left: left + more, at: at + more * MESSAGE_ALLOWANCE_MS };
  }

  return {
    count({ request, environmentId, channel, address, target, now }) {
      if (counted.has(request)) return;
      const key = `${environmentId}/${channel}:${address.toLowerCase()}`;
      const { left, at } = allowanceOf(key, now);
      if (left < 1) {
        const until = at + MESSAGE_ALLOWANCE_MS;
        throw limitError({ reason: 'COOLDOWN', until, channel }, target);
      }
      counted.add(request);
      allowances.set(key, { left: left - 1, at });
    },
  };
}
