/** The names in tokens: who made them and whom they are for. Pure. */
import type { Links } from '../../kit/links.ts';

/** `{auth origin}/{envID}/as`: the issuer of an environment's tokens. */
export function issuerOf(links: Links, environmentId: string): string {
  return links.auth(environmentId, '/as').href;
}

/** The API's public URL, without trailing slash: the audience of every token. */
export function publicUrlOf(links: Links): string {
  return links.apiOrigin();
}

const ISSUER = /\/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\/as$/;

/** The environment whose own issuer this is, to the letter; undefined: it is none of ours. */
export function environmentOfIssuer(links: Links, issuer: unknown): string | undefined {
  const environmentId = typeof issuer === 'string' ? ISSUER.exec(issuer)?.[1] : undefined;
  if (environmentId === undefined) return undefined;
  return issuerOf(links, environmentId) === issuer ? environmentId : undefined;
}
