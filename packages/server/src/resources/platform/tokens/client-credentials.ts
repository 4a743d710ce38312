/** How a client says who it is at the token endpoint; RFC 6749 §2.3, RFC 7523 §2.2. Pure. */
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { TOKEN_LENGTH_MAX } from '../../../config/limits.ts';
import { OAuthError } from './oauth-error.ts';
import type { TokenForm } from './tokens.schema.ts';

/** Of the name of a client: what needs no escaping but in OAuth's own ways. */
export const CLIENT_ID_PATTERN = '^[\\x21-\\x7e]*$';

export const JWT_BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** What of a form is about its client. */
export type ClientForm = Pick<
  TokenForm,
  'client_id' | 'client_secret' | 'client_assertion' | 'client_assertion_type'
>;

export type ClientCredentials =
  | {
      method: 'CLIENT_SECRET_BASIC' | 'CLIENT_SECRET_POST';
      clientId: string;
      /** The readings of one presented secret. */
      secrets: readonly string[];
    }
  | { method: 'PRIVATE_KEY_JWT' | 'CLIENT_SECRET_JWT'; clientId: string; assertion: string }
  /** It only says its name: PKCE proves what it asks for. */
  | { method: 'NONE'; clientId: string };

/** One answer for every failed authentication: which part was wrong is not told. */
export function invalidClient(): OAuthError {
  return new OAuthError('invalid_client', 'Client authentication failed.');
}

function formDecoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

const BASIC = /^Basic +([A-Za-z0-9+/_-]+={0,2}) *$/i;

function readBasic(authorization: string): ClientCredentials {
  const encoded = BASIC.exec(authorization)?.[1];
  const text = encoded === undefined ? '' : Buffer.from(encoded, 'base64').toString();
  const at = text.indexOf(':');
  if (at < 1) throw invalidClient();
  const given = text.slice(at + 1);
  // RFC 6749 §2.3.1 has both form-encoded, which many clients leave out.
  const decoded = formDecoded(given);
  return {
    method: 'CLIENT_SECRET_BASIC',
    clientId: formDecoded(text.slice(0, at)) ?? '',
    secrets: decoded === undefined || decoded === given ? [given] : [decoded, given],
  };
}

function readAssertion(form: ClientForm, assertion: string): ClientCredentials {
  if (form.client_assertion_type !== JWT_BEARER) {
    throw new OAuthError('invalid_request', `client_assertion_type must be ${JWT_BEARER}.`);
  }
  if (assertion.length > TOKEN_LENGTH_MAX) throw invalidClient();
  try {
    // Not verified yet: these only tell whose keys to try.
    const sub: unknown = decodeJwt(assertion).sub;
    const isBySecret = decodeProtectedHeader(assertion).alg?.startsWith('HS');
    return {
      method: isBySecret ? 'CLIENT_SECRET_JWT' : 'PRIVATE_KEY_JWT',
      clientId: typeof sub === 'string' ? sub : '',
      assertion,
    };
  } catch {
    throw invalidClient();
  }
}

/**
 * The client's one way of authentication. Throws `invalid_request` for several ways at once, and
 * `invalid_client` where there is none, or none that can be read.
 */
export function readClientCredentials(
  authorization: string | undefined,
  form: ClientForm,
  { mayBePublic = false } = {},
): ClientCredentials {
  const { client_id: clientId, client_secret: secret, client_assertion: assertion } = form;
  const ways = [authorization, secret, assertion].filter((way) => way !== undefined);
  if (ways.length > 1) {
    throw new OAuthError('invalid_request', 'The client uses more than one authentication method.');
  }
  let credentials: ClientCredentials | undefined;
  if (authorization !== undefined) credentials = readBasic(authorization);
  else if (assertion !== undefined) credentials = readAssertion(form, assertion);
  else if (secret !== undefined && clientId !== undefined) {
    credentials = { method: 'CLIENT_SECRET_POST', clientId, secrets: [secret] };
  } else if (mayBePublic && secret === undefined && clientId !== undefined) {
    credentials = { method: 'NONE', clientId };
  }
  if (!credentials) throw invalidClient();
  if (clientId !== undefined && clientId !== credentials.clientId) {
    throw new OAuthError('invalid_request', 'client_id is not the client that authenticates.');
  }
  return credentials;
}
