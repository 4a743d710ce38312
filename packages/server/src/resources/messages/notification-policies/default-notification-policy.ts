import { USER_QUOTA_MAX } from '../../../config/limits.ts';
import type { Instant } from '../../../model/instant.ts';
import type { NotificationPolicy } from '../../../model/messages.ts';

/** What an environment begins with: the platform's own ceiling, and nothing else; contract §4.1. Pure. */
export function defaultNotificationPolicy(now: Instant): NotificationPolicy {
  return {
    name: 'Default Notification Policy',
    isDefault: true,
    settings: {
      quotas: [
        { type: 'USER', deliveryMethods: ['SMS', 'Voice'], total: USER_QUOTA_MAX },
        { type: 'USER', deliveryMethods: ['Email'], total: USER_QUOTA_MAX },
      ],
      countryLimit: { type: 'NONE' },
    },
    createdAt: now,
    updatedAt: now,
  };
}
