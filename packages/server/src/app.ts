import type { Parts } from './parts.ts';
import { activityOperations } from './resources/activities/activities.routes.ts';
import { applicationOperations } from './resources/applications/applications.routes.ts';
import { roleAssignmentOperations } from './resources/applications/role-assignments.routes.ts';
import { authenticationCodeOperations } from './resources/authentication-codes/authentication-codes.routes.ts';
import { policyOperations } from './resources/device-authentication-policies/policies.routes.ts';
import { deviceAuthenticationOperations } from './resources/device-authentications/device-authentications.routes.ts';
import { deviceOperations } from './resources/devices/devices.routes.ts';
import { environmentOperations } from './resources/environments/environments.routes.ts';
import { fidoDevicesMetadataOperations } from './resources/fido-devices-metadata/fido-devices-metadata.routes.ts';
import { fidoPolicyOperations } from './resources/fido-policies/fido-policies.routes.ts';
import { fido2PolicyOperations } from './resources/fido2-policies/fido2-policies.routes.ts';
import { mfaSettingsOperations } from './resources/mfa-settings/mfa-settings.routes.ts';
import { nativeDeviceOperations } from './resources/native-devices/native-devices.routes.ts';
import type { Operation } from './resources/operation.ts';
import { pairingKeyOperations } from './resources/pairing-keys/pairing-keys.routes.ts';
import { populationOperations } from './resources/populations/populations.routes.ts';
import { pushCredentialOperations } from './resources/push-credentials/push-credentials.routes.ts';
import { roleOperations } from './resources/roles/roles.routes.ts';
import { tokenOperations } from './resources/tokens/tokens.routes.ts';
import { userOperations } from './resources/users/users.routes.ts';

/** The whole API on one screen. */
export function apiOperations(parts: Parts): Operation[] {
  return [
    ...deviceAuthenticationOperations(parts),
    ...deviceOperations(parts),
    ...userOperations(parts),
    ...pairingKeyOperations(parts),
    ...nativeDeviceOperations(parts),
    ...authenticationCodeOperations(parts),
    ...pushCredentialOperations(parts),
    ...policyOperations(parts),
    ...fido2PolicyOperations(parts),
    ...fidoPolicyOperations(parts),
    ...fidoDevicesMetadataOperations(parts),
    ...mfaSettingsOperations(parts),
    ...environmentOperations(parts),
    ...populationOperations(parts),
    ...applicationOperations(parts),
    ...roleOperations(parts),
    ...roleAssignmentOperations(parts),
    ...activityOperations(parts),
    ...tokenOperations(parts),
  ];
}
