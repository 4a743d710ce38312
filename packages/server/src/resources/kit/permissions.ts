/**
 * What a role allows. Role names and their reach follow the platform's "Roles and permissions"
 * page; the permission names are ours, and the right-hand side of each operation. The platform's
 * own names for them are made in `platform/roles/permission-names.ts`.
 */

/** What a role can be assigned on; one application: what its path names. */
export const SCOPE_TYPES = ['ORGANIZATION', 'ENVIRONMENT', 'POPULATION', 'APPLICATION'] as const;
export type ScopeType = (typeof SCOPE_TYPES)[number];

const ACTIONS = { C: 'create', R: 'read', U: 'update', D: 'delete' } as const;

/**
 * Who may what: a row for each resource, a column for each of the first roles below; C, R, U and D
 * are the actions, `-` is none.
 */
const MATRIX = {
  //                      Org  Env  Data DaRO Dev  Own  CfRO Help
  organization: '        R    R    R    R    R    R    R    R',
  license: '             RU   R    R    R    R    R    R    R',
  environment: '         CRUD RU   R    R    R    R    R    R',
  role: '                CRUD CRUD CRUD -    -    -    R    -',
  population: '          -    CRUD R    R    -    -    R    -',
  group: '               -    CRUD CRUD R    R    -    R    R',
  user: '                -    R    CRUD R    -    -    -    R',
  userMfa: '             -    R    RU   R    -    -    -    RU',
  device: '              -    R    CRUD R    -    -    -    RD',
  deviceLock: '          -    -    U    -    -    -    -    U',
  pairingKey: '          -    R    CRUD R    -    -    -    R',
  deviceAuthentication: '-    CRUD CRUD R    -    -    -    -',
  authenticationCode: '  -    CRUD CRUD R    -    -    -    -',
  mfaSettings: '         -    CRUD R    -    R    -    R    -',
  policy: '              -    CRUD R    -    R    -    R    -',
  fidoPolicy: '          -    CRUD R    -    R    -    R    -',
  oathToken: '           -    CRUD CRUD R    -    -    R    R',
  application: '         -    CRUD -    -    CRUD CRUD R    -',
  pushCredential: '      -    CRUD -    -    CRUD CRUD R    -',
  notification: '        R    CRUD -    -    -    -    R    -',
  surrounding: '         -    CRUD -    -    R    -    R    -',
  trustedIssuer: '       -    CRUD -    -    R    -    R    -',
  activity: '            R    R    R    -    -    -    R    -',
  subscription: '        -    CRUD -    -    -    -    R    -',
  report: '              R    R    R    R    -    -    R    -',
} as const;

export type PermissionResource = keyof typeof MATRIX;
export type PermissionAction = (typeof ACTIONS)[keyof typeof ACTIONS];
export type Permission = `${PermissionAction}:${PermissionResource}`;

export const RESOURCES = Object.keys(MATRIX) as PermissionResource[];

/** What every role allows: to find out where one is. A role on one population or application too. */
const ESSENTIAL: readonly Permission[] = ['read:organization', 'read:license', 'read:environment'];

/** One built-in role. */
export interface Role {
  /** Fixed, so that scripts can name it. */
  id: string;
  name: string;
  description: string;
  /** What it can be assigned on. */
  scopes: readonly ScopeType[];
  /** The names of the roles that who has it may assign, on what its own scope covers. */
  assigns: readonly string[];
}

const PLACES = ['ORGANIZATION', 'ENVIRONMENT'] as const;
const DATA_ROLES = ['Identity Data Admin', 'Identity Data Read Only', 'Help Desk Admin'];

type Told = [name: string, description: string, scopes: Role['scopes'], id: string];

/** In the order of the matrix's columns; those after it allow what is essential and nothing else. */
const TOLD: readonly Told[] = [
  [
    'Organization Admin',
    'Creates environments and manages those of the organization.',
    ['ORGANIZATION'],
    '0001',
  ],
  [
    'Environment Admin',
    'Manages the configuration of an environment: populations, applications, roles, MFA settings and policies. May run device authentications (contract §1.2).',
    PLACES,
    '0002',
  ],
  [
    'Identity Data Admin',
    'Manages users with their devices and pairing keys, and runs their authentications.',
    [...PLACES, 'POPULATION'],
    '0003',
  ],
  [
    'Identity Data Read Only',
    'Reads users, devices and authentications.',
    [...PLACES, 'POPULATION'],
    '0005',
  ],
  [
    'Client Application Developer',
    'Manages applications and their push credentials.',
    PLACES,
    '0004',
  ],
  [
    'Application Owner',
    'Manages single applications and their push credentials.',
    [...PLACES, 'APPLICATION'],
    '0007',
  ],
  ['Configuration Read Only', 'Reads the configuration of an environment.', PLACES, '0006'],
  [
    'Help Desk Admin',
    'Helps users: reads them and their devices, removes and unlocks devices, switches MFA and lets users bypass it.',
    [...PLACES, 'POPULATION'],
    '0008',
  ],
  ...(
    [
      ['Custom Roles Admin', '0009'],
      ['DaVinci Admin', '000a'],
      ['DaVinci Admin Read Only', '000b'],
      ['PingFederate Administrator', '000c'],
      ['PingFederate Auditor', '000d'],
      ['PingFederate Crypto Administrator', '000e'],
      ['PingFederate Expression Administrator', '000f'],
      ['PingFederate User Administrator', '0010'],
      ['Advanced Identity Cloud Super Admin', '0011'],
      ['Advanced Identity Cloud Tenant Admin', '0012'],
    ] as const
  ).map(
    ([name, id]): Told => [
      name,
      'Stands for a product that is not served here: it allows nothing but to read where one is.',
      ['ENVIRONMENT'],
      id,
    ],
  ),
];

const everyName = TOLD.map(([name]) => name);
const ASSIGNS: Readonly<Record<string, readonly string[]>> = {
  // Itself, too: or there could never be a second one.
  'Organization Admin': ['Organization Admin', 'Environment Admin'],
  'Environment Admin': everyName.filter((name) => name !== 'Organization Admin'),
  'Identity Data Admin': DATA_ROLES,
};

export const ROLES: readonly Role[] = TOLD.map(([name, description, scopes, id]) => ({
  id: `4f1c0a52-7a0e-4f0b-9d6e-0c5a1d2b${id}`,
  name,
  description,
  scopes,
  assigns: ASSIGNS[name] ?? [],
}));

function granted(column: number): Permission[] {
  const own = RESOURCES.flatMap((resource) => {
    const cell = MATRIX[resource].trim().split(/ +/)[column] ?? '-';
    return (Object.keys(ACTIONS) as (keyof typeof ACTIONS)[])
      .filter((letter) => cell.includes(letter))
      .map((letter): Permission => `${ACTIONS[letter]}:${resource}`);
  });
  return own.length === 0 ? [...ESSENTIAL] : own;
}

const GRANTED: ReadonlyMap<string, ReadonlySet<Permission>> = new Map(
  ROLES.map(({ id }, column) => [id, new Set(granted(column))]),
);

/** Whether the role lets its holder do this. Pure; unknown means no. */
export const roleAllows = ({ id }: Pick<Role, 'id'>, permission: Permission): boolean =>
  GRANTED.get(id)?.has(permission) ?? false;

/** Every permission of the role, in a fixed order. Pure. */
export const permissionsOf = ({ id }: Pick<Role, 'id'>): Permission[] => [
  ...(GRANTED.get(id) ?? []),
];

/** What an environment has, whether or not MFA is among its products. */
const OF_PLATFORM: readonly PermissionResource[] = [
  'organization',
  'license',
  'environment',
  'population',
  'group',
  'user',
  'application',
  'role',
  'surrounding',
  'trustedIssuer',
  'notification',
  'activity',
  'subscription',
  'report',
];

/** Whether it is there without MFA, too. Pure. */
export const isOfPlatform = (resource: PermissionResource) => OF_PLATFORM.includes(resource);

const WITHIN_POPULATION: readonly PermissionResource[] = [
  'population',
  'user',
  'userMfa',
  'device',
  'deviceLock',
  'pairingKey',
  'deviceAuthentication',
  'report',
];

/**
 * Whether the permission is about users and so can be confined to their population. A role on a
 * population gives nothing else but what is essential: the rest belongs to the whole environment.
 */
export function isWithinPopulation(permission: Permission): boolean {
  const [, resource] = permission.split(':') as [string, PermissionResource];
  return WITHIN_POPULATION.includes(resource);
}

/** Whether every role allows it wherever it was assigned, also on a part of an environment. Pure. */
export const isEssential = (permission: Permission) => ESSENTIAL.includes(permission);
