/**
 * What a role allows. Role names and their reach follow the platform's "Roles and permissions"
 * page; the permission names are ours, and the right-hand side of each operation.
 */
const RESOURCES = [
  'organization',
  'environment',
  'population',
  'application',
  'role',
  'user',
  'device',
  'pairingKey',
  'deviceAuthentication',
  'mfaSettings',
  'policy',
  'fidoPolicy',
  'pushCredential',
  'authenticationCode',
  'oathToken',
  'notification',
  'activity',
] as const;

export type PermissionResource = (typeof RESOURCES)[number];
export type Permission = `${'create' | 'read' | 'update' | 'delete'}:${PermissionResource}`;

/** What a role can be assigned on; one application: what its path names. */
export const SCOPE_TYPES = ['ORGANIZATION', 'ENVIRONMENT', 'POPULATION', 'APPLICATION'] as const;
export type ScopeType = (typeof SCOPE_TYPES)[number];

type Grant = { read: readonly PermissionResource[]; write: readonly PermissionResource[] };

/** One built-in role. `scopes`: what it can be assigned on. */
export interface Role {
  /** Fixed, so that scripts can name it. */
  id: string;
  name: string;
  description: string;
  scopes: readonly ScopeType[];
  grant: Grant;
}

const IDENTITY: readonly PermissionResource[] = [
  'user',
  'device',
  'pairingKey',
  'deviceAuthentication',
];
const CONFIGURATION: readonly PermissionResource[] = [
  'environment',
  'population',
  'mfaSettings',
  'policy',
  'fidoPolicy',
  'pushCredential',
  'oathToken',
  'notification',
];

export const ROLES: readonly Role[] = [
  {
    id: '4f1c0a52-7a0e-4f0b-9d6e-0c5a1d2b0001',
    name: 'Organization Admin',
    description: 'Creates environments and manages those of the organization.',
    scopes: ['ORGANIZATION'],
    grant: {
      read: ['organization', 'environment', 'role'],
      write: ['organization', 'environment', 'role'],
    },
  },
  {
    id: '4f1c0a52-7a0e-4f0b-9d6e-0c5a1d2b0002',
    name: 'Environment Admin',
    description:
      'Manages the configuration of an environment: populations, applications, roles, MFA settings and policies. May run device authentications (contract §1.2).',
    scopes: ['ORGANIZATION', 'ENVIRONMENT'],
    grant: {
      read: [...CONFIGURATION, 'application', 'role', 'activity', ...IDENTITY],
      write: [...CONFIGURATION, 'application', 'role', 'deviceAuthentication'],
    },
  },
  {
    id: '4f1c0a52-7a0e-4f0b-9d6e-0c5a1d2b0003',
    name: 'Identity Data Admin',
    description:
      'Manages users with their devices and pairing keys, and runs their authentications.',
    scopes: ['ORGANIZATION', 'ENVIRONMENT', 'POPULATION'],
    grant: {
      read: [
        ...IDENTITY,
        'authenticationCode',
        'population',
        'oathToken',
        'policy',
        'fidoPolicy',
        'mfaSettings',
        'activity',
      ],
      write: [...IDENTITY, 'authenticationCode', 'oathToken'],
    },
  },
  {
    id: '4f1c0a52-7a0e-4f0b-9d6e-0c5a1d2b0004',
    name: 'Client Application Developer',
    description: 'Manages applications and their push credentials.',
    scopes: ['ORGANIZATION', 'ENVIRONMENT'],
    grant: {
      read: ['environment', 'application', 'pushCredential', 'policy', 'mfaSettings'],
      write: ['application', 'pushCredential'],
    },
  },
  {
    id: '4f1c0a52-7a0e-4f0b-9d6e-0c5a1d2b0005',
    name: 'Identity Data Read Only',
    description: 'Reads users, devices and authentications.',
    scopes: ['ORGANIZATION', 'ENVIRONMENT', 'POPULATION'],
    grant: { read: [...IDENTITY, 'population'], write: [] },
  },
  {
    id: '4f1c0a52-7a0e-4f0b-9d6e-0c5a1d2b0006',
    name: 'Configuration Read Only',
    description: 'Reads the configuration of an environment.',
    scopes: ['ORGANIZATION', 'ENVIRONMENT'],
    grant: { read: [...CONFIGURATION, 'application', 'role'], write: [] },
  },
  {
    id: '4f1c0a52-7a0e-4f0b-9d6e-0c5a1d2b0007',
    name: 'Application Owner',
    description: 'Manages single applications and their push credentials.',
    scopes: ['ORGANIZATION', 'ENVIRONMENT', 'APPLICATION'],
    grant: { read: ['application', 'pushCredential'], write: ['application', 'pushCredential'] },
  },
];

/** What an environment has, whether or not MFA is among its products. */
const OF_PLATFORM: readonly PermissionResource[] = [
  'organization',
  'environment',
  'population',
  'user',
  'application',
  'role',
  'activity',
];

/** Whether it is there without MFA, too. Pure. */
export const isOfPlatform = (resource: PermissionResource) => OF_PLATFORM.includes(resource);

/** Whether the role lets its holder do this. Pure; unknown means no. */
export function roleAllows(role: Role, permission: Permission): boolean {
  const [verb, resource] = permission.split(':') as [string, PermissionResource];
  return (verb === 'read' ? role.grant.read : role.grant.write).includes(resource);
}

/** Every permission of the role, in a fixed order. Pure. */
export function permissionsOf(role: Role): Permission[] {
  const { read, write } = role.grant;
  return RESOURCES.flatMap((resource): Permission[] => [
    ...(read.includes(resource) ? [`read:${resource}` as const] : []),
    ...(write.includes(resource)
      ? ([`create:${resource}`, `update:${resource}`, `delete:${resource}`] as const)
      : []),
  ]);
}

/**
 * Whether the permission is about users and so can be confined to their population. A role on a
 * population gives nothing else: the rest belongs to the whole environment.
 */
export function isWithinPopulation(permission: Permission): boolean {
  const [, resource] = permission.split(':') as [string, PermissionResource];
  return resource === 'population' || IDENTITY.includes(resource);
}
