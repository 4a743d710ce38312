/** Signing on by OpenID Connect, below `/{envID}/as`; docs/decisions/0054-sign-on.md. */
import { ApiError } from '../errors/api-error.ts';
import {
  environmentOf,
  type Operation,
  type OperationReply,
  type OperationRequest,
} from '../resources/kit/operation.ts';
import { createClientAuthentication } from '../resources/platform/tokens/authenticate-client.ts';
import { NOT_KEPT } from '../resources/platform/tokens/oauth-error.ts';
import { openRemoteKeys } from '../resources/platform/tokens/remote-keys.ts';
import { OAuthErrorBody } from '../resources/platform/tokens/tokens.schema.ts';
import { tokenOperations } from '../resources/platform/tokens/tokens.ts';
import { askProvider } from './ask-provider.ts';
import { CLAIMS } from './claims.ts';
import { withFirstFactor } from './first-factor.ts';
import { interactionOperations } from './interaction-operations.ts';
import type { SignOnParts } from './parts.ts';
import { createProviders } from './providers.ts';
import { RESPONSE_TYPES, SCOPES } from './scopes.ts';
import { createSignOff } from './sign-off.ts';
import * as schema from './sign-on.schema.ts';
import { createUserTokens } from './user-tokens.ts';

/** What an authorization request can say. */
const NAMES = new Set(Object.keys(schema.AuthorizationRequest.properties));
const FORM = 'application/x-www-form-urlencoded';

/** What discovery says beside what it says of tokens. */
const discovery = (issuer: string) => ({
  authorization_endpoint: `${issuer}/authorize`,
  pushed_authorization_request_endpoint: `${issuer}/par`,
  userinfo_endpoint: `${issuer}/userinfo`,
  introspection_endpoint: `${issuer}/introspect`,
  revocation_endpoint: `${issuer}/revoke`,
  end_session_endpoint: `${issuer}/signoff`,
  grant_types_supported: ['client_credentials', 'authorization_code', 'implicit', 'refresh_token'],
  response_types_supported: RESPONSE_TYPES,
  response_modes_supported: ['query', 'fragment', 'form_post'],
  scopes_supported: SCOPES,
  claims_supported: Object.values(CLAIMS).flat(),
  code_challenge_methods_supported: ['S256'],
  authorization_response_iss_parameter_supported: true,
  claims_parameter_supported: true,
  request_parameter_supported: false,
  request_uri_parameter_supported: false,
});

/** Whether a person's browser has come here. */
const isBrowser = ({ headers }: OperationRequest) =>
  /text\/html/i.test(String(headers.accept ?? ''));

/** The token endpoint, and everything by which users sign on. */
export function signOnOperations(parts: SignOnParts): Operation[] {
  const { clock, settings } = parts;
  const providers = createProviders(parts);
  const remoteKeys = openRemoteKeys({ clock, allowPrivate: settings.jwksPrivate });
  const authenticateClient = createClientAuthentication(parts, remoteKeys);
  const tokens = createUserTokens({ ...parts, remoteKeys }, providers, authenticateClient);
  const trust = { ...parts, remoteKeys };
  const { signOff, confirm, done } = createSignOff(providers);

  /** What can't be told to the application, the person is told. */
  async function authorize(
    request: OperationRequest,
    path: string,
    query: Record<string, string> = {},
  ): Promise<OperationReply> {
    const environmentId = environmentOf(request);
    const opened = await providers(environmentId);
    const asked = await withFirstFactor(trust, environmentId, query, NAMES);
    const reply = await askProvider(opened, request, { method: 'GET', path, query: asked });
    const { error, error_description } = Object(reply.body);
    if (reply.status >= 400 && isBrowser(request) && error !== undefined) {
      throw new ApiError('INVALID_REQUEST', [], { message: `${error}: ${error_description}` });
    }
    return { ...reply, headers: { ...NOT_KEPT, ...reply.headers } };
  }

  const common = { tag: 'Sign-on', permission: 'PUBLIC' } as const;
  const form = { method: 'POST', mediaType: FORM, bodyOptional: true } as const;
  const refused = { 400: OAuthErrorBody, 401: OAuthErrorBody, 429: OAuthErrorBody };
  const going = { 303: null, 400: OAuthErrorBody };
  return [
    ...tokenOperations({
      ...parts,
      authenticateClient,
      signOn: { grant: tokens.grant, discovery },
    }),
    {
      ...common,
      id: 'authorize',
      method: 'GET',
      path: '/{envID}/as/authorize',
      summary: 'Sign a user on',
      description:
        'OpenID Connect by code with PKCE. The browser goes to the page of the sign-on, or back at once where the user is signed on already.',
      query: schema.AuthorizationRequest,
      responses: going,
      handle: (request) => authorize(request, '/authorize', request.query),
    },
    {
      ...common,
      ...form,
      id: 'authorizeByForm',
      path: '/{envID}/as/authorize',
      summary: 'Sign a user on, asked by a form',
      description: 'The same with the parameters in the body.',
      example: { response_type: 'code', client_id: '…', scope: 'openid' },
      body: schema.AuthorizationRequest,
      responses: going,
      handle: (request) => authorize(request, '/authorize', request.body),
    },
    {
      ...common,
      id: 'resumeAuthorization',
      method: 'GET',
      path: '/{envID}/as/authorize/{uid}',
      summary: 'Go on after the page',
      description: 'Where the page of the sign-on sends the browser when it has done its work.',
      responses: going,
      handle: (request) =>
        authorize(request, `/authorize/${encodeURIComponent(request.params.uid ?? '')}`),
    },
    {
      ...common,
      ...form,
      id: 'pushAuthorization',
      path: '/{envID}/as/par',
      needsMfa: false,
      summary: 'Push an authorization request',
      description: 'RFC 9126: the browser carries only the `request_uri` of the answer.',
      example: { response_type: 'code', client_id: '…', scope: 'openid' },
      body: schema.PushedRequest,
      responses: { 201: schema.PushedReply, ...refused },
      handle: tokens.push,
    },
    {
      ...common,
      id: 'readUserInfo',
      method: 'GET',
      path: '/{envID}/as/userinfo',
      needsMfa: false,
      summary: 'Read the claims of a token’s user',
      description: 'The scopes of the access token say which.',
      responses: { 200: schema.UserInfoReply, 401: OAuthErrorBody, 403: OAuthErrorBody },
      handle: tokens.userInfo,
    },
    {
      ...common,
      ...form,
      id: 'readUserInfoByPost',
      path: '/{envID}/as/userinfo',
      needsMfa: false,
      summary: 'Read the claims of a token’s user by POST',
      description: 'The same; the token stands in the header here, too.',
      example: {},
      body: schema.SignOffConfirmation,
      responses: { 200: schema.UserInfoReply, 401: OAuthErrorBody, 403: OAuthErrorBody },
      handle: tokens.userInfo,
    },
    {
      ...common,
      ...form,
      id: 'introspectToken',
      path: '/{envID}/as/introspect',
      needsMfa: false,
      summary: 'Look at a token',
      description:
        'RFC 7662. A client with a secret looks at any token of the environment, a public one at its own.',
      example: { token: '…' },
      body: schema.TokenQuestion,
      responses: { 200: schema.IntrospectionReply, ...refused },
      handle: tokens.introspect,
    },
    {
      ...common,
      ...form,
      id: 'revokeToken',
      path: '/{envID}/as/revoke',
      needsMfa: false,
      summary: 'End a token',
      description: 'RFC 7009, for tokens of users: everything that was given with it ends as well.',
      example: { token: '…' },
      body: schema.TokenQuestion,
      responses: { 200: null, ...refused },
      handle: tokens.revoke,
    },
    {
      ...common,
      id: 'signOff',
      method: 'GET',
      path: '/{envID}/as/signoff',
      needsMfa: false,
      summary: 'Sign a user off',
      description:
        'At once where `id_token_hint` is of the user who is signed on; else the person is asked. The tokens of the session end with it.',
      query: schema.SignOffRequest,
      responses: { 200: null, ...going },
      handle: (request) => signOff(request, request.query),
    },
    {
      ...common,
      ...form,
      id: 'signOffByForm',
      path: '/{envID}/as/signoff',
      needsMfa: false,
      summary: 'Sign a user off, asked by a form',
      description: 'The same with the parameters in the body.',
      example: {},
      body: schema.SignOffRequest,
      responses: { 200: null, ...going },
      handle: (request) => signOff(request, request.body),
    },
    {
      ...common,
      ...form,
      id: 'confirmSignOff',
      path: '/{envID}/as/signoff/confirm',
      needsMfa: false,
      summary: 'Confirm the end of a session',
      description: 'What the page of `signoff` sends.',
      example: { xsrf: '…' },
      body: schema.SignOffConfirmation,
      responses: going,
      handle: confirm,
    },
    {
      ...common,
      id: 'signedOff',
      method: 'GET',
      path: '/{envID}/as/signoff/success',
      needsMfa: false,
      summary: 'Say that the session has ended',
      description: 'A page, where no application is to be gone back to.',
      responses: { 200: null },
      handle: done,
    },
    ...interactionOperations(parts, providers),
  ];
}
