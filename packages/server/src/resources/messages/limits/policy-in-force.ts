/** Which notification policy counts; contract messages §3. */
import type { EnvironmentConfiguration } from '../../../configuration.ts';
import { ApiError, invalidData } from '../../../errors/api-error.ts';
import type { DeviceAuthenticationPolicy, NotificationRequest } from '../../../model/documents.ts';
import type { NotificationPolicy } from '../../../model/messages.ts';
import type { Stored } from '../../../storage/store.ts';
import type { OperationRequest } from '../../kit/operation.ts';

/**
 * The request's, else that of the device authentication policy, else the environment's default. One
 * that is gone since counts as not named.
 */
export function policyInForce(
  { notificationPolicies, defaultNotificationPolicy }: EnvironmentConfiguration,
  notification: NotificationRequest | undefined,
  { doc }: Stored<DeviceAuthenticationPolicy>,
): Stored<NotificationPolicy> {
  return (
    notificationPolicies.get(notification?.policy?.id ?? '') ??
    notificationPolicies.get(doc.settings.notificationsPolicy?.id ?? '') ??
    defaultNotificationPolicy
  );
}

/** What a message says of it. The default isn't named: another one may be the default when it leaves. */
export const routedBy = ({ id, doc }: Stored<NotificationPolicy>): { policyId?: string } =>
  doc.isDefault ? {} : { policyId: id };

/**
 * Throws `INVALID_VALUE` where the request names a policy that isn't there, and `ACCESS_FAILED` where
 * a user would choose their own limits.
 */
export function assertNotificationPolicy(
  { notificationPolicies }: EnvironmentConfiguration,
  notification: NotificationRequest | undefined,
  { actor }: Pick<OperationRequest, 'actor'>,
): void {
  const id = notification?.policy?.id;
  if (id === undefined) return;
  if (actor.type === 'USER') throw new ApiError('ACCESS_FAILED');
  if (!notificationPolicies.has(id)) throw invalidData('INVALID_VALUE', 'notification.policy.id');
}
