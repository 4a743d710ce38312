/** How many messages a user was sent today. */
import {
  type CounterGroup,
  type DeliveryMethod,
  LIMITED_CHANNELS,
  type NotificationPolicySettings,
} from '../../../model/messages.ts';
import { quotaOf, reachedOf } from '../../../policy/notification-limits.ts';
import type { Row } from '../../kit/rows.ts';
import { countedBy } from './counted-by.ts';
import { counterId } from './counters.ts';
import { dailyOfSettings } from './settings-limits.ts';
import { environmentIdOf, type LimitParts, type Subject } from './subject.ts';

type CounterParts = Pick<LimitParts, 'store' | 'settings'>;

/** The user's counters of the day, by group; only those that were read have a key. */
export type UserCounters = ReadonlyMap<CounterGroup, Row<'message_counters'> | undefined>;

/** Reads the user's counters for these channels; it waits for nothing else that is read of the user. */
export async function readCounters(
  { store, settings }: CounterParts,
  subject: Subject,
  channels: readonly string[],
): Promise<UserCounters> {
  const { configuration, userId, now } = subject;
  const counted = countedBy(configuration);
  const groups = new Set(channels.flatMap((channel) => LIMITED_CHANNELS[channel]?.group ?? []));
  const environmentId = environmentIdOf(subject);
  const rows = [...groups]
    .filter((group) => settings.userMessagesPerDay > 0 || counted.users.has(group))
    .map(async (group) => {
      const id = counterId(group, now, userId);
      return [group, await store.get('message_counters', environmentId, id)] as const;
    });
  return new Map(await Promise.all(rows));
}

const NONE_COUNTED = { total: 0, claimed: 0 };

/** The lowest number that the user's messages have reached: the policy's, the platform's, the settings'. */
export function reachedByUser(
  { settings: { userMessagesPerDay: ceiling } }: Pick<LimitParts, 'settings'>,
  { configuration }: Subject,
  settings: NotificationPolicySettings,
  { method, group }: { method: DeliveryMethod; group: CounterGroup },
  counter: Row<'message_counters'> | undefined,
): number | undefined {
  const daily = group === 'phone' ? dailyOfSettings(configuration) : undefined;
  const quotas = [
    quotaOf(settings, method, 'USER'),
    ceiling > 0 ? { total: ceiling } : undefined,
    daily === undefined ? undefined : { total: daily },
  ];
  const reached = quotas.flatMap((quota) => {
    const at = quota && reachedOf(quota, counter?.doc ?? NONE_COUNTED);
    return at === undefined ? [] : [at];
  });
  return reached.length === 0 ? undefined : Math.min(...reached);
}
