/**
 * Where users come from, and where pages are: the schema of users, identity providers, gateways,
 * certificates, custom domains. The shapes are those of the Go SDK: `Schema`, `SchemaAttribute`,
 * `IdentityProvider*`, `IdentityProviderAttribute`, `Gateway*`, `Certificate`, `CustomDomain`.
 */
import { Type } from 'typebox';
import { NAME_LENGTH_MAX } from '../../../config/limits.ts';
import { line, Name, oneOf } from '../../kit/schemas.ts';
import { SCHEMA_ATTRIBUTES_BUILT_IN, SCHEMAS_BUILT_IN } from './built-in-schema.ts';
import type { Kind } from './kind.ts';

const Word = line(NAME_LENGTH_MAX);

const SCHEMAS: Kind = {
  kind: 'schemas',
  name: 'Schema',
  words: ['a schema', 'schemas'],
  auditType: 'SCHEMA',
  description: 'There is one: that of users.',
  example: {},
  members: { name: Name },
  verbs: ['list', 'read'],
  builtIn: SCHEMAS_BUILT_IN,
};

const SCHEMA_ATTRIBUTES: Kind = {
  kind: 'schemaAttributes',
  segment: 'attributes',
  parent: { path: 'schemas', parameter: 'schemaID', of: SCHEMAS, member: 'schema' },
  name: 'SchemaAttribute',
  words: ['an attribute of a schema', 'attributes of a schema'],
  auditType: 'SCHEMA_ATTRIBUTE',
  description: 'Users are not given a value of it here.',
  example: { name: 'shirtSize', type: 'STRING', enabled: true },
  members: {
    name: Type.String({ pattern: '^[A-Za-z][A-Za-z0-9-]*$', maxLength: 256 }),
    type: oneOf('STRING', 'JSON', 'BOOLEAN', 'COMPLEX'),
    enabled: Type.Boolean(),
    unique: Type.Optional(Type.Boolean()),
  },
  unique: 'name',
  readOnly: ['schemaType', 'ldapAttribute'],
  builtIn: SCHEMA_ATTRIBUTES_BUILT_IN,
  fixed(before) {
    if (before.schemaType === 'CUSTOM') return ['name', 'type'];
    const isStandard = before.schemaType === 'STANDARD';
    return Object.keys(before).filter(
      (member) => !isStandard || !['enabled', 'unique'].includes(member),
    );
  },
  isLasting: ({ schemaType }) => schemaType !== 'CUSTOM',
  added: (_body, _now, before) => ({
    schemaType: before?.schemaType ?? 'CUSTOM',
    required: false,
    unique: false,
    multiValued: false,
  }),
};

/** What a user is called of a provider; the platform's defaults. */
const USERNAME_OF: Readonly<Record<string, string>> = {
  AMAZON: 'providerAttributes.user_id',
  FACEBOOK: 'providerAttributes.email',
  GITHUB: 'providerAttributes.id',
  GOOGLE: 'providerAttributes.emailAddress.value',
  LINKEDIN: 'providerAttributes.emailAddress',
  MICROSOFT: 'providerAttributes.id',
  PAYPAL: 'providerAttributes.user_id',
  SAML: 'samlAssertion.subject',
  TWITTER: 'providerAttributes.id',
};

const IDENTITY_PROVIDERS: Kind = {
  kind: 'identityProviders',
  name: 'IdentityProvider',
  words: ['an identity provider', 'identity providers'],
  auditType: 'IDENTITY_PROVIDER',
  description:
    'Nobody signs on by it. It is sealed, since it may hold a secret: only who may change it reads it.',
  example: {
    name: 'Partner',
    type: 'OPENID_CONNECT',
    enabled: true,
    clientId: 'shop',
    clientSecret: 'the-secret-of-the-shop',
    authorizationEndpoint: 'https://login.partner.example/authorize',
    issuer: 'https://login.partner.example',
    jwksEndpoint: 'https://login.partner.example/jwks',
    scopes: ['openid'],
    tokenEndpoint: 'https://login.partner.example/token',
  },
  members: { name: Name, type: Word, enabled: Type.Boolean() },
  unique: 'name',
  isSecret: true,
  first: ({ type }) => ({
    kind: IDENTITY_PROVIDER_ATTRIBUTES,
    body: {
      mappingType: 'CORE',
      name: 'username',
      value: `\${${USERNAME_OF[String(type)] ?? 'providerAttributes.sub'}}`,
      update: 'EMPTY_ONLY',
    },
  }),
};

const IDENTITY_PROVIDER_ATTRIBUTES: Kind = {
  kind: 'identityProviderAttributes',
  segment: 'attributes',
  parent: {
    path: 'identityProviders',
    parameter: 'identityProviderID',
    of: IDENTITY_PROVIDERS,
    member: 'identityProvider',
  },
  name: 'IdentityProviderAttribute',
  words: ['an attribute of an identity provider', 'attributes of an identity provider'],
  auditType: 'IDENTITY_PROVIDER_ATTRIBUTE',
  description: 'No user is given it here.',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a placeholder of the platform.
  example: { name: 'email', value: '${providerAttributes.email}' },
  members: { name: Name, value: line(4_096), update: Type.Optional(oneOf('EMPTY_ONLY', 'ALWAYS')) },
  unique: 'name',
  readOnly: ['mappingType'],
  fixed: ({ mappingType }) => (mappingType === 'CORE' ? ['name', 'update'] : []),
  isLasting: ({ mappingType }) => mappingType === 'CORE',
  added: (_body, _now, before) => ({
    mappingType: before?.mappingType ?? 'CUSTOM',
    update: 'EMPTY_ONLY',
  }),
};

/** Each after what it is a part of. */
export const DIRECTORY_KINDS: readonly Kind[] = [
  SCHEMAS,
  SCHEMA_ATTRIBUTES,
  IDENTITY_PROVIDERS,
  IDENTITY_PROVIDER_ATTRIBUTES,
  {
    kind: 'gateways',
    name: 'Gateway',
    words: ['a gateway', 'gateways'],
    auditType: 'GATEWAY',
    description:
      'Nothing is reached by it. It is sealed, since it may hold a secret: only who may change it reads it.',
    example: { name: 'Office', type: 'PING_FEDERATE', enabled: true },
    members: { name: Name, type: Word, enabled: Type.Boolean() },
    unique: 'name',
    isSecret: true,
    fixed: () => ['type'],
  },
  {
    kind: 'certificates',
    name: 'Certificate',
    words: ['a certificate', 'certificates'],
    auditType: 'CERTIFICATE',
    description: 'None can be imported here.',
    example: {},
    members: { name: Name },
    verbs: ['list', 'read'],
  },
  {
    kind: 'customDomains',
    name: 'CustomDomain',
    words: ['a custom domain', 'custom domains'],
    auditType: 'CUSTOM_DOMAIN',
    description: 'An environment has one. Nothing is served there, and nobody verifies it.',
    example: { domainName: 'login.shop.example' },
    members: {
      domainName: Type.String({
        pattern: '^(?=.{1,253}$)([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\\.)+[A-Za-z]{2,63}$',
      }),
    },
    unique: 'domainName',
    count: 1,
    verbs: ['list', 'create', 'read', 'delete'],
    readOnly: ['status', 'canonicalName', 'certificate'],
    added: () => ({ status: 'VERIFICATION_REQUIRED' }),
  },
];
