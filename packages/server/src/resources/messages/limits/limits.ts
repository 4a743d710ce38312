/**
 * The limits of what one request sends: why a message may not go, and the writes that count it, for the
 * commit that makes it. Contract messages §4.2 to §4.5.
 */
import { ApiError } from '../../../errors/api-error.ts';
import { countryOf } from '../../../model/address.ts';
import {
  type CountedMessage,
  LIMITED_CHANNELS,
  type NotificationPolicySettings,
} from '../../../model/messages.ts';
import {
  isRefusedCountry,
  type Limit,
  quotaOf,
  type Reached,
} from '../../../policy/notification-limits.ts';
import type { Write } from '../../../storage/store.ts';
import { watchedWrites } from '../abuse-protection/watched.ts';
import { readRest } from './cool-down.ts';
import { countedBy } from './counted-by.ts';
import { counterAfter, counterId, putRow } from './counters.ts';
import { policyInForce, routedBy } from './policy-in-force.ts';
import type { Ticket } from './send-within-limits.ts';
import { isListed } from './settings-limits.ts';
import { environmentIdOf, type LimitParts, type Place, type Subject } from './subject.ts';
import { reachedByUser, type UserCounters } from './user-counters.ts';

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
  const { method, coolDown, group } = known;
  const { now, configuration, userId } = subject;
  const environmentId = environmentIdOf(subject);
  const counted = countedBy(configuration);
  const isOfEnvironment = group !== undefined && counted.environments.has(group);
  const isOfUser = group !== undefined && counters.has(group);
  const counter = group && counters.get(group);
  const [rest, reachedByAll] = await Promise.all([
    readRest(parts, subject, settings.cooldownConfiguration?.[coolDown], place),
    isOfEnvironment ? ticket.take(group, quotaOf(settings, method, 'ENVIRONMENT')) : undefined,
  ]);
  const isPhone = group === 'phone';
  const judged = isPhone ? parts.messageGuard.judge(configuration, address, now) : undefined;

  function reached(): Reached | undefined {
    if (isPhone && isRefusedCountry(settings, method, () => countryOf(address))) {
      return { reason: 'COUNTRY' };
    }
    if (judged?.refused !== undefined) return { reason: judged.refused };
    const own = isOfUser
      ? reachedByUser(parts, subject, settings, { method, group }, counter)
      : undefined;
    const maximum = own ?? reachedByAll;
    if (maximum !== undefined) return { reason: 'DAILY_LIMIT', maximum };
    return rest?.until === undefined ? undefined : { reason: 'COOLDOWN', until: rest.until };
  }

  const limit = reached();
  return {
    ...(limit ? { limit: { ...limit, channel } } : {}),
    count() {
      const writes: Write[] = [];
      const message: CountedMessage = {};
      if (judged) {
        message.phone = true;
        ticket.whenSent(judged.count);
        writes.push(...watchedWrites(subject, channel, judged.watched));
      }
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
      if (rest) {
        writes.push(rest.count());
        message.cooldown = rest.id;
      }
      return { writes, counted: message };
    },
  };
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
      const isAnywhere = counted && Object.keys(counted).length > 0;
      return { writes, ...(isAnywhere ? { counted } : {}) };
    },
  };
}
