/** The messages of the token endpoint and of discovery. */
import { type Static, Type } from 'typebox';

// Nothing is required or bounded here: what is wrong is answered in OAuth's own form.
export const TokenFormSchema = Type.Object({
  grant_type: Type.Optional(
    Type.String({
      description: '`client_credentials`; of users `authorization_code`, `refresh_token`.',
    }),
  ),
  code: Type.Optional(Type.String()),
  redirect_uri: Type.Optional(Type.String()),
  code_verifier: Type.Optional(Type.String({ description: 'PKCE; RFC 7636.' })),
  refresh_token: Type.Optional(Type.String()),
  scope: Type.Optional(Type.String()),
  client_id: Type.Optional(Type.String()),
  client_secret: Type.Optional(Type.String()),
  client_assertion_type: Type.Optional(Type.String()),
  client_assertion: Type.Optional(Type.String({ description: 'A JWT; RFC 7523.' })),
});

export type TokenForm = Static<typeof TokenFormSchema>;

export const TokenReply = Type.Object({
  access_token: Type.String(),
  token_type: Type.Literal('Bearer'),
  expires_in: Type.Integer({ description: 'Seconds.' }),
  scope: Type.Optional(Type.String()),
  id_token: Type.Optional(Type.String()),
  refresh_token: Type.Optional(Type.String()),
});

export const OAuthErrorBody = Type.Object({
  error: Type.String(),
  error_description: Type.Optional(Type.String()),
});

const texts = (...names: string[]) =>
  Object.fromEntries(names.map((name) => [name, Type.String()]));

export const JwksReply = Type.Object({
  keys: Type.Array(
    Type.Object({
      ...texts('kty', 'kid', 'use', 'alg'),
      ...Type.Partial(
        Type.Object({
          ...texts('n', 'e', 'crv', 'x', 'y'),
          x5c: Type.Array(Type.String(), {
            description: 'For programs that take keys as certificates only; nobody vouches for it.',
          }),
        }),
      ).properties,
    }),
  ),
});

export const DiscoveryReply = Type.Object({
  ...texts('issuer', 'token_endpoint', 'jwks_uri'),
  grant_types_supported: Type.Array(Type.String()),
  response_types_supported: Type.Array(Type.String()),
  subject_types_supported: Type.Array(Type.String()),
  id_token_signing_alg_values_supported: Type.Array(Type.String()),
  token_endpoint_auth_methods_supported: Type.Array(Type.String()),
  token_endpoint_auth_signing_alg_values_supported: Type.Array(Type.String()),
  ...Type.Partial(
    Type.Object({
      ...texts(
        'authorization_endpoint',
        'pushed_authorization_request_endpoint',
        'userinfo_endpoint',
        'introspection_endpoint',
        'revocation_endpoint',
        'end_session_endpoint',
      ),
      scopes_supported: Type.Array(Type.String()),
      claims_supported: Type.Array(Type.String()),
      response_modes_supported: Type.Array(Type.String()),
      code_challenge_methods_supported: Type.Array(Type.String()),
    }),
  ).properties,
});
