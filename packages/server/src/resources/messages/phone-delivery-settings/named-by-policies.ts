import { POLICIES_MAX } from '../../../config/limits.ts';
import type { Parts } from '../../../parts.ts';

/** The ids of the notification policies that name this sender. */
export async function namedByPolicies(
  { store }: Pick<Parts, 'store'>,
  environmentId: string,
  senderId: string,
): Promise<string[]> {
  const policies = await store.list('notification_policies', environmentId, {
    limit: POLICIES_MAX,
  });
  const names = ({ doc }: (typeof policies)[number]) =>
    (doc.settings.providerConfiguration?.conditions ?? []).some(({ fallbackChain }) =>
      fallbackChain.some(({ id }) => id === senderId),
    );
  return policies.filter(names).map(({ id }) => id);
}
