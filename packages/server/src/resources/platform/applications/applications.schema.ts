/** The messages of applications; the platform's "Application Operations" page, OIDC part. */
import { type Static, Type } from 'typebox';
import { NAME_LENGTH_MAX } from '../../../config/limits.ts';
import { closed, HalLinks, maybe, oneOf, Reference, resourceOf } from '../../kit/schemas.ts';
import { Identifier, MobileReply, MobileRequest } from './mobile-settings.ts';

const DESCRIPTION_LENGTH_MAX = 1_024;
const URL_LENGTH_MAX = 2_048;
const URLS_MAX = 100;
const JWKS_LENGTH_MAX = 32_768;

const ApplicationType = oneOf('WORKER', 'NATIVE_APP', 'WEB_APP', 'SINGLE_PAGE_APP', 'SERVICE');
const AuthMethod = oneOf('CLIENT_SECRET_BASIC', 'CLIENT_SECRET_POST', 'PRIVATE_KEY_JWT', 'NONE');
const GrantType = Type.String({
  enum: ['AUTHORIZATION_CODE', 'IMPLICIT', 'REFRESH_TOKEN', 'CLIENT_CREDENTIALS', 'DEVICE_CODE'],
});

const Url = Type.String({ maxLength: URL_LENGTH_MAX });
const Urls = Type.Array(Url, { maxItems: URLS_MAX });
const Flag = Type.Boolean();
const Count = Type.Integer({ minimum: 0, maximum: 2_147_483_647 });
const Word = Type.String({ maxLength: NAME_LENGTH_MAX });
const Open = Type.Record(Type.String(), Type.Unknown());

/** Kept and returned as they came, but for `mobile`, which has defaults and may hold credentials. */
const SETTINGS = {
  accessControl: Open,
  additionalRefreshTokenReplayProtectionEnabled: Flag,
  allowWildcardInRedirectUris: Flag,
  bundleId: Identifier,
  corsSettings: Open,
  deviceCustomVerificationUri: Url,
  devicePathId: Word,
  devicePollingInterval: Count,
  deviceTimeout: Count,
  hiddenFromAppPortal: Flag,
  homePageUrl: Url,
  icon: Open,
  idpSignoff: Flag,
  includeX5t: Flag,
  initiateLoginUri: Url,
  kerberos: Open,
  loginPageUrl: Url,
  mobile: MobileRequest,
  opSessionCheckEnabled: Flag,
  packageName: Identifier,
  parRequirement: Type.String({ enum: ['OPTIONAL', 'REQUIRED'] }),
  parTimeout: Count,
  pkceEnforcement: Type.String({ enum: ['OPTIONAL', 'REQUIRED', 'S256_REQUIRED'] }),
  postLogoutRedirectUris: Urls,
  redirectUris: Urls,
  refreshTokenDuration: Count,
  refreshTokenRollingDuration: Count,
  refreshTokenRollingGracePeriodDuration: Count,
  refreshTokenType: Word,
  requestScopesForMultipleResourcesEnabled: Flag,
  requireSignedRequestObject: Flag,
  responseTypes: Type.Array(Type.String({ enum: ['CODE', 'TOKEN', 'ID_TOKEN'] }), { maxItems: 3 }),
  signing: Open,
  supportUnsignedRequestObject: Flag,
  tags: Type.Array(Word, { maxItems: URLS_MAX }),
  targetLinkUri: Url,
  template: Open,
};

/** Names of the properties that end up in `Application.settings`. */
export const SETTING_NAMES: readonly string[] = Object.keys(SETTINGS);

const OPTIONAL_SETTINGS = Object.fromEntries(
  Object.entries(SETTINGS).map(([name, schema]) => [name, Type.Optional(schema)]),
);

const COMMON = {
  name: Type.String({ minLength: 1, maxLength: NAME_LENGTH_MAX, pattern: '^[^\\u0000-\\u001f]*$' }),
  description: Type.Optional(Type.String({ maxLength: DESCRIPTION_LENGTH_MAX })),
  enabled: Type.Optional(Type.Boolean({ default: false })),
  type: ApplicationType,
  protocol: Type.Literal('OPENID_CONNECT'),
  grantTypes: Type.Array(GrantType, { minItems: 1, maxItems: 5, uniqueItems: true }),
  tokenEndpointAuthMethod: AuthMethod,
  jwks: Type.Optional(
    Type.String({ maxLength: JWKS_LENGTH_MAX, description: 'A JWK set as JSON in a string.' }),
  ),
};

const REQUEST = {
  ...COMMON,
  ...OPTIONAL_SETTINGS,
  // Taken so that it can be refused with a reason.
  jwksUrl: Type.Optional(Url),
};

export const UpdateApplication = closed(REQUEST);

export const CreateApplication = closed({
  ...REQUEST,
  assignActorRoles: Type.Optional(
    Type.Boolean({
      default: true,
      description: 'WORKER: whether it gets the roles of the application that creates it.',
    }),
  ),
});

const CommonRequest = Type.Object(COMMON);

/** What both requests say; the settings are read by name. */
export type ApplicationRequest = Static<typeof CommonRequest> & {
  jwksUrl?: string;
  mobile?: object;
  assignActorRoles?: boolean;
} & Record<string, unknown>;

export const ApplicationReply = resourceOf({
  ...COMMON,
  ...OPTIONAL_SETTINGS,
  mobile: Type.Optional(MobileReply),
  enabled: Type.Boolean(),
});

export const NewSecret = closed({
  // Taken so that it can be refused: there is no time in which two secrets are good.
  previous: maybe({ expiresAt: Type.Optional(Type.String()) }),
});

export const SecretReply = Type.Object(
  { _links: HalLinks, environment: Reference, secret: Type.String() },
  { title: 'ApplicationSecret' },
);
