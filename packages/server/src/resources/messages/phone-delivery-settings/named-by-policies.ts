import type { NotificationPolicy } from '../../../model/messages.ts';
import type { Parts } from '../../../parts.ts';

interface ProviderConfiguration {
  conditions?: { fallbackChain?: { id: string }[] }[];
}

const POLICIES_READ_MAX = 1_000;

export const providerConfigurationOf = ({ settings }: Pick<NotificationPolicy, 'settings'>) =>
  (settings.providerConfiguration ?? {}) as ProviderConfiguration;

/** The ids of the notification policies that name this sender. */
export async function namedByPolicies(
  { store }: Pick<Parts, 'store'>,
  environmentId: string,
  senderId: string,
): Promise<string[]> {
  const policies = await store.list('notification_policies', environmentId, {
    limit: POLICIES_READ_MAX,
  });
  const names = ({ doc }: (typeof policies)[number]) =>
    (providerConfigurationOf(doc).conditions ?? []).some(({ fallbackChain = [] }) =>
      fallbackChain.some(({ id }) => id === senderId),
    );
  return policies.filter(names).map(({ id }) => id);
}
