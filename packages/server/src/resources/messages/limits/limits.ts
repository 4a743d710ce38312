/**
 * The limits of what one request sends: which rows count it, why it may not go, and the writes that
 * count it, for the commit that makes the message. Contract messages §4.2 to §4.5.
 */
import { RESEND_PAUSE_MS } from '../../../config/limits.ts';
import type { EnvironmentConfiguration } from '../../../configuration.ts';
import { ApiError } from '../../../errors/api-error.ts';
import { countryOf, emailKey } from '../../../model/address.ts';
import type { DeviceAuthenticationPolicy, NotificationRequest } from '../../../model/documents.ts';
import type { Instant } from '../../../model/instant.ts';
import {
  type CountedMessage,
  type CounterGroup,
  LIMITED_CHANNELS,
  type NotificationPolicySettings,
} from '../../../model/messages.ts';
import type { Parts } from '../../../parts.ts';
import {
  coolDownEnd,
  isRefusedCountry,
  type Limit,
  type QuotaNumbers,
  quotaOf,
  type Reached,
  reachedOf,
  repeatsAfter,
} from '../../../policy/notification-limits.ts';
import type { Stored, Write } from '../../../storage/store.ts';
import type { Row } from '../../kit/rows.ts';
import { countedBy } from './counted-by.ts';
import { counterAfter, counterId, putRow } from './counters.ts';
import { policyInForce, routedBy } from './policy-in-force.ts';
import type { Ticket } from './send-within-limits.ts';
import { dailyOfSettings, isListed } from './settings-limits.ts';

export type LimitParts = Pick<Parts, 'store' | 'keyring' | 'settings' | 'environmentCounts'>;

/** Whose messages, and by which policies. */
export interface Subject {
  configuration: EnvironmentConfiguration;
  policy: Stored<DeviceAuthenticationPolicy>;
  notification?: NotificationRequest | undefined;
  userId: string;
  now: Instant;
}

/** Where a message would go. */
export interface Place {
  channel: string;
  address: string;
}

/** What is known of one place. */
interface Prepared {
  limit?: Limit;
  /** Counts one message; the writes hold as long as nobody has counted another. */
  count(): { writes: Write[]; counted: CountedMessage };
}

export interface Limits {
  /** The settings let this user be sent messages. */
  isListed: boolean;
  /** Why nothing may go there now; undefined: it may, or nobody has asked. */
  limitOf(place: Place): Limit | undefined;
  /** The policy in force, which decides who sends; absent: the environment's default. */
  policyId?: string;
  /** The writes that count a message to a place that was asked about. */
  count(place: Place): { writes: Write[]; counted?: CountedMessage };
}

/** The user's counters of the day, by group; only those that were read have a key. */
export type UserCounters = ReadonlyMap<CounterGroup, Row<'message_counters'> | undefined>;

const environmentIdOf = ({ configuration }: Subject) => configuration.environment.id;

/** Reads the user's counters for these channels; it waits for nothing else that is read of the user. */
export async function readCounters(
  { store, settings }: Pick<LimitParts, 'store' | 'settings'>,
  subject: Subject,
  channels: readonly string[],
): Promise<UserCounters> {
  const { configuration, userId, now } = subject;
  const counted = countedBy(configuration);
  const groups = new Set(channels.flatMap((channel) => LIMITED_CHANNELS[channel]?.group ?? []));
  const wanted = [...groups].filter(
    (group) => settings.userMessagesPerDay > 0 || counted.users.has(group),
  );
  const rows = wanted.map(
    async (group) =>
      [
        group,
        await store.get(
          'message_counters',
          environmentIdOf(subject),
          counterId(group, now, userId),
        ),
      ] as const,
  );
  return new Map(await Promise.all(rows));
}

const NONE_COUNTED = { total: 0, claimed: 0 };

/** The lowest of the quotas that is reached. */
function fullAt(quotas: readonly (QuotaNumbers | undefined)[], row?: Row<'message_counters'>) {
  const reached = quotas.flatMap((quota) => {
    const at = quota && reachedOf(quota, row?.doc ?? NONE_COUNTED);
    return at === undefined ? [] : [at];
  });
  return reached.length === 0 ? undefined : Math.min(...reached);
}

/** The address, or for each user the address, that a row of repeats is kept for; never itself. */
function cooldownId({ keyring }: LimitParts, subject: Subject, place: Place, groupBy?: string) {
  const { channel, address } = place;
  const isOfUser = groupBy === 'USER_ID' || groupBy === 'USER';
  const key = address.includes('@') ? emailKey(address) : address;
  const owner = isOfUser ? `${subject.userId}/` : '';
  return keyring.mac(
    environmentIdOf(subject),
    'message_cooldowns/address',
    `${owner}${channel}:${key}`,
  );
}

/** What this place is limited by. Reads what the policy in force needs, and no more. */
async function prepare(
  parts: LimitParts,
  subject: Subject,
  settings: NotificationPolicySettings,
  counters: UserCounters,
  place: Place,
  ticket: Ticket,
): Promise<Prepared | undefined> {
  const { channel, address } = place;
  const known = LIMITED_CHANNELS[channel];
  if (!known) return undefined;
  const { method, coolDown: name, group } = known;
  const { now, configuration, userId } = subject;
  const environmentId = environmentIdOf(subject);
  const counted = countedBy(configuration);

  const coolDown = settings.cooldownConfiguration?.[name];
  const rests = coolDown?.enabled ? cooldownId(parts, subject, place, coolDown.groupBy) : undefined;
  const isOfEnvironment = group !== undefined && counted.environments.has(group);
  const [row, reachedByAll] = await Promise.all([
    rests === undefined ? undefined : parts.store.get('message_cooldowns', environmentId, rests),
    isOfEnvironment ? ticket.take(group, quotaOf(settings, method, 'ENVIRONMENT')) : undefined,
  ]);
  const counter = group && counters.get(group);
  const isOfUser = group !== undefined && counters.has(group);

  function reached(): Reached | undefined {
    if (group === 'phone' && isRefusedCountry(settings, method, () => countryOf(address))) {
      return { reason: 'COUNTRY' };
    }
    const daily = group === 'phone' ? dailyOfSettings(configuration) : undefined;
    const ceiling = parts.settings.userMessagesPerDay;
    const quotas = [
      quotaOf(settings, method, 'USER'),
      ceiling > 0 ? { total: ceiling } : undefined,
      daily === undefined ? undefined : { total: daily },
    ];
    const maximum = (isOfUser ? fullAt(quotas, counter) : undefined) ?? reachedByAll;
    if (maximum !== undefined) return { reason: 'DAILY_LIMIT', maximum };
    const until = coolDown?.enabled ? coolDownEnd(coolDown, row?.doc, now) : undefined;
    return until === undefined ? undefined : { reason: 'COOLDOWN', until };
  }

  const limit = reached();
  return {
    ...(limit ? { limit: { ...limit, channel } } : {}),
    count() {
      const writes: Write[] = [];
      const message: CountedMessage = {};
      if (isOfUser) {
        const at = { environmentId, id: counterId(group, now, userId) };
        const doc = counterAfter(counter, { total: (counter?.doc.total ?? 0) + 1 }, at, now);
        writes.push(putRow('message_counters', at, counter, doc));
        if (counted.claimsOfUsers.has(group)) message.user = at.id;
      }
      if (isOfEnvironment) {
        ticket.spend(group);
        if (counted.claimsOfEnvironments.has(group)) message.environment = counterId(group, now);
      }
      if (rests !== undefined) {
        const doc = cooldownAfter(row, now);
        writes.push(putRow('message_cooldowns', { environmentId, id: rests }, row, doc));
        message.cooldown = rests;
      }
      return { writes, counted: message };
    },
  };
}

function cooldownAfter(row: Row<'message_cooldowns'> | undefined, now: Instant) {
  const { createdAt = now } = row?.doc ?? {};
  const repeats = repeatsAfter(row?.doc, now);
  return { repeats, sentAt: now, expiresAt: now + RESEND_PAUSE_MS, createdAt, updatedAt: now };
}

const keyOf = ({ channel, address }: Place) => `${channel}:${address}`;

/** The limits of these places, each read once. */
export async function readLimits(
  parts: LimitParts,
  subject: Subject,
  counters: UserCounters,
  places: readonly Place[],
  ticket: Ticket,
): Promise<Limits> {
  const { configuration, notification, policy } = subject;
  const inForce = policyInForce(configuration, notification, policy);
  const { settings } = inForce.doc;
  const wanted = new Map(places.map((place) => [keyOf(place), place]));
  const prepared = new Map(
    await Promise.all(
      [...wanted].map(
        async ([key, place]) =>
          [key, await prepare(parts, subject, settings, counters, place, ticket)] as const,
      ),
    ),
  );
  return {
    isListed: isListed(configuration, subject.userId),
    ...routedBy(inForce),
    limitOf: (place) => prepared.get(keyOf(place))?.limit,
    count(place) {
      if (!prepared.has(keyOf(place))) throw new ApiError('UNEXPECTED_ERROR');
      const { writes, counted } = prepared.get(keyOf(place))?.count() ?? { writes: [] };
      return {
        writes,
        ...(counted && Object.keys(counted).length > 0 ? { counted } : {}),
      };
    },
  };
}
