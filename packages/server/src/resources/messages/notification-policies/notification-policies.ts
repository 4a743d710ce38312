/** Notification policies: who is sent how much, how often, where to and by whom; contract messages §4. */
import { POLICIES_MAX } from '../../../config/limits.ts';
import { requestFailed } from '../../../errors/api-error.ts';
import type { Parts } from '../../../parts.ts';
import { collectionOperations } from '../../kit/collection.ts';
import type { Operation } from '../../kit/operation.ts';
import { ENVIRONMENT } from '../../kit/resource.ts';
import { policyDocument, policyMembers } from '../../policies/policy-document.ts';
import {
  NotificationPolicySchema,
  WriteNotificationPolicy,
} from './notification-policies.schema.ts';
import { holdSenders, settingsOf } from './notification-policy-rules.ts';

const EXAMPLE = {
  name: 'North only',
  quotas: [{ type: 'USER', deliveryMethods: ['SMS', 'Voice'], total: 10 }],
  countryLimit: { type: 'ALLOWED', countries: ['FI', 'SE'] },
};

export function notificationPolicyOperations({
  store,
  links,
}: Pick<Parts, 'store' | 'links'>): Operation[] {
  return collectionOperations({
    store,
    links,
    table: 'notification_policies',
    path: `${ENVIRONMENT}/notificationsPolicies`,
    name: 'NotificationPolicy',
    words: ['a notification policy', 'notification policies'],
    tag: 'Notification policies',
    permission: 'notification',
    auditType: { action: 'NOTIFICATION_POLICY', resource: 'Notification Policy' },
    schemas: { body: WriteNotificationPolicy, one: NotificationPolicySchema },
    filters: { name: { column: 'name', type: 'string' } },
    maximum: { count: POLICIES_MAX, of: 'policies' },
    oneDefault: {
      noun: 'notification policy',
      isLasting: true,
      // Terraform looks for these words where it deletes one.
      refusal: () =>
        requestFailed('CONSTRAINT_VIOLATION', 'id', {
          message: 'You cannot remove default notifications policy.',
        }),
    },
    toDocument: policyDocument(settingsOf),
    holds: ({ environmentId, doc }) => holdSenders(store, environmentId, doc.settings),
    view: policyMembers,
    async assertUnused({ environmentId, id }) {
      const policies = await store.list('policies', environmentId, { limit: POLICIES_MAX });
      const users = policies.filter(({ doc }) => doc.settings.notificationsPolicy?.id === id);
      if (users.length === 0) return;
      throw requestFailed('CONSTRAINT_VIOLATION', 'id', {
        message: 'Device authentication policies name this policy.',
        innerError: { referencedValues: users.map((user) => user.id) },
      });
    },
    operations: {
      list: { description: 'Each environment begins with one, which limits as the platform does.' },
      create: {
        description:
          'Quotas are for a day (UTC). Of each kind of message there is one: of text messages and calls together, and of e-mails.',
        example: EXAMPLE,
      },
      read: { description: 'As it was sent.' },
      replace: {
        description: 'The whole policy. It changes nothing of what was counted today.',
        example: EXAMPLE,
      },
      delete: {
        description:
          'Neither the default one nor one that a device authentication policy names can be deleted.',
      },
    },
  });
}
