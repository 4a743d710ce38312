/**
 * What the one license says that doesn't change: everything that is here is allowed. The names are
 * those of the Go SDK, `License`.
 */
import { type TProperties, Type } from 'typebox';
import { HalLinks, Reference, Timestamp, Uuid } from '../../kit/schemas.ts';

export const PACKAGE = 'SELF_HOSTED';
export const STATUS = 'ACTIVE';

const every = (value: boolean, names: string) =>
  Object.fromEntries(names.split(' ').map((name) => [name, value]));

/** A number that no installation reaches: there is no limit. */
const USERS_MAX = 2_147_483_647;

const groups = {
  environments: {
    ...every(
      true,
      'allowAddResources allowConnections allowCustomDomain allowCustomSchema allowProduction',
    ),
    max: 1_000,
    regions: ['NORTH_AMERICA', 'EU', 'AP', 'AU', 'CA', 'SG'],
  },
  mfa: every(
    true,
    'allowPushNotification allowNotificationOutsideWhitelist allowFido2Devices allowVoiceOtp allowEmailOtp allowSmsOtp allowTotp',
  ),
  users: {
    max: USERS_MAX,
    hardLimitMax: USERS_MAX,
    annualActiveIncluded: USERS_MAX,
    monthlyActiveIncluded: USERS_MAX,
    ...every(
      true,
      'allowPasswordManagementNotifications allowIdentityProviders allowMyAccount allowPasswordManagement allowPasswordOnlyAuthentication allowPasswordPolicy allowProvisioning allowInboundProvisioning allowRoleAssignment allowVerificationFlow allowUpdateSelf',
    ),
    entitledToSupport: false,
  },
  intelligence: every(
    false,
    'allowAdvancedPredictors allowAnonymousNetworkDetection allowDataConsent allowGeoVelocity allowReputation allowRisk',
  ),
  verify: every(
    false,
    'allowAadhaar allowDocumentMatch allowFaceMatch allowManualIdInspection allowPushNotifications',
  ),
  credentials: every(false, 'allowCredentials allowPushNotifications'),
  authorize: every(false, 'allowApiAccessManagement allowDynamicAuthorization'),
  gateways: every(false, 'allowKerberosGateway allowLdapGateway allowRadiusGateway'),
  orchestrate: every(false, 'allowOrchestration'),
  fraud: every(false, 'allowAccountProtection allowBotMaliciousDeviceDetection'),
  advancedServices: { pingId: { included: false } },
};

export const licenseMembers = { package: PACKAGE, status: STATUS, ...groups };

const groupSchemas: TProperties = Object.fromEntries(
  Object.keys(groups).map((name) => [name, Type.Record(Type.String(), Type.Unknown())]),
);

export const LicenseReply = Type.Object({
  _links: HalLinks,
  id: Uuid,
  name: Type.String(),
  organization: Reference,
  package: Type.Literal(PACKAGE),
  status: Type.Literal(STATUS),
  beginsAt: Timestamp,
  assignedEnvironmentsCount: Type.Integer({ minimum: 0 }),
  ...groupSchemas,
});
