import { isIP } from 'node:net';

/** Makes the absolute addresses in `_links`: one origin per API root; contract §1.1. */
export interface Links {
  /** `{origin}/v1/environments/{envID}` + path: `api(env, '/users/1')`. */
  api(environmentId: string, path?: string): { href: string };
  /** `{auth origin}/{envID}` + path: flows, authentication codes, tokens. */
  auth(environmentId: string, path?: string): { href: string };
  /** The origin of `api`, without `/v1`. */
  apiOrigin(): string;
  /** The origin of `auth`, without an environment. */
  authOrigin(): string;
  /** The host name that people meet the server by: the relying party of its own pages. */
  hostName(): string;
}

/** The host name of a URL; of an address `localhost`, since it has none (WebAuthn §5.1.2). */
export function hostNameOf(url: string): string {
  const { hostname } = new URL(url);
  return isIP(hostname.replace(/^\[|\]$/g, '')) === 0 ? hostname : 'localhost';
}

/** What a resource of an environment begins with; `path`: its own, below the environment. */
export const headOf = (
  links: Pick<Links, 'api'>,
  { environmentId, id }: { environmentId: string; id: string },
  path: string,
  more: Record<string, { href: string }> = {},
) => ({
  _links: {
    self: links.api(environmentId, path),
    environment: links.api(environmentId),
    ...more,
  },
  id,
  environment: { id: environmentId },
});

/** A list that comes whole. */
export const wholeList = (self: { href: string }, name: string, items: readonly object[]) => ({
  _links: { self },
  _embedded: { [name]: items },
  count: items.length,
  size: items.length,
});

/** The two public URLs, without trailing slash. */
export interface Origins {
  publicUrl: string;
  authPublicUrl: string;
}

/** Links under the two public URLs; read at each call, since a free port is known late. */
export function makeLinks(origins: Readonly<Origins>): Links {
  // Each step of a flow asks for it.
  let host = { url: '', name: '' };
  return {
    api: (environmentId, path = '') => ({
      href: `${origins.publicUrl}/v1/environments/${environmentId}${path}`,
    }),
    auth: (environmentId, path = '') => ({
      href: `${origins.authPublicUrl}/${environmentId}${path}`,
    }),
    apiOrigin: () => origins.publicUrl,
    authOrigin: () => origins.authPublicUrl,
    hostName() {
      const url = origins.authPublicUrl;
      if (host.url !== url) host = { url, name: hostNameOf(url) };
      return host.name;
    },
  };
}
