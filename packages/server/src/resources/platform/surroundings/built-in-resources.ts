/** The API resources that the platform has in every environment, with their scopes and claims. Pure. */
import { builtInList } from './kind.ts';

// The digits before the last four tell the kind.
const PREFIX = '4f1c0a52-7a0e-4f0b-9d6e-0c5a1d2';

export const RESOURCES_BUILT_IN = builtInList({ kind: 'resources', unique: 'name' }, `${PREFIX}4`, [
  {
    type: 'OPENID_CONNECT',
    name: 'openid',
    description: 'The scopes of OpenID Connect.',
    accessTokenValiditySeconds: 3_600,
  },
  {
    type: 'PING_ONE_API',
    name: 'PingOne API',
    description: 'What users may do with what is theirs.',
    audience: 'https://api.pingone.com',
    accessTokenValiditySeconds: 3_600,
  },
]);

const [OPENID = '', PLATFORM_API = ''] = RESOURCES_BUILT_IN.list('', undefined).map(({ id }) => id);

const OPENID_SCOPES = ['openid', 'profile', 'email', 'address', 'phone', 'offline_access'];

/** Of users on themselves: the platform's page "PingOne self-management scopes". */
const SELF_SCOPES = [
  'read:user',
  'update:user',
  'update:userMfaEnabled',
  'create:device',
  'read:device',
  'update:device',
  'delete:device',
  'create:pairingKey',
  'read:pairingKey',
  'delete:pairingKey',
  'read:userPassword',
  'validate:userPassword',
  'reset:userPassword',
  'read:userLinkedAccounts',
  'delete:userLinkedAccounts',
  'read:sessions',
  'delete:sessions',
];

export const RESOURCE_SCOPES_BUILT_IN = builtInList(
  { kind: 'scopes', unique: 'name' },
  `${PREFIX}5`,
  [
    ...OPENID_SCOPES.map((name) => ({ parentId: OPENID, name })),
    ...SELF_SCOPES.map((name) => ({ parentId: PLATFORM_API, name: `p1:${name}` })),
  ],
);

/** The claims of OpenID Connect Core §5.1, and the member of a user that they are; none: empty. */
const CLAIMS: Readonly<Record<string, string | undefined>> = {
  'address.country': 'address.countryCode',
  'address.formatted': undefined,
  'address.locality': 'address.locality',
  'address.postal_code': 'address.postalCode',
  'address.region': 'address.region',
  'address.street_address': 'address.streetAddress',
  birthdate: undefined,
  email: 'email',
  email_verified: 'emailVerified',
  family_name: 'name.family',
  gender: undefined,
  given_name: 'name.given',
  locale: 'locale',
  middle_name: 'name.middle',
  name: 'name.formatted',
  nickname: 'nickname',
  phone_number: 'primaryPhone',
  phone_number_verified: undefined,
  picture: 'photo.href',
  preferred_username: 'username',
  profile: undefined,
  updated_at: 'updatedAt',
  website: undefined,
  zoneinfo: 'timezone',
};

const claim = (name: string, member: string | undefined, type: string) => ({
  parentId: OPENID,
  name,
  value: member === undefined ? '' : `\${user.${member}}`,
  type,
  idToken: true,
  userInfo: true,
});

export const RESOURCE_ATTRIBUTES_BUILT_IN = builtInList(
  { kind: 'resourceAttributes', unique: 'name' },
  `${PREFIX}6`,
  [
    claim('sub', 'id', 'CORE'),
    ...Object.entries(CLAIMS).map(([name, member]) => claim(name, member, 'PREDEFINED')),
  ],
);
