/**
 * Judges text messages and calls by the rules of their environment, counts them, and pulls the kill
 * switch where too few of their codes are typed in. docs/decisions/0053-messages-that-only-cost.md.
 */
import { LRUCache } from 'lru-cache';
import { ENVIRONMENTS_CACHED_MAX } from '../../../config/limits.ts';
import type {
  EnvironmentConfiguration,
  EnvironmentConfigurations,
} from '../../../configuration.ts';
import type { Vault } from '../../../crypto/vault.ts';
import { type NumberFacts, numberFacts } from '../../../model/address.ts';
import { toMs } from '../../../model/duration.ts';
import type { Clock, Instant } from '../../../model/instant.ts';
import {
  ABUSE_PAUSE_ID,
  type AbusePause,
  type AbuseProtection,
  type AbuseVerdict,
  judgeNumber,
  MINUTE_MS,
  type MinuteOfUse,
  periodOf,
  shareUsed,
  TYPING_MINUTES,
  tripsUntil,
  type VelocityRule,
} from '../../../policy/abuse-protection.ts';
import type { Store } from '../../../storage/store.ts';
import { activityWrite, SYSTEM_ORIGIN } from '../../kit/activity.ts';
import { commitWrites } from '../../kit/commit.ts';
import { settingsWrite } from '../notification-settings/settings-row.ts';
import type { MessageTally, TallyKey } from './message-tally.ts';

/** `count`: it goes. */
export type Judged = AbuseVerdict & { count(): void };

export interface MessageGuard {
  /** What is against a message to this number now. */
  judge(configuration: EnvironmentConfiguration, e164: string, now: Instant): Judged;
  /** A code that was sent to a number was typed in. */
  used(environmentId: string, now: Instant): void;
  /** Looks whether a switch has to trip, where messages went lately. */
  look(): Promise<void>;
}

export interface MessageGuardParts {
  store: Pick<Store, 'get' | 'commit'>;
  vault: Pick<Vault, 'mac'>;
  configurations: Pick<EnvironmentConfigurations, 'get'>;
  tally: MessageTally;
  clock: Clock;
}

/** Longer than the longest period of a switch. */
const MINUTES_KEPT_MS = 2 * 60 * MINUTE_MS;

const minuteKey = (environmentId: string, minute: number): TallyKey => ({
  environmentId,
  id: `use/${minute}`,
  expiresAt: minute * MINUTE_MS + MINUTES_KEPT_MS,
});

export function makeMessageGuard(parts: MessageGuardParts): MessageGuard {
  const { store, vault, configurations, tally, clock } = parts;
  /** Where messages went since the last look. */
  const busy = new LRUCache<string, true>({ max: ENVIRONMENTS_CACHED_MAX });

  function velocityKey(
    environmentId: string,
    rule: VelocityRule,
    what: string,
    now: Instant,
  ): TallyKey {
    const period = periodOf(rule, now);
    return {
      environmentId,
      id: `${what}/${period}`,
      expiresAt: (period + 2) * toMs(rule.period),
    };
  }

  /** Of whoever is sent a message: a range of numbers is kept as its MAC. */
  function keysOf(
    { environment, abuse }: EnvironmentConfiguration,
    facts: NumberFacts,
    now: Instant,
  ) {
    const { prefix, country } = abuse.rules.velocity;
    const range = vault.mac(environment.id, 'number-range', facts.range);
    return {
      prefix: velocityKey(environment.id, prefix, `prefix/${range}`, now),
      country: velocityKey(environment.id, country, `country/${facts.country ?? 'ZZ'}`, now),
    };
  }

  /** What was sent and typed in since the last pause, minute by minute. */
  function minutesOf(environmentId: string, rules: AbuseProtection, since: Instant, now: Instant) {
    const present = Math.floor(now / MINUTE_MS);
    const span = Math.ceil(toMs(rules.killSwitch.period) / MINUTE_MS) + TYPING_MINUTES;
    const first = Math.max(present - span, Math.ceil(since / MINUTE_MS));
    const minutes: MinuteOfUse[] = [];
    for (let minute = first; minute <= present; minute++) {
      const key = minuteKey(environmentId, minute);
      // The other nodes have written theirs of it by then.
      const isOver = minute < present - 1;
      const { total: sent, claimed: used } = isOver ? tally.recall(key) : tally.read(key);
      minutes.push({ minute, sent, used });
    }
    return minutes;
  }

  /** Pulls the switch, unless another node has. */
  async function pause(environmentId: string, until: Instant, share: number): Promise<void> {
    const now = clock.now();
    await commitWrites(store, async () => {
      const row = await store.get('notification_settings', environmentId, ABUSE_PAUSE_ID);
      const { pausedUntil = 0 } = (row?.doc.settings ?? {}) as Partial<AbusePause>;
      if (pausedUntil > now) return [];
      const settings: AbusePause = { pausedUntil: until, share };
      const record = {
        ...SYSTEM_ORIGIN,
        action: 'NOTIFICATIONS_SETTINGS.UPDATED',
        resource: { type: 'NOTIFICATIONS_SETTINGS', id: environmentId },
        data: { part: 'killSwitch', reason: 'KILL_SWITCH', share: Math.round(share * 100) / 100 },
      };
      return [
        settingsWrite(environmentId, row, { ...settings }, now, ABUSE_PAUSE_ID),
        activityWrite(environmentId, record, now),
      ];
    });
  }

  async function lookAt(environmentId: string): Promise<void> {
    const configuration = await configurations.get(environmentId);
    if (!configuration) return;
    const { rules, pausedUntil = 0 } = configuration.abuse;
    const now = clock.now();
    if (now < pausedUntil) return;
    const minutes = minutesOf(environmentId, rules, pausedUntil, now);
    const until = tripsUntil(rules, minutes, now);
    if (until !== undefined) await pause(environmentId, until, shareUsed(rules, minutes, now) ?? 0);
  }

  return {
    judge(configuration, e164, now) {
      const facts = numberFacts(e164);
      const { rules, pausedUntil } = configuration.abuse;
      const { prefix, country } = keysOf(configuration, facts, now);
      const counted = { prefix: tally.read(prefix).total, country: tally.read(country).total };
      const environmentId = configuration.environment.id;
      return {
        ...judgeNumber(rules, facts, counted, { pausedUntil, now }),
        count() {
          const minute = minuteKey(environmentId, Math.floor(now / MINUTE_MS));
          for (const key of [prefix, country, minute]) tally.add(key, { total: 1 });
          busy.set(environmentId, true);
        },
      };
    },
    used(environmentId, now) {
      tally.add(minuteKey(environmentId, Math.floor(now / MINUTE_MS)), { claimed: 1 });
    },
    async look() {
      const environments = [...busy.keys()];
      // It is looked at again until its messages are old enough to be judged.
      await Promise.all(environments.map(lookAt));
      const now = clock.now();
      for (const environmentId of environments) {
        const present = Math.floor(now / MINUTE_MS);
        const isQuiet = Array.from({ length: TYPING_MINUTES + 1 }).every(
          (_, back) => tally.recall(minuteKey(environmentId, present - back)).total === 0,
        );
        if (isQuiet) busy.delete(environmentId);
      }
    },
  };
}
