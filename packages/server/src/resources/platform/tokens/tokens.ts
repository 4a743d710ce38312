import { SECRET_USE_NOTED_MS } from '../../../config/limits.ts';
import { SIGNING_ALGORITHM } from '../../../crypto/environment-keys.ts';
import type { Instant } from '../../../model/instant.ts';
import type { Parts } from '../../../parts.ts';
import type { Write } from '../../../storage/store.ts';
import { commitWrites } from '../../kit/commit.ts';
import {
  environmentOf,
  type Operation,
  type OperationReply,
  type OperationRequest,
} from '../../kit/operation.ts';
import { updateRow } from '../../kit/rows.ts';
import {
  type AuthenticateClient,
  createClientAuthentication,
  type ProvenClient,
  tokenRecord,
} from './authenticate-client.ts';
import { ASSERTION_ALGORITHMS } from './client-assertion.ts';
import { readClientCredentials } from './client-credentials.ts';
import { issueApplicationToken } from './issue-token.ts';
import { issuerOf } from './issuer.ts';
import { NOT_KEPT, OAuthError, oauthErrorReply } from './oauth-error.ts';
import { openRemoteKeys, type RemoteKeys } from './remote-keys.ts';
import {
  DiscoveryReply,
  JwksReply,
  OAuthErrorBody,
  type TokenForm,
  TokenFormSchema,
  TokenReply,
} from './tokens.schema.ts';

/** What the token endpoint needs of the server's parts. */
type TokenEndpointParts = Pick<Parts, 'store' | 'keyring' | 'clock' | 'links'> & {
  settings: Pick<Parts['settings'], 'jwksPrivate'>;
  /** A test's own. */
  remoteKeys?: RemoteKeys;
  /** One for all endpoints of clients: guesses are counted together. */
  authenticateClient?: AuthenticateClient;
  signOn?: SignOnPart;
};

/** What users sign on by: the grants of theirs, and what discovery says of it. */
export interface SignOnPart {
  grant(request: OperationRequest, client: ProvenClient): Promise<OperationReply>;
  discovery(issuer: string): Record<string, unknown>;
}

const OF_USERS = ['authorization_code', 'refresh_token'];

/** Notes that a token was got by the secret that was replaced: its owner wants to know who is left. */
async function useOfPrevious(
  { store }: Pick<TokenEndpointParts, 'store'>,
  { application: { environmentId, id, doc }, isPrevious }: ProvenClient,
  now: Instant,
): Promise<Write[]> {
  if (!isPrevious) return [];
  const application = await store.get('applications', environmentId, id);
  const { previousSecret } = application?.doc ?? {};
  if (!application || !previousSecret) return [];
  const isSame = previousSecret.secretHash === doc.previousSecret?.secretHash;
  const isNoted = now < (previousSecret.lastUsedAt ?? -Infinity) + SECRET_USE_NOTED_MS;
  if (!isSame || isNoted) return [];
  const noted = { ...application.doc, previousSecret: { ...previousSecret, lastUsedAt: now } };
  return [updateRow('applications', application, noted)];
}

/** The token endpoint's handler: the client credentials grant; RFC 6749 §4.4. */
function createTokenEndpoint(parts: TokenEndpointParts) {
  const { clock, settings } = parts;
  const remoteKeys =
    parts.remoteKeys ?? openRemoteKeys({ clock, allowPrivate: settings.jwksPrivate });
  const authenticateClient =
    parts.authenticateClient ?? createClientAuthentication(parts, remoteKeys);

  async function issue(request: OperationRequest): Promise<OperationReply> {
    const environmentId = request.params.envID ?? '';
    const form: TokenForm = request.body;
    if (!form.grant_type) throw new OAuthError('invalid_request', 'grant_type is missing.');
    const isOfUser = parts.signOn !== undefined && OF_USERS.includes(form.grant_type);
    if (!isOfUser && form.grant_type !== 'client_credentials') {
      throw new OAuthError('unsupported_grant_type', 'The server has no grant of this type.');
    }
    const client = await authenticateClient({
      environmentId,
      credentials: readClientCredentials(request.headers.authorization?.toString(), form, {
        mayBePublic: isOfUser,
      }),
      remoteAddress: request.remoteAddress,
      correlationId: request.correlationId,
    });
    if (isOfUser && parts.signOn) return parts.signOn.grant(request, client);
    const { application, credentialsFrom } = client;
    if (!application.doc.grantTypes?.includes('CLIENT_CREDENTIALS')) {
      throw new OAuthError('unauthorized_client', 'The application does not have this grant.');
    }
    // What a client may do is a matter of roles; `p1:` scopes are for users (contract §1.2).
    if (form.scope) throw new OAuthError('invalid_scope', 'This grant gives no scopes.');
    const { token, expiresInSeconds } = await issueApplicationToken(
      parts,
      application,
      credentialsFrom,
    );
    const { correlationId, now } = request;
    const activity = tokenRecord({ environmentId, correlationId }, application, now);
    await commitWrites(parts.store, async () => [
      activity,
      ...(await useOfPrevious(parts, client, now)),
    ]);
    return {
      status: 200,
      body: { access_token: token, token_type: 'Bearer', expires_in: expiresInSeconds },
      headers: NOT_KEPT,
    };
  }

  return async (request: OperationRequest): Promise<OperationReply> => {
    try {
      return await issue(request);
    } catch (error) {
      if (error instanceof OAuthError) return oauthErrorReply(error);
      throw error;
    }
  };
}

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
      summary: 'Get an access token',
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
      async handle(request) {
        const environmentId = environmentOf(request);
        const [{ withCertificate }, { keys }, signer] = await Promise.all([
          import('../../../crypto/key-certificate.ts'),
          keyring.publicJwks(environmentId),
          keyring.signingKey(environmentId),
        ]);
        const certified = await Promise.all(keys.map((key) => withCertificate(key, signer)));
        return { status: 200, body: { keys: certified }, headers: PUBLIC_FOR_A_MINUTE };
      },
    },
    {
      ...common,
      id: 'readDiscovery',
      method: 'GET',
      path: '/{envID}/as/.well-known/openid-configuration',
      summary: 'Read where users sign on, and where tokens and their keys are',
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
              'client_secret_jwt',
              'private_key_jwt',
            ],
            token_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGORITHMS,
            ...parts.signOn?.discovery(issuer),
          },
          headers: PUBLIC_FOR_A_MINUTE,
        };
      },
    },
  ];
}
