/**
 * What an application says beside its name, type and credentials: kept and returned. `default`s are
 * the platform's; contract platform §1.9. What is more than a schema can say stands below.
 */
import { type Static, type TObject, type TPartial, Type } from 'typebox';
import { NAME_LENGTH_MAX } from '../../../config/limits.ts';
import { ApiError, errorDetail, invalidData } from '../../../errors/api-error.ts';
import { withDefaults } from '../../../policy/with-defaults.ts';
import { closed, maybe, Reference, Uuid } from '../../kit/schemas.ts';
import { Identifier, MobileRequest } from './mobile-settings.ts';

const URL_LENGTH_MAX = 2_048;
const URLS_MAX = 100;
const GROUPS_MAX = 200;
const ORIGINS_MAX = 20;
const SECONDS_MAX = 2_147_483_647;

export const Url = Type.String({ maxLength: URL_LENGTH_MAX });
const Urls = Type.Array(Url, { maxItems: URLS_MAX });
const Flag = Type.Boolean();
const Off = Type.Boolean({ default: false });
const Word = Type.String({ maxLength: NAME_LENGTH_MAX });
const Open = Type.Record(Type.String(), Type.Unknown());
const from = (minimum: number, maximum: number, more: { default?: number } = {}) =>
  Type.Integer({ minimum, maximum, ...more });

const CorsSettings = closed({
  behavior: Type.Enum(['ALLOW_NO_ORIGINS', 'ALLOW_SPECIFIC_ORIGINS']),
  origins: Type.Optional(
    Type.Array(Type.String({ maxLength: NAME_LENGTH_MAX, pattern: '^(https?://)?[^/\\s]+$' }), {
      maxItems: ORIGINS_MAX,
    }),
  ),
});
const SigningKey = closed({ algorithm: Type.Optional(Word), key: Reference });

/** Of every application, whatever its protocol. */
const COMMON = {
  accessControl: closed({
    role: maybe({ type: Type.Enum(['ADMIN_USERS_ONLY']) }),
    group: maybe({
      type: Type.Enum(['ANY_GROUP', 'ALL_GROUPS']),
      groups: Type.Array(Reference, { maxItems: GROUPS_MAX }),
    }),
  }),
  hiddenFromAppPortal: Flag,
  icon: closed({ id: Uuid, href: Url }),
  loginPageUrl: Url,
  template: Open,
};

const OPENID_CONNECT = {
  ...COMMON,
  additionalRefreshTokenReplayProtectionEnabled: Type.Boolean({ default: true }),
  allowWildcardInRedirectUris: Flag,
  bundleId: Identifier,
  corsSettings: CorsSettings,
  deviceCustomVerificationUri: Url,
  devicePathId: Type.String({ minLength: 1, maxLength: 50, pattern: '^[a-zA-Z0-9_-]*$' }),
  devicePollingInterval: from(1, 60, { default: 5 }),
  deviceTimeout: from(1, 3_600, { default: 600 }),
  homePageUrl: Url,
  idpSignoff: Off,
  includeX5t: Off,
  initiateLoginUri: Url,
  jwksUrl: Type.String({ maxLength: URL_LENGTH_MAX, pattern: '^https://' }),
  kerberos: closed({ key: Reference }),
  mobile: MobileRequest,
  opSessionCheckEnabled: Off,
  packageName: Identifier,
  parRequirement: Type.Enum(['OPTIONAL', 'REQUIRED'], { default: 'OPTIONAL' }),
  parTimeout: from(1, 600, { default: 60 }),
  pkceEnforcement: Type.Enum(['OPTIONAL', 'REQUIRED', 'S256_REQUIRED']),
  postLogoutRedirectUris: Urls,
  redirectUris: Urls,
  refreshTokenDuration: from(60, SECONDS_MAX, { default: 2_592_000 }),
  refreshTokenRollingDuration: from(60, SECONDS_MAX),
  refreshTokenRollingGracePeriodDuration: from(0, 86_400),
  refreshTokenType: Word,
  requestScopesForMultipleResourcesEnabled: Off,
  requireSignedRequestObject: Flag,
  responseTypes: Type.Array(Type.Enum(['CODE', 'TOKEN', 'ID_TOKEN']), { maxItems: 3 }),
  signing: closed({ keyRotationPolicy: Reference }),
  supportUnsignedRequestObject: Flag,
  tags: Type.Array(Word, { maxItems: URLS_MAX }),
  targetLinkUri: Url,
};

/** Sign-on by other protocols isn't served: these are kept, so that what was written comes back. */
const SAML = {
  ...COMMON,
  assertionSigned: Flag,
  corsSettings: CorsSettings,
  defaultTargetUrl: Url,
  enableRequestedAuthnContext: Flag,
  homePageUrl: Url,
  idpSigning: SigningKey,
  nameIdFormat: Word,
  responseSigned: Flag,
  sessionNotOnOrAfterDuration: from(60, SECONDS_MAX),
  sloBinding: Type.Enum(['HTTP_REDIRECT', 'HTTP_POST']),
  sloEndpoint: Url,
  sloResponseEndpoint: Url,
  sloWindow: from(0, 24),
  spEncryption: Open,
  spVerification: Open,
  virtualServerIdSettings: Open,
};
const WS_FED = {
  ...COMMON,
  audienceRestriction: Word,
  corsSettings: CorsSettings,
  kerberos: Open,
  sloEndpoint: Url,
  subjectNameIdentifierFormat: Word,
};

/** By protocol: what must be said, and what may be. */
export const SETTINGS = {
  OPENID_CONNECT: { required: {}, optional: OPENID_CONNECT },
  SAML: {
    required: {
      acsUrls: Type.Array(Url, { minItems: 1, maxItems: URLS_MAX }),
      assertionDuration: from(1, SECONDS_MAX),
      spEntityId: Type.String({ minLength: 1, maxLength: URL_LENGTH_MAX }),
    },
    optional: SAML,
  },
  WS_FED: {
    required: {
      domainName: Type.String({ minLength: 1, maxLength: NAME_LENGTH_MAX }),
      idpSigning: SigningKey,
      replyUrl: Url,
    },
    optional: WS_FED,
  },
  EXTERNAL_LINK: { required: { homePageUrl: Url }, optional: COMMON },
} as const;
export type Protocol = keyof typeof SETTINGS;
type Members = Readonly<Record<string, unknown>>;

const schemaOf = (protocol: Protocol): TObject => {
  const { required, optional } = SETTINGS[protocol];
  return Type.Object({ ...required, ...Type.Partial(Type.Object({ ...optional })).properties });
};
const SCHEMAS: Record<Protocol, TObject> = {
  OPENID_CONNECT: schemaOf('OPENID_CONNECT'),
  SAML: schemaOf('SAML'),
  WS_FED: schemaOf('WS_FED'),
  EXTERNAL_LINK: schemaOf('EXTERNAL_LINK'),
};

/** The settings among the members of a request. Pure. */
export function settingsAmong(protocol: Protocol, members: Members): Members {
  const names = Object.keys(SCHEMAS[protocol].properties);
  const given = names.filter((name) => members[name] !== undefined);
  return Object.fromEntries(given.map((name) => [name, members[name]]));
}

/** The same with the platform's defaults. Pure. */
export const completed = (protocol: Protocol, settings: Members): Members =>
  withDefaults(SCHEMAS[protocol], settings);

type Checked = Static<TPartial<TObject<Pick<typeof OPENID_CONNECT, (typeof CHECKED)[number]>>>>;
const CHECKED = [
  'allowWildcardInRedirectUris',
  'corsSettings',
  'jwksUrl',
  'redirectUris',
  'refreshTokenDuration',
  'refreshTokenRollingDuration',
  'requireSignedRequestObject',
  'supportUnsignedRequestObject',
] as const;

function assertOrigins({ corsSettings }: Checked): void {
  if (!corsSettings) return;
  const isAny = (corsSettings.origins ?? []).length > 0;
  const isSpecific = corsSettings.behavior === 'ALLOW_SPECIFIC_ORIGINS';
  if (isSpecific === isAny) return;
  throw isSpecific
    ? invalidData('REQUIRED_VALUE', 'corsSettings.origins')
    : invalidData('INVALID_VALUE', 'corsSettings.origins', {
        message: 'With ALLOW_NO_ORIGINS there are none.',
      });
}

/** Throws where settings contradict each other. Pure. */
export function assertSettings(protocol: Protocol, settings: Members): void {
  const checked: Checked = completed(protocol, settings);
  assertOrigins(checked);
  if (checked.jwksUrl !== undefined && !URL.canParse(checked.jwksUrl)) {
    throw invalidData('INVALID_VALUE', 'jwksUrl');
  }
  if (
    checked.redirectUris?.some((uri) => uri.includes('*')) &&
    !checked.allowWildcardInRedirectUris
  ) {
    // Clients know the sentence by its beginning: [tf] in contract §1.9.
    const message = 'Wildcards are not allowed in redirect URIs.';
    const detail = errorDetail('INVALID_VALUE', 'redirectUris', { message });
    throw new ApiError('INVALID_REQUEST', [detail], { message });
  }
  const { refreshTokenDuration = 0, refreshTokenRollingDuration = SECONDS_MAX } = checked;
  if (refreshTokenDuration > refreshTokenRollingDuration) {
    throw invalidData('OUT_OF_RANGE', 'refreshTokenDuration', {
      message: 'It is at most refreshTokenRollingDuration.',
      innerError: { rangeMinimumValue: 60, rangeMaximumValue: refreshTokenRollingDuration },
    });
  }
  if (checked.requireSignedRequestObject && checked.supportUnsignedRequestObject) {
    throw invalidData('CONSTRAINT_VIOLATION', 'supportUnsignedRequestObject');
  }
}
