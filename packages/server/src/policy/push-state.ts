/** Whether a device can be pushed now: as it was paired, and by what its application has. Pure. */
import type { NativeCredential } from '../model/mobile.ts';
import type { PushProviders } from '../model/push-providers.ts';

export type PushState = { status: 'ENABLED' } | { status: 'DISABLED'; error?: string };

/** Without a provider it is woken while it is connected. `providers` absent: they aren't asked. */
export function pushStateOf(
  { applicationId, push }: Pick<NativeCredential, 'applicationId' | 'push'>,
  providers?: PushProviders,
): PushState {
  if (!push) return { status: 'ENABLED' };
  const { provider, status, error } = push;
  if (status === 'DISABLED') return { status, ...(error === undefined ? {} : { error }) };
  const hasAccount = provider === 'WEB_PUSH' || providers?.get(applicationId)?.has(provider);
  return !providers || hasAccount
    ? { status: 'ENABLED' }
    : { status: 'DISABLED', error: 'MissingPushCredentials' };
}
