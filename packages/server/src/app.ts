import type { Parts } from './parts.ts';
import { authenticationCodeOperations } from './resources/authentication/authentication-codes/authentication-codes.ts';
import { deviceAuthenticationOperations } from './resources/authentication/device-authentications/device-authentications.routes.ts';
import { nativeDeviceOperations } from './resources/authentication/native-devices/native-devices.routes.ts';
import { deviceOperations } from './resources/devices/devices/devices.routes.ts';
import { oathJobOperations } from './resources/devices/oath-jobs/oath-jobs.ts';
import { oathTokenOperations } from './resources/devices/oath-tokens/oath-tokens.ts';
import { pairingKeyOperations } from './resources/devices/pairing-keys/pairing-keys.ts';
import { issuedCodeOperations } from './resources/devices/user-codes/issued-codes.ts';
import { recoveryCodeOperations } from './resources/devices/user-codes/recovery-codes.ts';
import type { Operation } from './resources/kit/operation.ts';
import { abuseProtectionOperations } from './resources/messages/abuse-protection/abuse-protection.ts';
import { contentOperations } from './resources/messages/contents/contents.ts';
import { emailDeliverySettingsOperations } from './resources/messages/email-delivery-settings/email-delivery-settings.ts';
import { emailDomainOperations } from './resources/messages/email-domains/email-domains.ts';
import { whatsAppSettingsOperations } from './resources/messages/instant-messaging-delivery-settings/whats-app-settings.ts';
import { notificationPolicyOperations } from './resources/messages/notification-policies/notification-policies.ts';
import { notificationSettingsOperations } from './resources/messages/notification-settings/notification-settings.ts';
import { testPushOperations } from './resources/messages/notifications/test-push.ts';
import { phoneDeliverySettingsOperations } from './resources/messages/phone-delivery-settings/phone-delivery-settings.ts';
import { emailSenderTestOperations } from './resources/messages/sender-tests/email-sender-test.ts';
import { phoneSenderTestOperations } from './resources/messages/sender-tests/phone-sender-test.ts';
import { whatsAppSenderTestOperations } from './resources/messages/sender-tests/whats-app-sender-test.ts';
import { deliveryReportOperations } from './resources/messages/sent-messages/delivery-reports.ts';
import { sentMessageOperations } from './resources/messages/sent-messages/sent-messages.ts';
import { templateOperations } from './resources/messages/templates/templates.ts';
import { trustedEmailOperations } from './resources/messages/trusted-emails/trusted-emails.ts';
import { activityOperations } from './resources/platform/activities/activities.routes.ts';
import { applicationOperations } from './resources/platform/applications/applications.ts';
import { roleAssignmentOperations } from './resources/platform/applications/role-assignments.ts';
import { environmentOperations } from './resources/platform/environments/environments.ts';
import { groupOperations } from './resources/platform/groups/groups.ts';
import { memberOfGroupOperations } from './resources/platform/groups/member-of-groups.ts';
import { organizationOperations } from './resources/platform/organizations/organizations.ts';
import { populationOperations } from './resources/platform/populations/populations.ts';
import { pushCredentialOperations } from './resources/platform/push-credentials/push-credentials.ts';
import { dataExplorationOperations } from './resources/platform/reports/data-explorations.ts';
import { reportOperations } from './resources/platform/reports/total-identities.ts';
import { roleOperations } from './resources/platform/roles/roles.ts';
import { subscriptionOperations } from './resources/platform/subscriptions/subscriptions.ts';
import { imageOperations } from './resources/platform/surroundings/images.ts';
import { surroundingOperations } from './resources/platform/surroundings/surroundings.ts';
import { trustedIssuerOperations } from './resources/platform/trusted-issuers/trusted-issuers.ts';
import { userOperations } from './resources/platform/users/users.routes.ts';
import { policyOperations } from './resources/policies/device-authentication-policies/policies.ts';
import { fidoDevicesMetadataOperations } from './resources/policies/fido-devices-metadata/fido-devices-metadata.ts';
import { fidoPolicyOperations } from './resources/policies/fido-policies/fido-policies.ts';
import { fido2PolicyOperations } from './resources/policies/fido2-policies/fido2-policies.ts';
import { mfaSettingsOperations } from './resources/policies/mfa-settings/mfa-settings.ts';
import { signOnOperations } from './sign-on/sign-on.ts';

/** The whole API on one screen. */
export function apiOperations(parts: Parts): Operation[] {
  return [
    ...deviceAuthenticationOperations(parts),
    ...deviceOperations(parts),
    ...userOperations(parts),
    ...pairingKeyOperations(parts),
    ...recoveryCodeOperations(parts),
    ...issuedCodeOperations(parts),
    ...oathTokenOperations(parts),
    ...oathJobOperations(parts),
    ...nativeDeviceOperations(parts),
    ...authenticationCodeOperations(parts),
    ...pushCredentialOperations(parts),
    ...policyOperations(parts),
    ...fido2PolicyOperations(parts),
    ...fidoPolicyOperations(parts),
    ...templateOperations(parts),
    ...contentOperations(parts),
    ...fidoDevicesMetadataOperations(parts),
    ...mfaSettingsOperations(parts),
    ...notificationSettingsOperations(parts),
    ...abuseProtectionOperations(parts),
    ...emailDeliverySettingsOperations(parts),
    ...phoneDeliverySettingsOperations(parts),
    ...whatsAppSettingsOperations(parts),
    ...sentMessageOperations(parts),
    ...deliveryReportOperations(parts),
    ...notificationPolicyOperations(parts),
    ...emailDomainOperations(parts),
    ...trustedEmailOperations(parts),
    ...testPushOperations(parts),
    ...phoneSenderTestOperations(parts),
    ...emailSenderTestOperations(parts),
    ...whatsAppSenderTestOperations(parts),
    ...organizationOperations(parts),
    ...environmentOperations(parts),
    ...populationOperations(parts),
    ...groupOperations(parts),
    ...memberOfGroupOperations(parts),
    ...surroundingOperations(parts),
    ...imageOperations(parts),
    ...applicationOperations(parts),
    ...roleOperations(parts),
    ...roleAssignmentOperations(parts),
    ...activityOperations(parts),
    ...reportOperations(parts),
    ...dataExplorationOperations(parts),
    ...subscriptionOperations(parts),
    ...trustedIssuerOperations(parts),
    ...signOnOperations(parts),
  ];
}
