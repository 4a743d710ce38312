/** What a data key does: seal, open and authenticate values of one environment. */
import { createHmac } from 'node:crypto';
import type { Instant } from '../model/instant.ts';
import { decrypt, deriveKey, encrypt, fromBase64url } from './aead.ts';

/** A data key is never used itself: each purpose has a key derived from it. */
export interface DataKey {
  readonly id: string;
  readonly createdAt: Instant;
  readonly sealingKey: Buffer;
  readonly macKey: Buffer;
}

/** The keys of an unwrapped data key. */
export function dataKeyOf(id: string, createdAt: Instant, key: Uint8Array): DataKey {
  return { id, createdAt, sealingKey: deriveKey(key, 'seal'), macKey: deriveKey(key, 'mac') };
}

/** The key id in `v1.<key id>.<base64url>`; undefined when the text has another form. */
export function keyIdOf(text: string): string | undefined {
  const [form, keyId, , ...rest] = text.split('.');
  return form === 'v1' && rest.length === 0 ? keyId : undefined;
}

const bindingOf = (keyId: string, environmentId: string, identity: string) =>
  JSON.stringify(['v1', keyId, environmentId, identity]);

/** `v1.<key id>.<base64url>`, bound to the environment and the identity. */
export function sealWith(
  { id, sealingKey }: DataKey,
  environmentId: string,
  identity: string,
  plaintext: string | Uint8Array,
): string {
  const sealed = encrypt(sealingKey, bindingOf(id, environmentId, identity), plaintext);
  return `v1.${id}.${sealed.toString('base64url')}`;
}

/** The reverse. Throws when the value was changed, moved, or sealed by another key. */
export function openWith(
  key: DataKey | undefined,
  environmentId: string,
  identity: string,
  sealed: string,
): Buffer {
  const bytes = fromBase64url(sealed.slice(sealed.lastIndexOf('.') + 1));
  if (!key || !bytes || keyIdOf(sealed) !== key.id) {
    throw new Error(`The sealed value ${identity} is not of this environment.`);
  }
  try {
    return decrypt(key.sealingKey, bindingOf(key.id, environmentId, identity), bytes);
  } catch (cause) {
    throw new Error(`The sealed value ${identity} was changed or moved.`, { cause });
  }
}

/** `v1.<key id>.<base64url>` too, so that a value made before a rotation still matches. */
export function macWith({ id, macKey }: DataKey, identity: string, value: string): string {
  const mac = createHmac('sha256', macKey).update(JSON.stringify([identity, value]));
  return `v1.${id}.${mac.digest('base64url')}`;
}
