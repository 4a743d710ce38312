/**
 * Deletes activities that are old enough: those of users, flows and tokens sooner than those of the
 * configuration. An environment's oldest ids are its oldest records, so nothing younger is read.
 */
import { ACTIVITIES_DELETED_MAX, ACTIVITY_SWEEPS_MAX, PAGE_SIZE_MAX } from '../config/limits.ts';
import { firstActivityId } from '../model/activity-id.ts';
import type { Clock } from '../model/instant.ts';
import { ANY_ENVIRONMENT, type Condition, type Store, type Write } from '../storage/store.ts';

const DAY_MS = 24 * 3_600_000;

export interface RetentionParts {
  store: Pick<Store, 'list' | 'commit'>;
  clock: Clock;
  days: { users: number; configuration: number };
}

/** What happens all day, in whatever number; the rest is what administrators change. */
const OF_USE: Condition = {
  any: [
    { column: 'user_id', is: 'present' },
    ...['ACCESS_TOKEN.', 'AUTHENTICATION.', 'OTP.', 'ASSERTION.', 'NOTIFICATION.'].map(
      (value) => ({ column: 'action', is: 'startsWith', value }) as const,
    ),
  ],
};

async function deleteSome(
  { store }: RetentionParts,
  environmentId: string,
  where: Condition,
): Promise<number> {
  const rows = await store.list('activities', environmentId, {
    where,
    limit: ACTIVITIES_DELETED_MAX,
  });
  if (rows.length === 0) return 0;
  const writes = rows.map(
    ({ id, version }): Write => ({ op: 'delete', table: 'activities', environmentId, id, version }),
  );
  // Another node may have been faster: then these are gone all the same.
  await store.commit(writes);
  return rows.length;
}

async function sweepEnvironment(parts: RetentionParts, environmentId: string): Promise<boolean> {
  const { clock, days } = parts;
  const before = (kept: number): Condition => ({
    column: 'id',
    is: 'lt',
    value: firstActivityId(clock.now() - kept * DAY_MS),
  });
  const old: Condition = {
    any: [
      { all: [before(days.users), OF_USE] },
      { all: [before(days.configuration), { not: OF_USE }] },
    ],
  };
  // Said once for both, so that the store reads no further.
  const where: Condition = { all: [before(Math.min(days.users, days.configuration)), old] };
  for (let times = 0; times < ACTIVITY_SWEEPS_MAX; times++) {
    if ((await deleteSome(parts, environmentId, where)) < ACTIVITIES_DELETED_MAX) return false;
  }
  return true;
}

/** One round over all environments. Returns whether there is more to delete. */
export async function sweepActivities(parts: RetentionParts): Promise<boolean> {
  let more = false;
  let afterId: string | undefined;
  for (;;) {
    const environments = await parts.store.list('environments', ANY_ENVIRONMENT, {
      limit: PAGE_SIZE_MAX,
      ...(afterId === undefined ? {} : { afterId }),
    });
    for (const { id } of environments) more = (await sweepEnvironment(parts, id)) || more;
    afterId = environments.at(-1)?.id;
    if (environments.length < PAGE_SIZE_MAX) return more;
  }
}
