/** Our permissions as the platform calls them; its "Permissions by Identifier". Pure. */
import type { Permission, PermissionResource } from '../../kit/permissions.ts';

/** `service:resource` of the platform behind each of ours; those of `mfa` under their own names. */
const NAMES: Readonly<Record<PermissionResource, readonly string[]>> = {
  organization: ['orgmgt:organization'],
  license: ['licensing:license'],
  environment: ['orgmgt:environment', 'orgmgt:deployment'],
  role: [
    'permissions:userRoleAssignments',
    'permissions:groupRoleAssignments',
    'permissions:applicationRoleAssignments',
  ],
  population: ['dir:population'],
  group: ['dir:group', 'dir:groupMembership'],
  user: ['dir:user'],
  userMfa: ['mfa:userMfaEnabled', 'mfa:userMfaBypass'],
  device: ['mfa:device'],
  deviceLock: ['mfa:deviceLock'],
  pairingKey: ['mfa:pairingKey'],
  deviceAuthentication: ['mfa:deviceAuthentication'],
  authenticationCode: ['mfa:authenticationCode'],
  mfaSettings: ['mfa:settings'],
  policy: ['mfa:deviceAuthenticationPolicy'],
  fidoPolicy: ['mfa:fidoPolicy'],
  oathToken: ['mfa:oathToken'],
  application: ['applications:application', 'applications:secret'],
  pushCredential: ['mfa:pushCredentials'],
  notification: ['notifications:template', 'notifications:policy', 'notifications:settings'],
  surrounding: [
    'authn:signOnPolicy',
    'branding:theme',
    'certmgt:key',
    'dir:passwordPolicy',
    'identityProviders:identityProvider',
    'images:image',
    'languages:language',
  ],
  trustedIssuer: ['identityProviders:trustedIssuer'],
  activity: ['audit_reporting:activity'],
  subscription: ['subscriptions:subscription'],
  report: ['reporting:exploration'],
};

/** Who reads an application doesn't read its secret. */
const isShown = (id: string) => id !== 'applications:read:secret';

/** `service:action:resource`, with the two words that a person reads. */
export function permissionViews(permission: Permission) {
  const [action, resource] = permission.split(':') as [string, PermissionResource];
  return NAMES[resource]
    .map((name) => {
      const [service, classifier = ''] = name.split(':');
      const verb = `${action[0]?.toUpperCase()}${action.slice(1)}`;
      return {
        id: `${service}:${action}:${classifier}`,
        classifier,
        description: `${verb} ${classifier}`,
      };
    })
    .filter(({ id }) => isShown(id));
}
