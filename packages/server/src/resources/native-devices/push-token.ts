/** How a device is woken: its token with a provider, and whether the application has an account. */

import type { DevicePush, NativeCredential, PushProvider } from '../../model/mobile.ts';
import type { Parts } from '../../parts.ts';
import type { MobileApplicationPolicy } from '../../policy/mobile-application.ts';
import type { PushClaims } from './native.schema.ts';

/** The kinds of account that a provider takes; a browser's push service takes the environment's key. */
const ACCOUNTS: Record<PushProvider, readonly string[]> = {
  FCM: ['FCM_HTTP_V1', 'FCM'],
  APNS: ['APNS'],
  HMS: ['HMS'],
  WEB_PUSH: [],
};

/** Whether the application has what the provider wants. */
async function hasAccount(
  { store }: Pick<Parts, 'store'>,
  environmentId: string,
  applicationId: string,
  provider: PushProvider,
): Promise<boolean> {
  if (ACCOUNTS[provider].length === 0) return true;
  const rows = await store.list('push_credentials', environmentId, {
    where: { column: 'application_id', is: 'eq', value: applicationId },
    limit: 10,
  });
  return rows.some(({ doc }) => ACCOUNTS[provider].includes(doc.type));
}

/** What is kept of the token that the device has said. */
export async function pushOf(
  parts: Pick<Parts, 'store'>,
  environmentId: string,
  applicationId: string,
  { provider, token, sandbox }: PushClaims,
  seal: (token: string) => string,
): Promise<DevicePush> {
  const error = !token
    ? 'MissingDeviceToken'
    : (await hasAccount(parts, environmentId, applicationId, provider))
      ? undefined
      : 'MissingPushCredentials';
  return {
    provider,
    sealedToken: seal(token ?? ''),
    ...(sandbox ? { sandbox } : {}),
    status: error === undefined ? 'ENABLED' : 'DISABLED',
    ...(error === undefined ? {} : { error }),
  };
}

/** What the device is told of it; contract §7. Without a provider it is woken while connected. */
export function pushResult(
  { push, about }: NativeCredential,
  { pushEnabled }: MobileApplicationPolicy,
): { status: 'ENABLED' | 'DISABLED'; error?: { code: string } } {
  const isDisabled = !pushEnabled || about.allowPushNotification === false;
  if (isDisabled) return { status: 'DISABLED', error: { code: 'PushDisabled' } };
  if (push?.status !== 'DISABLED') return { status: 'ENABLED' };
  return { status: 'DISABLED', ...(push.error ? { error: { code: push.error } } : {}) };
}
