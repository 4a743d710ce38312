/**
 * What is counted at all in an environment. A counter belongs to no policy: what any of them limits is
 * counted whichever counts for the message, and what none limits isn't.
 */
import type { EnvironmentConfiguration } from '../../../configuration.ts';
import { type CounterGroup, LIMITED_CHANNELS, type Quota } from '../../../model/messages.ts';

import { dailyOfSettings } from './settings-limits.ts';

export interface CountedBy {
  users: ReadonlySet<CounterGroup>;
  environments: ReadonlySet<CounterGroup>;
  /** A quota asks for how many the code was used. */
  claimsOfUsers: ReadonlySet<CounterGroup>;
  claimsOfEnvironments: ReadonlySet<CounterGroup>;
}

const known = new WeakMap<EnvironmentConfiguration, CountedBy>();

const groupsOf = ({ deliveryMethods }: Quota) =>
  Object.values(LIMITED_CHANNELS).flatMap(({ method, group }) =>
    group && deliveryMethods.includes(method) ? [group] : [],
  );

/** Looked up once while the configuration is kept. */
export function countedBy(configuration: EnvironmentConfiguration): CountedBy {
  const before = known.get(configuration);
  if (before) return before;
  const policies = [...configuration.notificationPolicies.values()];
  const quotas = policies.flatMap(({ doc }) => doc.settings.quotas);
  const of = (type: Quota['type'], onlyClaims = false) =>
    new Set(
      quotas
        .filter((quota) => quota.type === type && !(onlyClaims && quota.claimed === undefined))
        .flatMap(groupsOf),
    );
  const hasDaily = dailyOfSettings(configuration) !== undefined;
  const counted: CountedBy = {
    users: new Set([...of('USER'), ...(hasDaily ? (['phone'] as const) : [])]),
    environments: of('ENVIRONMENT'),
    claimsOfUsers: of('USER', true),
    claimsOfEnvironments: of('ENVIRONMENT', true),
  };
  known.set(configuration, counted);
  return counted;
}
