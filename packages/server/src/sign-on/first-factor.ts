/**
 * The first factor where somebody else has checked it: a token of a trusted issuer that comes with
 * the authorization request. What it proved goes on sealed, as a parameter that only we can make.
 */
import { findClient } from '../resources/platform/tokens/authenticate-client.ts';
import {
  acceptToken,
  type TrustParts,
} from '../resources/platform/trusted-issuers/accept-token.ts';
import type { SignOnParts } from './parts.ts';

export const FIRST_FACTOR = 'first_factor';
const IDENTITY = 'sign-on/first-factor';

export interface FirstFactor {
  userId: string;
  clientId: string;
  isEntra: boolean;
  /** Who it is to the issuer. */
  sub?: string;
}

type Params = Readonly<Record<string, string | undefined>>;
type FactorParts = SignOnParts & TrustParts;

/** What the parameters of a request prove; undefined: nothing. */
export function firstFactorOf(
  { keyring }: Pick<SignOnParts, 'keyring'>,
  environmentId: string,
  params: Readonly<Record<string, unknown>>,
): FirstFactor | undefined {
  const sealed = params[FIRST_FACTOR];
  if (typeof sealed !== 'string') return undefined;
  const factor: FirstFactor = JSON.parse(keyring.open(environmentId, IDENTITY, sealed).toString());
  return factor.clientId === params.client_id ? factor : undefined;
}

/** The parameters that a request object has instead; those beside it don't count (RFC 9101 §6.3). */
function objectParams(
  claims: Readonly<Record<string, unknown>>,
  names: ReadonlySet<string>,
): Params {
  const own = Object.entries(claims).flatMap(([name, value]) => {
    if (!names.has(name) || value === null || value === undefined) return [];
    return [[name, typeof value === 'object' ? JSON.stringify(value) : String(value)] as const];
  });
  return Object.fromEntries(own);
}

/**
 * The request as the provider gets it. A token that isn't accepted stays in it: the provider refuses
 * it and tells the client.
 */
export async function withFirstFactor(
  parts: FactorParts,
  environmentId: string,
  params: Params,
  names: ReadonlySet<string>,
): Promise<Params> {
  const { id_token_hint: hint, request, client_id: clientId } = params;
  const token = request ?? hint;
  if (token === undefined || clientId === undefined) return params;
  const application = await findClient(parts, environmentId, clientId);
  if (!application) return params;
  const accepted = await acceptToken(parts, environmentId, application.id, token);
  if (!accepted) return params;
  const { issuer, user, claims } = accepted;
  const factor: FirstFactor = {
    userId: user.id,
    clientId,
    isEntra: issuer.doc.type === 'MICROSOFT_ENTRA',
    ...(claims.sub === undefined ? {} : { sub: claims.sub }),
  };
  const { id_token_hint: _hint, request: _request, ...rest } = params;
  const asked =
    request === undefined ? rest : { ...objectParams(claims, names), client_id: clientId };
  return {
    ...asked,
    [FIRST_FACTOR]: parts.keyring.seal(environmentId, IDENTITY, JSON.stringify(factor)),
  };
}
