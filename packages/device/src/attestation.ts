/** What a device's system says of it: docs/device-protocol.md, "Integrity". */
import type { PublicJwk } from './keys.ts';
import { thumbprint } from './protocol.ts';

/** Asks the device's system to attest it. */
export interface Attester {
  /** Google Play Integrity, or Apple App Attest. */
  kind: 'PLAY_INTEGRITY' | 'APP_ATTEST';
  /**
   * Makes the attestation for these 32 bytes. Play Integrity: the nonce (or request hash) is their
   * base64url; the token as it comes. App Attest: they are `clientDataHash`; the object in base64.
   */
  attest(hash: Uint8Array): Promise<string>;
}

/** What a request says of an attestation: that this key is held here, since the server asked. */
export async function attestationOf(
  { kind, attest }: Attester,
  nonce: string,
  publicJwk: PublicJwk,
): Promise<{ kind: string; token: string }> {
  const text = `${nonce}.${await thumbprint(publicJwk)}`;
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return { kind, token: await attest(new Uint8Array(hash)) };
}
