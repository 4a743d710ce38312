import type { Parts } from '../../../parts.ts';
import { activityWrite } from '../../kit/activity.ts';
import { commitOrRetry } from '../../kit/commit.ts';
import type { OperationReply, OperationRequest } from '../../kit/operation.ts';
import { createClientAuthentication } from './authenticate-client.ts';
import { readClientCredentials } from './client-credentials.ts';
import { issueApplicationToken } from './issue-token.ts';
import { NOT_KEPT, OAuthError, oauthErrorReply } from './oauth-error.ts';
import type { TokenForm } from './tokens.schema.ts';

/** What the token endpoint needs of the server's parts. */
export type TokenEndpointParts = Pick<Parts, 'store' | 'keyring' | 'clock' | 'links'>;

/** The token endpoint's handler: the client credentials grant; RFC 6749 §4.4. */
export function createTokenEndpoint(parts: TokenEndpointParts) {
  const authenticateClient = createClientAuthentication(parts);

  async function issue(request: OperationRequest): Promise<OperationReply> {
    const environmentId = request.params.envID ?? '';
    const form: TokenForm = request.body;
    if (!form.grant_type) throw new OAuthError('invalid_request', 'grant_type is missing.');
    if (form.grant_type !== 'client_credentials') {
      throw new OAuthError('unsupported_grant_type', 'grant_type must be client_credentials.');
    }
    const application = await authenticateClient({
      environmentId,
      credentials: readClientCredentials(request.headers.authorization?.toString(), form),
      remoteAddress: request.remoteAddress,
      correlationId: request.correlationId,
    });
    if (!application.doc.grantTypes.includes('CLIENT_CREDENTIALS')) {
      throw new OAuthError('unauthorized_client', 'The application does not have this grant.');
    }
    // What a client may do is a matter of roles; `p1:` scopes are for users (contract §1.2).
    if (form.scope) throw new OAuthError('invalid_scope', 'This grant gives no scopes.');
    const { token, expiresInSeconds } = await issueApplicationToken(parts, application);
    const activity = activityWrite(
      environmentId,
      {
        action: 'ACCESS_TOKEN.CREATED',
        actor: { type: 'APPLICATION', id: application.id },
        resource: { type: 'APPLICATION', id: application.id },
        correlationId: request.correlationId,
      },
      request.now,
    );
    await commitOrRetry(parts.store, async () => ({ writes: [activity], result: undefined }));
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
