/** The messages of applications; the platform's "Application Operations" page. */
import { type Static, type TProperties, type TSchema, Type } from 'typebox';
import { CLIENT_ID_LENGTH_MAX, NAME_LENGTH_MAX } from '../../../config/limits.ts';
import { closed, oneOf, resourceOf } from '../../kit/schemas.ts';
import { CLIENT_ID_PATTERN } from '../tokens/client-credentials.ts';
import { GivenSecret } from './application-secret.ts';
import { type Protocol, SETTINGS } from './application-settings.ts';
import { MobileReply } from './mobile-settings.ts';

const DESCRIPTION_LENGTH_MAX = 1_024;
const JWKS_LENGTH_MAX = 32_768;

/** Those that people make; the platform's own (`PING_ONE_PORTAL`, …) are none here. */
const TYPES = {
  OPENID_CONNECT: oneOf(
    'WORKER',
    'NATIVE_APP',
    'WEB_APP',
    'SINGLE_PAGE_APP',
    'SERVICE',
    'CUSTOM_APP',
  ),
  SAML: oneOf('WEB_APP', 'CUSTOM_APP'),
  WS_FED: oneOf('WEB_APP', 'CUSTOM_APP'),
  EXTERNAL_LINK: oneOf('PORTAL_LINK_APP'),
} as const;
const AuthMethod = oneOf(
  'CLIENT_SECRET_BASIC',
  'CLIENT_SECRET_POST',
  'CLIENT_SECRET_JWT',
  'PRIVATE_KEY_JWT',
  'NONE',
);
const GRANTS = [
  'AUTHORIZATION_CODE',
  'IMPLICIT',
  'REFRESH_TOKEN',
  'CLIENT_CREDENTIALS',
  'DEVICE_CODE',
  'TOKEN_EXCHANGE',
  'CIBA',
];
const GrantType = Type.String({ enum: GRANTS });

const ABOUT = {
  name: Type.String({ minLength: 1, maxLength: NAME_LENGTH_MAX, pattern: '^[^\\u0000-\\u001f]*$' }),
  description: Type.Optional(Type.String({ maxLength: DESCRIPTION_LENGTH_MAX })),
  enabled: Type.Optional(Type.Boolean({ default: false })),
};

/** How an application of OpenID Connect gets tokens. */
const CLIENT = {
  grantTypes: Type.Array(GrantType, { minItems: 1, maxItems: GRANTS.length, uniqueItems: true }),
  tokenEndpointAuthMethod: AuthMethod,
  jwks: Type.Optional(
    Type.String({ maxLength: JWKS_LENGTH_MAX, description: 'A JWK set as JSON in a string.' }),
  ),
};

const ClientId = Type.String({
  minLength: 1,
  maxLength: CLIENT_ID_LENGTH_MAX,
  pattern: CLIENT_ID_PATTERN,
  description: 'The name that a client brings along; absent: the id of the application.',
});

/** What is said once, when it is made. */
const ONCE = {
  assignActorRoles: Type.Optional(
    Type.Boolean({
      default: true,
      description: 'WORKER: whether it gets the roles of the application that creates it.',
    }),
  ),
  clientId: Type.Optional(ClientId),
  clientSecret: Type.Optional(GivenSecret),
};

const optional = (members: TProperties) => Type.Partial(Type.Object(members)).properties;

const membersOf = (protocol: Protocol) => ({
  ...ABOUT,
  type: TYPES[protocol],
  protocol: Type.Literal(protocol),
  ...(protocol === 'OPENID_CONNECT' ? CLIENT : {}),
  ...SETTINGS[protocol].required,
  ...optional(SETTINGS[protocol].optional),
});

const PROTOCOLS = Object.keys(SETTINGS) as Protocol[];

/** The branch of the union is told by `protocol`. */
const unionOf = (branch: (protocol: Protocol) => TSchema): TSchema =>
  Type.Unsafe({
    type: 'object',
    required: ['protocol'],
    discriminator: { propertyName: 'protocol' },
    oneOf: PROTOCOLS.map(branch),
  });

export const UpdateApplication = unionOf((protocol) => closed(membersOf(protocol)));

export const CreateApplication = unionOf((protocol) =>
  closed({ ...membersOf(protocol), ...(protocol === 'OPENID_CONNECT' ? ONCE : {}) }),
);

export const ApplicationReply = unionOf((protocol) =>
  resourceOf({
    ...membersOf(protocol),
    ...(protocol === 'OPENID_CONNECT'
      ? { mobile: Type.Optional(MobileReply), clientId: Type.Optional(ClientId) }
      : {}),
    enabled: Type.Boolean(),
  }),
);

const Said = Type.Object({ ...ABOUT, ...optional(CLIENT), protocol: oneOf(...PROTOCOLS) });

/** What requests say; the settings are read by name. */
export type ApplicationRequest = Static<typeof Said> & {
  type: Static<(typeof TYPES)[Protocol]>;
  grantTypes?: string[];
  tokenEndpointAuthMethod?: Static<typeof AuthMethod>;
  jwks?: string;
  jwksUrl?: string;
  mobile?: object;
  assignActorRoles?: boolean;
  clientId?: string;
  clientSecret?: string;
} & Record<string, unknown>;
