/** Those who check users elsewhere, and whose tokens are a first factor here: a resource of ours. */
import { type Static, Type } from 'typebox';
import { TRUSTED_ISSUERS_MAX } from '../../../config/limits.ts';
import { invalidData } from '../../../errors/api-error.ts';
import { defined } from '../../../model/defined.ts';
import { momentsOf } from '../../../model/instant.ts';
import type { Parts } from '../../../parts.ts';
import { withDefaults } from '../../../policy/with-defaults.ts';
import { collectionOperations, type Requested } from '../../kit/collection.ts';
import type { Operation } from '../../kit/operation.ts';
import { ENVIRONMENT } from '../../kit/resource.ts';
import { found, touchRow } from '../../kit/rows.ts';
import { closed, line, Name, oneOf, Reference, resourceOf } from '../../kit/schemas.ts';
import { parseClientKeys } from '../applications/client-keys.ts';
import { PUBLIC_KEY_ALGORITHMS } from '../tokens/client-assertion.ts';

const JWKS_LENGTH_MAX = 32_768;
const URL_LENGTH_MAX = 2_048;

const MEMBERS = {
  name: Name,
  enabled: Type.Boolean({ default: true }),
  type: Type.Enum(['OPENID_CONNECT', 'MICROSOFT_ENTRA'], { default: 'OPENID_CONNECT' }),
  issuer: Type.String({
    minLength: 1,
    maxLength: URL_LENGTH_MAX,
    description: '`iss` of its tokens, to the letter.',
  }),
  jwks: Type.String({ maxLength: JWKS_LENGTH_MAX, description: 'A JWK set as JSON in a string.' }),
  jwksUrl: Type.String({ maxLength: URL_LENGTH_MAX, pattern: '^https://' }),
  audiences: Type.Array(line(256), {
    minItems: 1,
    maxItems: 20,
    description: 'One of them is `aud`.',
  }),
  algorithms: Type.Array(oneOf(...PUBLIC_KEY_ALGORITHMS), {
    minItems: 1,
    maxItems: PUBLIC_KEY_ALGORITHMS.length,
    default: ['RS256'],
  }),
  userClaim: Type.String({ minLength: 1, maxLength: 64, pattern: '^[\\w.-]+$', default: 'sub' }),
  userAttribute: Type.Enum(['id', 'username', 'email', 'externalId'], { default: 'externalId' }),
  maxAge: Type.Integer({ minimum: 10, maximum: 3_600, default: 300 }),
  applications: Type.Array(Reference, { minItems: 1, maxItems: 100 }),
};
const { name, issuer, audiences, ...OPTIONAL } = MEMBERS;
const WriteTrustedIssuer = closed({
  ...{ name, issuer, audiences },
  ...Type.Partial(Type.Object(OPTIONAL)).properties,
});
const { jwks, jwksUrl, applications, ...ALWAYS } = MEMBERS;
type WriteBody = Static<typeof WriteTrustedIssuer>;

const EXAMPLE = {
  name: 'Our Keycloak',
  issuer: 'https://id.shop.example/realms/shop',
  jwksUrl: 'https://id.shop.example/realms/shop/protocol/openid-connect/certs',
  audiences: ['countersign'],
  userClaim: 'sub',
  userAttribute: 'externalId',
};

/** The trusted issuers of an environment. */
export function trustedIssuerOperations({
  store,
  links,
}: Pick<Parts, 'store' | 'links'>): Operation[] {
  return collectionOperations({
    store,
    links,
    table: 'trusted_issuers',
    path: `${ENVIRONMENT}/trustedIssuers`,
    name: 'TrustedIssuer',
    tag: 'Trusted issuers',
    words: ['a trusted issuer', 'trusted issuers'],
    permission: 'trustedIssuer',
    auditType: 'TRUSTED_ISSUER',
    auditData: ({ issuer }) => ({ issuer }),
    schemas: {
      body: WriteTrustedIssuer,
      one: resourceOf({
        ...ALWAYS,
        ...Type.Partial(Type.Object({ jwks, jwksUrl, applications })).properties,
      }),
    },
    maximum: { count: TRUSTED_ISSUERS_MAX, of: 'trusted issuers' },
    toDocument(body: WriteBody) {
      if ((body.jwks === undefined) === (body.jwksUrl === undefined)) {
        throw invalidData(
          body.jwks === undefined ? 'REQUIRED_VALUE' : 'CONSTRAINT_VIOLATION',
          'jwks',
          {
            message: 'One of `jwks` and `jwksUrl` says which keys are its own.',
          },
        );
      }
      if (body.jwksUrl !== undefined && !URL.canParse(body.jwksUrl)) {
        throw invalidData('INVALID_VALUE', 'jwksUrl');
      }
      const { jwks: text, ...said } = withDefaults(WriteTrustedIssuer, body);
      return {
        // With its defaults nothing of it is missing.
        ...(said as Requested<'trusted_issuers'>),
        ...(text === undefined ? {} : { jwks: parseClientKeys(text), jwksText: text }),
      };
    },
    view: ({ jwks: _keys, jwksText, ...doc }) => ({
      ...doc,
      ...defined({ jwks: jwksText }),
      ...momentsOf(doc),
    }),
    // Those who make one at the same time see each other: the maximum holds.
    holds: async ({ environmentId }) => [
      touchRow(
        'environments',
        found(await store.get('environments', environmentId, environmentId)),
      ),
    ],
    operations: {
      list: { description: 'Whose word is a first factor in this environment.' },
      create: {
        description:
          'From then on an authorization request with a token of this issuer as `id_token_hint`, or as its `request` object, is one of a user who has proved who they are; what the policy wants comes on top. A token is good once.',
        example: EXAMPLE,
      },
      read: { description: 'With its public keys, as they were sent.' },
      replace: { description: 'What is left out has its default again.', example: EXAMPLE },
      delete: { description: 'Its tokens are worth nothing from then on.' },
    },
  });
}
