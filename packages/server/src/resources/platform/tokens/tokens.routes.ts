import { SIGNING_ALGORITHM } from '../../../crypto/environment-keys.ts';
import type { Operation } from '../../kit/operation.ts';
import { ASSERTION_ALGORITHMS } from './client-assertion.ts';
import { issuerOf } from './issuer.ts';
import {
  DiscoveryReply,
  JwksReply,
  OAuthErrorBody,
  TokenFormSchema,
  TokenReply,
} from './tokens.schema.ts';
import { createTokenEndpoint, type TokenEndpointParts } from './tokens.service.ts';

// Shorter than a new key waits before it is used, so that nobody misses one.
const PUBLIC_FOR_A_MINUTE = { 'cache-control': 'public, max-age=60' };

/** Access tokens and what is needed to check them; RFC 6749, RFC 7517, OpenID Connect Discovery. */
export function tokenOperations(parts: TokenEndpointParts): Operation[] {
  const { keyring, links } = parts;
  const common = { tag: 'Tokens', permission: 'PUBLIC', needsMfa: false } as const;
  return [
    {
      ...common,
      id: 'createToken',
      method: 'POST',
      path: '/{envID}/as/token',
      mediaType: 'application/x-www-form-urlencoded',
      summary: 'Get an access token by client credentials',
      body: TokenFormSchema,
      // A request without a body is answered in OAuth's form like any other that lacks something.
      bodyOptional: true,
      responses: {
        200: TokenReply,
        400: OAuthErrorBody,
        401: OAuthErrorBody,
        429: OAuthErrorBody,
        503: OAuthErrorBody,
      },
      handle: createTokenEndpoint(parts),
    },
    {
      ...common,
      id: 'readJwks',
      method: 'GET',
      path: '/{envID}/as/jwks',
      summary: 'Read the public keys that tokens, and messages to devices, are signed with',
      responses: { 200: JwksReply },
      handle: async ({ params }) => ({
        status: 200,
        body: await keyring.publicJwks(params.envID ?? ''),
        headers: PUBLIC_FOR_A_MINUTE,
      }),
    },
    {
      ...common,
      id: 'readDiscovery',
      method: 'GET',
      path: '/{envID}/as/.well-known/openid-configuration',
      summary: 'Read where the token endpoint and its keys are',
      responses: { 200: DiscoveryReply },
      async handle({ params }) {
        const issuer = issuerOf(links, params.envID ?? '');
        return {
          status: 200,
          body: {
            issuer,
            token_endpoint: `${issuer}/token`,
            jwks_uri: `${issuer}/jwks`,
            grant_types_supported: ['client_credentials'],
            response_types_supported: [],
            subject_types_supported: ['public'],
            id_token_signing_alg_values_supported: [SIGNING_ALGORITHM],
            token_endpoint_auth_methods_supported: [
              'client_secret_basic',
              'client_secret_post',
              'private_key_jwt',
            ],
            token_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGORITHMS,
          },
          headers: PUBLIC_FOR_A_MINUTE,
        };
      },
    },
  ];
}
