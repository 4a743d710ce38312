/** A token as it is kept, of one as a request says it; contract settings §4.2. */
import type { Vault } from '../../../crypto/vault.ts';
import { invalidData } from '../../../errors/api-error.ts';
import {
  type OathCredential,
  type OathHash,
  type OathToken,
  secretIdentity,
} from '../../../model/oath.ts';
import type { CreateOathTokenBody } from './oath-tokens.schema.ts';

/** What the schema can't say of it. Throws `INVALID_DATA`. */
export function assertConsistentToken({ type, hashAlgorithm, totp }: CreateOathTokenBody): void {
  if (type === 'TOTP' && totp?.timeStep === undefined) {
    throw invalidData('REQUIRED_VALUE', 'totp.timeStep');
  }
  if (type === 'HOTP' && hashAlgorithm !== undefined && hashAlgorithm !== 'HmacSHA1') {
    throw invalidData('INVALID_VALUE', 'hashAlgorithm', {
      message: 'An HOTP token has HmacSHA1.',
      innerError: { allowedValues: ['HmacSHA1'] },
    });
  }
}

/** The document of a new token, but its moments. Throws `INVALID_DATA`. */
export function newOathToken(
  vault: Pick<Vault, 'seal'>,
  environmentId: string,
  id: string,
  body: CreateOathTokenBody,
): Omit<OathToken, 'createdAt' | 'updatedAt'> {
  assertConsistentToken(body);
  const { serialNumber, rowNumber, secret, otpLength } = body;
  const hashAlgorithm: OathHash = body.hashAlgorithm ?? 'HmacSHA1';
  const key = Buffer.from(secret, 'hex');
  const sealedSecret = vault.seal(environmentId, secretIdentity(id), key);
  const common = { otpLength, hashAlgorithm, sealedSecret };
  const credential: OathCredential =
    body.type === 'HOTP'
      ? { type: 'HOTP', ...common, counter: body.hotp?.counter ?? 0 }
      : {
          type: 'TOTP',
          ...common,
          timeStep: body.totp?.timeStep ?? 30,
          drift: 0,
          lastTimeStep: 0,
        };
  return { serialNumber, ...(rowNumber === undefined ? {} : { rowNumber }), credential };
}
