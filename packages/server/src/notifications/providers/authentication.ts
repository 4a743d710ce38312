/**
 * How a provider of an administrator's own knows us; contract messages §8.2. The secret part is kept
 * apart: no reply shows it.
 */
import { type Static, Type } from 'typebox';
import { invalidData } from '../../errors/api-error.ts';
import type { Authentication } from '../channels/http/account.ts';
import { assertCallable, type Place } from './place.ts';
import { anyCase, spelled } from './words.ts';

const METHODS = ['BASIC', 'BEARER', 'OAUTH2', 'CUSTOM_HEADER'] as const;
const JWT_GRANTS = ['JWT_BEARER', 'urn:ietf:params:oauth:grant-type:jwt-bearer'] as const;
const GRANTS = ['CLIENT_CREDENTIALS', ...JWT_GRANTS] as const;

const SECRET_LENGTH_MAX = 8_192;
const SCOPES_MAX = 50;
const printable = (maxLength: number) =>
  Type.Optional(Type.String({ minLength: 1, maxLength, pattern: '^[^\\u0000-\\u001f\\u007f]+$' }));

export const AuthenticationSchema = Type.Object(
  {
    method: anyCase(METHODS),
    username: printable(1_024),
    password: printable(SECRET_LENGTH_MAX),
    authToken: printable(SECRET_LENGTH_MAX),
    authUrl: printable(2_048),
    clientId: printable(1_024),
    clientSecret: printable(SECRET_LENGTH_MAX),
    assertion: printable(SECRET_LENGTH_MAX),
    grantType: printable(64),
    clientAuthenticationMethod: printable(64),
    scopes: Type.Optional(
      Type.Array(Type.String({ pattern: '^[\\x21\\x23-\\x5b\\x5d-\\x7e]{1,256}$' }), {
        maxItems: SCOPES_MAX,
      }),
    ),
    headerName: printable(256),
    headerValue: printable(SECRET_LENGTH_MAX),
  },
  { additionalProperties: false },
);
export type SaidAuthentication = Static<typeof AuthenticationSchema>;
type Member = Exclude<keyof SaidAuthentication, 'scopes'>;

export interface SplitAuthentication {
  shown: Record<string, unknown>;
  secrets: Record<string, unknown>;
}

interface Form {
  shown: readonly Member[];
  secret: Member;
}

const FORMS: Record<(typeof METHODS)[number] | 'JWT', Form> = {
  BASIC: { shown: ['username'], secret: 'password' },
  BEARER: { shown: [], secret: 'authToken' },
  OAUTH2: { shown: ['authUrl', 'clientId'], secret: 'clientSecret' },
  JWT: { shown: ['authUrl', 'grantType'], secret: 'assertion' },
  CUSTOM_HEADER: { shown: ['headerName'], secret: 'headerValue' },
};

const TARGET = 'authentication';

function formOf(said: SaidAuthentication, method: (typeof METHODS)[number]): Form {
  if (method !== 'OAUTH2') return FORMS[method];
  const grant =
    said.grantType === undefined
      ? undefined
      : spelled(said.grantType, GRANTS, `${TARGET}.grantType`);
  const isJwt = grant === undefined ? said.assertion !== undefined : grant !== 'CLIENT_CREDENTIALS';
  return isJwt ? FORMS.JWT : FORMS.OAUTH2;
}

// Ours to set, or the connection's.
const HEADERS_OF_OTHERS =
  /^(?:host|connection|content-length|transfer-encoding|te|trailer|upgrade|expect|keep-alive|proxy-.*)$/i;

/** Whether a header of this name can be sent; RFC 9110 §5.1. */
export const isHeaderName = (name: string) =>
  /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}$/.test(name) && !HEADERS_OF_OTHERS.test(name);

/** What was kept is used again where nothing says that it is another account, at another place. */
function kept(
  { shown, secret }: Form,
  said: Record<string, unknown>,
  before: SplitAuthentication | undefined,
  sameHosts: boolean,
): unknown {
  if (!before || !sameHosts || before.shown.method !== said.method) return undefined;
  const isSame = shown.every((member) => before.shown[member] === said[member]);
  return isSame ? before.secrets[secret] : undefined;
}

/**
 * Splits what was said. Throws `INVALID_DATA` where a member is missing or can't be.
 * `sameHosts`: what was kept may be sent where the requests go.
 */
export function splitAuthentication(
  said: SaidAuthentication,
  place: Place,
  before?: SplitAuthentication,
  sameHosts = true,
): SplitAuthentication {
  const method = spelled(said.method, METHODS, `${TARGET}.method`);
  const form = formOf(said, method);
  for (const member of form.shown) {
    if (said[member] === undefined) throw invalidData('REQUIRED_VALUE', `${TARGET}.${member}`);
  }
  if (said.authUrl !== undefined) assertCallable(said.authUrl, place, `${TARGET}.authUrl`);
  if (method === 'CUSTOM_HEADER' && !isHeaderName(said.headerName ?? '')) {
    throw invalidData('INVALID_VALUE', `${TARGET}.headerName`);
  }
  const secret = said[form.secret] ?? kept(form, { ...said, method }, before, sameHosts);
  if (secret === undefined) throw invalidData('REQUIRED_VALUE', `${TARGET}.${form.secret}`);
  const shown = Object.fromEntries(form.shown.map((member) => [member, said[member]]));
  const scopes = method === 'OAUTH2' && said.scopes ? { scopes: said.scopes } : {};
  return { shown: { method, ...shown, ...scopes }, secrets: { [form.secret]: secret } };
}

/** As a reply shows it: with what the platform adds to client credentials. */
export const authenticationView = (shown: Record<string, unknown>) =>
  shown.method === 'OAUTH2' && shown.clientId !== undefined
    ? {
        ...shown,
        clientAuthenticationMethod: 'BASIC_AUTH_HEADER',
        grantType: 'CLIENT_CREDENTIALS',
      }
    : shown;

/** As the account uses it: what was split together again. */
export const authenticationOf = ({ shown, secrets }: SplitAuthentication) =>
  ({ ...shown, ...secrets }) as unknown as Authentication;
