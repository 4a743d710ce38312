/** The code of a message was used: it counts as claimed, and repeats to its address end. */
import type { Instant } from '../../../model/instant.ts';
import type { CountedMessage } from '../../../model/messages.ts';
import type { Write } from '../../../storage/store.ts';
import { deleteRow, updateRow } from '../../kit/rows.ts';
import { counterAfter } from './counters.ts';
import type { LimitParts } from './subject.ts';

/** The writes for the commit that accepts the code. The environment's counter has its own. */
export async function claimWrites(
  { store }: Pick<LimitParts, 'store'>,
  environmentId: string,
  { user, cooldown }: CountedMessage = {},
  now: Instant,
): Promise<Write[]> {
  const [counter, row] = await Promise.all([
    user === undefined ? undefined : store.get('message_counters', environmentId, user),
    cooldown === undefined ? undefined : store.get('message_cooldowns', environmentId, cooldown),
  ]);
  const { total = 0 } = counter?.doc ?? {};
  const after = counter && counterAfter(counter, { total, claims: 1 }, counter, now);
  return [
    ...(counter && after ? [updateRow('message_counters', counter, after)] : []),
    ...(row ? [deleteRow('message_cooldowns', row)] : []),
  ];
}

/** The same for what counts all of an environment, once that commit is durable. */
export async function claimOfEnvironment(
  { environmentCounts, messageGuard }: Pick<LimitParts, 'environmentCounts' | 'messageGuard'>,
  environmentId: string,
  { environment, phone }: CountedMessage = {},
  now: Instant,
): Promise<void> {
  if (phone) messageGuard.used(environmentId, now);
  if (environment === undefined) return;
  // The code was accepted, whatever becomes of this: then the message stays one that wasn't used.
  await environmentCounts.claim({ environmentId, id: environment }, now).catch(() => undefined);
}
