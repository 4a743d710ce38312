/** How a device is woken: what is kept of its token with a provider, and what it is told. */
import {
  type DevicePush,
  type NativeCredential,
  pushTokenIdentity,
} from '../../../model/mobile.ts';
import type { PushProviders } from '../../../model/push-providers.ts';
import type { Parts } from '../../../parts.ts';
import type { MobileApplicationPolicy } from '../../../policy/mobile-application.ts';
import { pushStateOf } from '../../../policy/push-state.ts';
import type { PushClaims } from './native.schema.ts';

export function pushOf(
  { keyring }: Pick<Parts, 'keyring'>,
  { environmentId, id }: { environmentId: string; id: string },
  said: PushClaims | null | undefined,
): DevicePush | undefined {
  if (!said) return undefined;
  const { provider, token = '', sandbox } = said;
  return {
    provider,
    sealedToken: keyring.seal(environmentId, pushTokenIdentity(id), token),
    ...(sandbox ? { sandbox } : {}),
    ...(token === '' ? { status: 'DISABLED', error: 'MissingDeviceToken' } : { status: 'ENABLED' }),
  };
}

/** What the device is told of its token, and of the accounts of its application; contract §7. */
export function tokenResult(
  credential: Pick<NativeCredential, 'applicationId' | 'push'>,
  providers: PushProviders,
) {
  const { status, error } = { error: undefined, ...pushStateOf(credential, providers) };
  return { status, ...(error === undefined ? {} : { error: { code: error } }) };
}

/** The same with what the policy and its user allow. */
export function pushResult(
  credential: NativeCredential,
  { pushEnabled }: MobileApplicationPolicy,
  providers: PushProviders,
) {
  return pushEnabled && credential.about.allowPushNotification !== false
    ? tokenResult(credential, providers)
    : { status: 'DISABLED', error: { code: 'PushDisabled' } };
}
