/** The row of repeats to one address, or of one user to it; contract messages §4.4. */
import { RESEND_PAUSE_MS } from '../../../config/limits.ts';
import { emailKey } from '../../../model/address.ts';
import type { Instant } from '../../../model/instant.ts';
import type { CoolDown } from '../../../model/messages.ts';
import { coolDownEnd, repeatsAfter } from '../../../policy/notification-limits.ts';
import type { Write } from '../../../storage/store.ts';
import { putRow } from './counters.ts';
import { environmentIdOf, type LimitParts, type Place, type Subject } from './subject.ts';

/** What is known of an address that rests between messages. */
export interface Rest {
  id: string;
  /** Another message may go at this moment; undefined: now. */
  until: Instant | undefined;
  /** The write of one that goes now. */
  count(): Write;
}

/** Names the row by a keyed hash: the address stands nowhere. */
function idOf({ keyring }: LimitParts, subject: Subject, place: Place, groupBy?: string): string {
  const { channel, address } = place;
  const key = address.includes('@') ? emailKey(address) : address;
  const owner = groupBy === 'USER_ID' || groupBy === 'USER' ? `${subject.userId}/` : '';
  const identity = 'message_cooldowns/address';
  return keyring.mac(environmentIdOf(subject), identity, `${owner}${channel}:${key}`);
}

/** Reads the row where the policy has a cool-down. */
export async function readRest(
  parts: LimitParts,
  subject: Subject,
  coolDown: CoolDown | undefined,
  place: Place,
): Promise<Rest | undefined> {
  if (!coolDown?.enabled) return undefined;
  const { now } = subject;
  const at = {
    environmentId: environmentIdOf(subject),
    id: idOf(parts, subject, place, coolDown.groupBy),
  };
  const row = await parts.store.get('message_cooldowns', at.environmentId, at.id);
  return {
    id: at.id,
    until: coolDownEnd(coolDown, row?.doc, now),
    count: () =>
      putRow('message_cooldowns', at, row, {
        repeats: repeatsAfter(row?.doc, now),
        sentAt: now,
        expiresAt: now + RESEND_PAUSE_MS,
        createdAt: row?.doc.createdAt ?? now,
        updatedAt: now,
      }),
  };
}
