/**
 * The secrets of a client as its application keeps them: hashed, and sealed so that they can be read
 * and that a client can sign by them; docs/decisions/0025, 0038.
 */
import { SECRET_READABLE_MS } from '../../../config/limits.ts';
import { hashClientSecret, newClientSecret } from '../../../crypto/client-secret.ts';
import type { Vault } from '../../../crypto/vault.ts';
import { defined } from '../../../model/defined.ts';
import type { Application } from '../../../model/documents.ts';
import type { Instant } from '../../../model/instant.ts';
import type { Stored } from '../../../storage/store.ts';

/** A secret that a client may prove itself by. */
export interface KeptSecret {
  secretHash: string;
  sealedSecret?: string;
  /** What the tokens that are got by it name; see `CREDENTIALS_CLAIM`. */
  credentialsFrom: Instant;
  isPrevious: boolean;
}

interface Sealed {
  secret: string;
  /** Where secrets are read once: until when. */
  readableUntil: Instant;
}

type Place = Pick<Stored<Application>, 'environmentId' | 'id'>;
const identityOf = ({ id }: Place) => `applications/${id}/secret`;

const sealed = (vault: Pick<Vault, 'seal'>, place: Place, content: Sealed): string =>
  vault.seal(place.environmentId, identityOf(place), JSON.stringify(content));

export const opened = (vault: Pick<Vault, 'open'>, place: Place, text: string): Sealed =>
  JSON.parse(vault.open(place.environmentId, identityOf(place), text).toString());

/** A new secret in the form that is kept: its hash, and a copy that can be read. */
export async function newKeptSecret(
  vault: Pick<Vault, 'seal'>,
  place: Place,
  now: Instant,
  secret = newClientSecret(),
) {
  const readableUntil = now + SECRET_READABLE_MS;
  return {
    secret,
    secretHash: await hashClientSecret(secret),
    sealedSecret: sealed(vault, place, { secret, readableUntil }),
  };
}

/** The copy once it was read, where that is once: only the server still opens it. */
export const readOut = (vault: Vault, place: Place, text: string): string =>
  sealed(vault, place, { ...opened(vault, place, text), readableUntil: 0 });

/** The secrets that are good now, the present one first. Pure. */
export function secretsOf(application: Application, now: Instant): KeptSecret[] {
  const { previousSecret } = application;
  const isGood = previousSecret !== undefined && now < previousSecret.expiresAt;
  const holders = isGood ? [application, previousSecret] : [application];
  return holders.flatMap(
    ({ secretHash, sealedSecret, tokensValidFrom: credentialsFrom = 0 }, at) =>
      secretHash === undefined
        ? []
        : [{ secretHash, ...defined({ sealedSecret }), credentialsFrom, isPrevious: at === 1 }],
  );
}

/** Whether a token that names these credentials is still good. Pure. */
export const isTokenOf = (
  { tokensValidFrom = 0, previousSecret }: Application,
  credentialsFrom: Instant,
): boolean =>
  credentialsFrom === tokensValidFrom ||
  // Also after its end: a token lives for its hour, unless the secret is revoked.
  (previousSecret !== undefined && credentialsFrom === (previousSecret.tokensValidFrom ?? 0));

/** The moment before which tokens that name no credentials are refused. Pure. */
export const oldestToken = ({ tokensValidFrom = 0, previousSecret }: Application): Instant =>
  previousSecret ? (previousSecret.tokensValidFrom ?? 0) : tokensValidFrom;
