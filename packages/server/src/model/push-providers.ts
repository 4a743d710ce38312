/** By which providers the devices of an application can be pushed: what its accounts are for. */
import type { PushCredential, PushCredentialType, PushProvider } from './mobile.ts';

/** By the application's id. The push services of browsers take the environment's key, no account. */
export type PushProviders = ReadonlyMap<string, ReadonlySet<PushProvider>>;

/** Not `FCM`: the service that took its key has ended. */
const PROVIDER_OF: Partial<Record<PushCredentialType, PushProvider>> = {
  FCM_HTTP_V1: 'FCM',
  APNS: 'APNS',
  HMS: 'HMS',
};

/** `mobile.bundleId` or `bundleId` of an application: what APNs calls the topic. */
export function bundleIdOf(settings: Record<string, unknown>): string | undefined {
  const { mobile, bundleId } = settings as { mobile?: { bundleId?: string }; bundleId?: string };
  return mobile?.bundleId ?? bundleId;
}

/** `withBundleId`: the ids of the applications that have one; APNs takes nothing without. Pure. */
export function pushProvidersOf(
  credentials: readonly Pick<PushCredential, 'applicationId' | 'type'>[],
  withBundleId: ReadonlySet<string>,
): PushProviders {
  const found = new Map<string, Set<PushProvider>>();
  for (const { applicationId, type } of credentials) {
    const provider = PROVIDER_OF[type];
    if (!provider || (provider === 'APNS' && !withBundleId.has(applicationId))) continue;
    found.set(applicationId, (found.get(applicationId) ?? new Set()).add(provider));
  }
  return found;
}
