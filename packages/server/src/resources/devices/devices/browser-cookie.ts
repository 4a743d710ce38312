/** The cookie of a remembered browser, which the caller hands to it and sends with a check. */
import { parseCookie, stringifySetCookie } from 'cookie';
import { environmentOf, type OperationRequest } from '../../kit/operation.ts';

/** One for each environment: two may share a host. */
const nameIn = (environmentId: string) => `mfa-rd-${environmentId.slice(0, 8)}`;

/** Its value in the request's `Cookie`; undefined: none was sent. */
export function browserCookieOf(request: OperationRequest): string | undefined {
  const header = [request.headers.cookie ?? []].flat().join('; ');
  return parseCookie(header)[nameIn(environmentOf(request))];
}

/** The `Set-Cookie` of the answer. It goes with requests from other sites: the caller's is one. */
export const browserCookie = (environmentId: string, value: string, maxAge: number): string =>
  stringifySetCookie({
    name: nameIn(environmentId),
    value,
    path: '/',
    secure: true,
    httpOnly: true,
    sameSite: 'none',
    maxAge,
  });
