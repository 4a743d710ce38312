/**
 * Devices that are made of a token: the token keeps the credential that answers are checked by, in
 * one place, and stays when its device goes. Contract settings §4.5.
 */
import { invalidData } from '../../../errors/api-error.ts';
import type { AuthenticationMethod } from '../../../methods/authentication-method.ts';
import type { Device } from '../../../model/documents.ts';
import type { OathCredential, OathToken } from '../../../model/oath.ts';
import type { Store, Stored } from '../../../storage/store.ts';
import { findBy, type Row } from '../../kit/rows.ts';

export type TokenRow = Row<'oath_tokens'>;

type TokenParts = { store: Pick<Store, 'get' | 'list'> };

/** What an active device of a token is found by: one token, one device. */
export const pairedKey = ({ type }: Pick<AuthenticationMethod, 'type'>, tokenId: string) =>
  `${type}:${tokenId}`;

/** Refuses to pair a token that has a device. */
export const alreadyPaired = (target: string) =>
  invalidData('CONSTRAINT_VIOLATION', target, {
    message: 'The token is paired with another device.',
  });

/** The token that the device is made of; undefined: of none, or it was revoked. */
export const tokenOf = async (
  { store }: TokenParts,
  { environmentId, doc }: Stored<Device>,
): Promise<TokenRow | undefined> =>
  doc.tokenId === undefined ? undefined : store.get('oath_tokens', environmentId, doc.tokenId);

/** Throws `CONSTRAINT_VIOLATION` where the token has a device. */
export async function assertFree(
  parts: TokenParts,
  target: string,
  method: AuthenticationMethod,
  { environmentId, id }: TokenRow,
): Promise<void> {
  const key = pairedKey(method, id);
  if (await findBy(parts, 'devices', environmentId, 'environment_key', key)) {
    throw alreadyPaired(target);
  }
}

/** The free token that a create request names; undefined: the method's devices aren't made of any. */
export async function freeToken(
  parts: TokenParts,
  method: AuthenticationMethod,
  environmentId: string,
  body: Record<string, unknown>,
): Promise<TokenRow | undefined> {
  if (!method.token) return undefined;
  const { property } = method.token;
  const serialNumber = String(body[property]);
  const token = await findBy(parts, 'oath_tokens', environmentId, 'serial_number', serialNumber);
  if (!token) {
    throw invalidData('INVALID_VALUE', property, {
      message: 'The environment has no token of this serial number.',
    });
  }
  await assertFree(parts, property, method, token);
  return token;
}

/** A token as its method sees it. */
export const methodToken = ({ id, doc }: TokenRow) => ({ id, credential: { ...doc.credential } });

/** The token with the credential that its method says. */
export const movedToken = ({ doc }: TokenRow, credential: Record<string, unknown>): OathToken => ({
  ...doc,
  credential: credential as unknown as OathCredential,
});
