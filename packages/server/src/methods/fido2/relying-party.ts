/** Which origins may use a relying party's credentials; WebAuthn Level 3, §5.1.2 and §5.11. */

import { RELYING_PARTY_ID_PATTERN } from '../../model/fido2.ts';

const RP_ID = new RegExp(RELYING_PARTY_ID_PATTERN);

export function isRelyingPartyId(id: string): boolean {
  return RP_ID.test(id);
}

const isLocal = (host: string) => host === 'localhost' || host.endsWith('.localhost');

/**
 * Whether a page of this origin may use credentials of the relying party: its own host, one below
 * it, or one that the policy names as related. Only over HTTPS, but on the machine itself.
 */
export function isAllowedOrigin(
  origin: string,
  rpId: string,
  relatedOrigins: readonly string[] = [],
): boolean {
  if (relatedOrigins.includes(origin)) return true;
  if (!URL.canParse(origin)) return false;
  const url = new URL(origin);
  // A browser writes it so; anything else is no origin (a path, a user name, upper case).
  if (url.origin !== origin) return false;
  const host = url.hostname;
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLocal(host))) return false;
  return host === rpId || host.endsWith(`.${rpId}`);
}
