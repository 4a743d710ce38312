/**
 * The OpenID provider of an environment: oidc-provider on our store, our keys and our tokens. It is
 * loaded with the first sign-on: nothing else of the server imports this file but by `providers.ts`.
 */
import type { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import {
  type Client,
  type ClientMetadata,
  type Configuration,
  type KoaContextWithOIDC,
  Provider,
} from 'oidc-provider';
import {
  AUTHORIZATION_CODE_SECONDS,
  INTERACTION_SECONDS,
  SESSION_SECONDS,
  TOKEN_LIFETIME_SECONDS,
} from '../config/limits.ts';
import { issueUserToken } from '../resources/platform/tokens/issue-token.ts';
import { createArtifacts } from './artifacts.ts';
import { CLAIMS, claimsOf } from './claims.ts';
import { createClients, matchesWildcard, SETTINGS, settingsOf } from './clients.ts';
import { FIRST_FACTOR, firstFactorOf } from './first-factor.ts';
import type { SignOnParts } from './parts.ts';
import { signOnPolicy } from './prompts.ts';
import { RESPONSE_TYPES, SCOPES } from './scopes.ts';

/** What a provider is made of; another one is made when any of it changes. */
export interface ProviderSource {
  environmentId: string;
  issuer: string;
  signingKey: Record<string, unknown>;
  cookieKey: string;
}

/** A provider, and why it failed to answer a request. */
export interface OpenProvider {
  provider: Provider;
  answer: ReturnType<Provider['callback']>;
  failureOf(request: IncomingMessage): unknown;
}

const COOKIES = {
  session: 'countersign_session',
  interaction: 'countersign_interaction',
  resume: 'countersign_resume',
};

function refreshSeconds(
  { refresh: { seconds, rollingSeconds } }: ReturnType<typeof settingsOf>,
  sinceFirst: number,
): number {
  const left = rollingSeconds === undefined ? seconds : rollingSeconds - sinceFirst;
  return Math.max(1, Math.min(seconds, left));
}

/** The grant that the session has for this client, or a new one: consent isn't asked for. */
async function grantOf(ctx: KoaContextWithOIDC) {
  const { account, client, session, provider, requestParamOIDCScopes, requestParamClaims } =
    ctx.oidc;
  if (!account || !client) return undefined;
  const { accountId } = account;
  const { clientId } = client;
  const grantId = session?.grantIdFor(clientId);
  const known = grantId === undefined ? undefined : await provider.Grant.find(grantId);
  const grant =
    known?.accountId === accountId ? known : new provider.Grant({ accountId, clientId });
  grant.addOIDCScope([...requestParamOIDCScopes].join(' '));
  grant.addOIDCClaims([...requestParamClaims]);
  await grant.save();
  return grant;
}

function configure(parts: SignOnParts, source: ProviderSource): Configuration {
  const { store } = parts;
  const { environmentId, issuer, signingKey, cookieKey } = source;
  const cookie = { signed: true, httpOnly: true, sameSite: 'lax' } as const;
  const artifacts = createArtifacts(parts, environmentId, () => {
    const client = Provider.ctx?.oidc.client;
    return client ? settingsOf(client).refresh.graceMs : 0;
  });
  const clients = createClients(parts, environmentId);
  return {
    adapter: (kind) => (kind === 'Client' ? { ...artifacts(kind), ...clients } : artifacts(kind)),
    jwks: { keys: [signingKey as never] },
    clientAuthMethods: ['none'],
    extraClientMetadata: { properties: [SETTINGS] },
    cookies: {
      keys: [cookieKey],
      names: COOKIES,
      long: { ...cookie, path: new URL(issuer).pathname },
      short: cookie,
    },
    extraParams: [FIRST_FACTOR],
    scopes: SCOPES,
    claims: CLAIMS,
    // Policies are its names, and they change: what can be had is looked up when it is asked for.
    acrValues: ['urn:countersign:policy'],
    responseTypes: [...RESPONSE_TYPES],
    routes: {
      authorization: '/authorize',
      token: '/token',
      userinfo: '/userinfo',
      introspection: '/introspect',
      revocation: '/revoke',
      end_session: '/signoff',
      pushed_authorization_request: '/par',
      jwks: '/jwks',
    },
    features: {
      devInteractions: { enabled: false },
      claimsParameter: { enabled: true },
      introspection: {
        enabled: true,
        // A resource server looks at what others were given; a page can't prove that it is one.
        allowedPolicy: (_ctx, client, token) =>
          token.clientId === client.clientId || !settingsOf(client).isPublic,
      },
      revocation: {
        enabled: true,
        allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId,
      },
      pushedAuthorizationRequests: { enabled: true },
      requestObjects: { enabled: false },
      resourceIndicators: { enabled: false },
      dPoP: { enabled: false },
      rpInitiatedLogout: {
        enabled: true,
        // Our own page asks: it needs no more than this.
        logoutSource: (ctx) => {
          const { session, entities } = ctx.oidc;
          const state = session?.state as { secret?: string } | undefined;
          const isOwn = entities.IdTokenHint?.payload.sub === session?.accountId;
          ctx.type = 'json';
          ctx.body = { xsrf: state?.secret, isOwn };
        },
        postLogoutSuccessSource: (ctx) => {
          ctx.body = '';
        },
      },
    },
    pkce: { required: (_ctx, client) => settingsOf(client).needsPkce },
    interactions: {
      url: (_ctx, { uid }) => `${issuer}/interactions/${uid}`,
      policy: signOnPolicy(parts, environmentId),
    },
    loadExistingGrant: grantOf,
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: true,
    ttl: {
      AccessToken: TOKEN_LIFETIME_SECONDS,
      AuthorizationCode: AUTHORIZATION_CODE_SECONDS,
      IdToken: TOKEN_LIFETIME_SECONDS,
      Interaction: INTERACTION_SECONDS,
      Session: SESSION_SECONDS,
      Grant: SESSION_SECONDS,
      PushedAuthorizationRequest: (_ctx: unknown, _request: unknown, client: Client) =>
        settingsOf(client).pushedSeconds,
      RefreshToken: (_ctx, token, client) =>
        refreshSeconds(settingsOf(client), token.totalLifetime()),
    },
    async findAccount(_ctx, id) {
      const user = await store.get('users', environmentId, id);
      if (!user?.doc.enabled) return undefined;
      return { accountId: id, claims: () => ({ ...claimsOf(user), env: environmentId }) };
    },
    renderError: (ctx, { error, error_description }) => {
      ctx.type = 'json';
      ctx.body = { error, error_description };
    },
  };
}

interface OwnToken {
  jti: string;
  accountId: string;
  client: Client;
  scope?: string;
  sid?: string;
  getValueAndPayload(): Promise<{ value: string; payload: object }>;
}

interface OwnIdToken {
  ctx?: KoaContextWithOIDC;
  set(name: string, value: string): void;
  issue(options: { use: string }): Promise<string>;
}

/** Access tokens are the API's own; the store keeps what is behind them, so that they can end. */
function useOwnTokens(parts: SignOnParts, provider: Provider, environmentId: string): void {
  const values = new WeakMap<object, string>();
  const prototype = provider.AccessToken.prototype as unknown as OwnToken;
  const kept = prototype.getValueAndPayload;
  prototype.getValueAndPayload = async function getValueAndPayload() {
    const { payload } = await kept.call(this);
    const { token } = await issueUserToken(parts, {
      environmentId,
      userId: this.accountId,
      scopes: (this.scope ?? '').split(' '),
      applicationId: settingsOf(this.client).id,
      signOn: { jti: this.jti, sid: this.sid ?? '' },
    });
    values.set(this, token);
    return { value: token, payload };
  };
  // The hash of it stands in the ID token beside it (OpenID Connect Core §3.1.3.6).
  const idToken = provider.IdToken.prototype as unknown as OwnIdToken;
  const { issue } = idToken;
  idToken.issue = function issueWithHash(options) {
    const value = this.ctx && values.get(this.ctx.oidc.entities.AccessToken as object);
    if (options.use === 'idtoken' && value !== undefined) this.set('at_hash', value);
    const params = this.ctx?.oidc.params ?? {};
    const factor = firstFactorOf(parts, environmentId, params);
    // Entra knows its user by its own name for them.
    if (factor?.isEntra && factor.sub !== undefined) this.set('sub', factor.sub);
    return issue.call(this, options);
  };
}

/** The rules of addresses are ours: those of a client that is registered by hand. */
function useOwnRules(provider: Provider): void {
  const { prototype } = provider.Client;
  const { redirectUriAllowed } = prototype;
  prototype.redirectUriAllowed = function isAllowed(uri: string) {
    if (redirectUriAllowed.call(this, uri)) return true;
    return (
      settingsOf(this).wildcards &&
      (this.redirectUris ?? []).some((pattern) => matchesWildcard(pattern, uri))
    );
  };
  // ID tokens and access tokens name their session.
  Object.assign(prototype, { includeSid: () => true });
  const schema = (provider.Client as unknown as { Schema: { prototype: InvalidatingSchema } })
    .Schema.prototype;
  const { invalidate } = schema;
  schema.invalidate = function isInvalid(message, code) {
    // An administrator may register a development address.
    if (code !== 'implicit-force-https' && code !== 'implicit-forbid-localhost') {
      invalidate.call(this, message, code);
    }
  };
}
interface InvalidatingSchema {
  invalidate(this: ClientMetadata, message: string, code?: string): void;
}

/** Makes the provider. */
export function openProvider(parts: SignOnParts, source: ProviderSource): OpenProvider {
  const provider = new Provider(source.issuer, configure(parts, source));
  // The requests that it sees are ours: they say by which address the caller has come.
  provider.proxy = true;
  useOwnTokens(parts, provider, source.environmentId);
  useOwnRules(provider);
  const failures = new WeakMap<IncomingMessage, unknown>();
  const note = (ctx: { req: IncomingMessage } | undefined, error: unknown) => {
    if (ctx) failures.set(ctx.req, error);
  };
  provider.on('server_error', (ctx, error) => note(ctx, error));
  // Koa's own, which it would print otherwise.
  (provider as EventEmitter).on('error', (error, ctx) => note(ctx, error));
  return { provider, answer: provider.callback(), failureOf: (request) => failures.get(request) };
}
