/** What clients do with the tokens of users: get them, look at them, end them. */
import { decodeJwt } from 'jose';
import { ApiError } from '../errors/api-error.ts';
import { commitWrites } from '../resources/kit/commit.ts';
import {
  environmentOf,
  type OperationReply,
  type OperationRequest,
} from '../resources/kit/operation.ts';
import {
  type AuthenticateClient,
  type ProvenClient,
  tokenRecord,
} from '../resources/platform/tokens/authenticate-client.ts';
import {
  type ClientForm,
  readClientCredentials,
} from '../resources/platform/tokens/client-credentials.ts';
import { NOT_KEPT, OAuthError, oauthErrorReply } from '../resources/platform/tokens/oauth-error.ts';
import { verifyToken } from '../resources/platform/tokens/verify-token.ts';
import type { TrustParts } from '../resources/platform/trusted-issuers/accept-token.ts';
import { askProvider, type Question } from './ask-provider.ts';
import { withFirstFactor } from './first-factor.ts';
import type { SignOnParts } from './parts.ts';
import type { Providers } from './providers.ts';
import { AuthorizationRequest } from './sign-on.schema.ts';

type Form = Record<string, string | undefined>;

/** What a client proves itself by is not for the provider: we have seen to it. */
function withoutProof(form: Form, clientId: string): Form {
  const { client_secret: _s, client_assertion: _a, client_assertion_type: _t, ...rest } = form;
  return { ...rest, client_id: clientId };
}

const isJwt = (token: string) => token.split('.').length === 3;

/** Only of a token that has just been verified. */
const nameOf = (token: string) => decodeJwt(token);

export function createUserTokens(
  parts: SignOnParts & TrustParts,
  providers: Providers,
  authenticateClient: AuthenticateClient,
) {
  const { access, store } = parts;

  async function ask(request: OperationRequest, question: Question): Promise<OperationReply> {
    const reply = await askProvider(await providers(environmentOf(request)), request, question);
    return { ...reply, headers: { ...reply.headers, ...NOT_KEPT } };
  }

  /** Runs what is for a client that has proved itself; refusals have OAuth's form. */
  const forClient =
    (handle: (request: OperationRequest, client: ProvenClient) => Promise<OperationReply>) =>
    async (request: OperationRequest): Promise<OperationReply> => {
      try {
        const form: ClientForm = request.body;
        const authorization = request.headers.authorization?.toString();
        const client = await authenticateClient({
          environmentId: environmentOf(request),
          credentials: readClientCredentials(authorization, form, { mayBePublic: true }),
          remoteAddress: request.remoteAddress,
          correlationId: request.correlationId,
        });
        return await handle(request, client);
      } catch (error) {
        if (error instanceof OAuthError) return oauthErrorReply(error);
        throw error;
      }
    };

  const post = (request: OperationRequest, path: string, { clientId }: ProvenClient, more = {}) => {
    const form = { ...withoutProof(request.body, clientId), ...more };
    return ask(request, { method: 'POST', path, form });
  };

  /** Whether the API would take the token now. */
  async function isGood(token: string): Promise<boolean> {
    try {
      await access.authenticate(`Bearer ${token}`);
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.code === 'INVALID_TOKEN') return false;
      throw error;
    }
  }

  return {
    /** `authorization_code`, `refresh_token`. */
    async grant(request: OperationRequest, client: ProvenClient): Promise<OperationReply> {
      const reply = await post(request, '/token', client);
      if (reply.status !== 200) return reply;
      const { correlationId, now } = request;
      const record = { environmentId: environmentOf(request), correlationId };
      await commitWrites(store, async () => [tokenRecord(record, client.application, now)]);
      return reply;
    },

    push: forClient(async (request, client) => {
      const { clientId } = client;
      const names = new Set(Object.keys(AuthorizationRequest.properties));
      const asked = { ...request.body, client_id: clientId };
      const body = await withFirstFactor(parts, environmentOf(request), asked, names);
      return post({ ...request, body }, '/par', client);
    }),

    introspect: forClient(async (request, client) => {
      const { token = '' } = request.body as Form;
      if (!isJwt(token)) return post(request, '/introspect', client);
      if (!(await isGood(token)))
        return { status: 200, body: { active: false }, headers: NOT_KEPT };
      const { env: _, org: __, ...claims } = nameOf(token);
      if (claims.sid !== undefined) {
        const reply = await post(request, '/introspect', client, { token: claims.jti });
        const isActive = (reply.body as { active?: boolean }).active === true;
        return isActive ? { ...reply, body: { ...claims, ...(reply.body as object) } } : reply;
      }
      const isPublic = client.application.doc.tokenEndpointAuthMethod === 'NONE';
      const body = isPublic ? { active: false } : { ...claims, active: true, token_type: 'Bearer' };
      return { status: 200, body, headers: NOT_KEPT };
    }),

    revoke: forClient(async (request, client) => {
      const { token = '' } = request.body as Form;
      if (!isJwt(token)) return post(request, '/revoke', client);
      const verified = await verifyToken(parts, token).catch(() => undefined);
      // What isn't good any more is revoked already; RFC 7009 §2.2.
      if (!verified) return { status: 200, headers: NOT_KEPT };
      const { artifact } = verified;
      if (artifact !== undefined) return post(request, '/revoke', client, { token: artifact });
      const error = 'unsupported_token_type';
      return { status: 400, body: { error }, headers: NOT_KEPT };
    }),

    /** The claims of the token's user. Throws `INVALID_TOKEN`. */
    async userInfo(request: OperationRequest): Promise<OperationReply> {
      const authorization = request.headers.authorization?.toString();
      const { actor } = await access.authenticate(authorization);
      const { jti, sid } = nameOf(authorization?.split(/ +/)[1] ?? '');
      const isOfSignOn = actor.type === 'USER' && sid !== undefined && jti !== undefined;
      if (!isOfSignOn || actor.environmentId !== environmentOf(request)) {
        throw new ApiError('INVALID_TOKEN');
      }
      return ask(request, { method: 'GET', path: '/userinfo', bearer: jti });
    },
  };
}
