/** What the browser says of the page that asked; WebAuthn Level 3, §5.8.1. */
import { isAllowedOrigin } from './relying-party.ts';

function parse(clientDataJSON: string): { crossOrigin?: unknown; topOrigin?: unknown } {
  try {
    const data: unknown = JSON.parse(Buffer.from(clientDataJSON, 'base64url').toString('utf8'));
    return typeof data === 'object' && data !== null ? data : {};
  } catch {
    // The library refuses what is no client data.
    return {};
  }
}

/** The top page that the asking one was framed by, where the browser tells it. */
export function topOriginOf(clientDataJSON: string): string | undefined {
  const { topOrigin } = parse(clientDataJSON);
  return typeof topOrigin === 'string' ? topOrigin : undefined;
}

/**
 * Whether the page was framed by one that may not frame it (§13.4.9). The framing page must belong
 * to the relying party or be a related origin of the policy; where the browser doesn't tell which
 * it is, the asking page's own origin must be listed as one that may be framed.
 */
export function isStrangelyFramed(
  clientDataJSON: string,
  origin: string,
  rpId: string,
  relatedOrigins: readonly string[] = [],
): boolean {
  const { crossOrigin, topOrigin } = parse(clientDataJSON);
  if (crossOrigin !== true && topOrigin === undefined) return false;
  if (typeof topOrigin === 'string') return !isAllowedOrigin(topOrigin, rpId, relatedOrigins);
  return !relatedOrigins.includes(origin);
}

export const FRAMED = 'The page was framed by another site, which the policy does not list.';
