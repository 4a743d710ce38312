import { CUSTOM_AUTHENTICATORS_MAX } from '../../../config/limits.ts';
import { invalidData } from '../../../errors/api-error.ts';
import { environmentAuthenticators } from '../../../fido-metadata/environment-authenticators.ts';
import type { AuthenticatorMetadata } from '../../../model/fido2.ts';
import type { Parts } from '../../../parts.ts';

/** Every authenticator that the environment knows, as it is in the store now. */
export async function knownAuthenticators(
  { store, authenticators }: Pick<Parts, 'store' | 'authenticators'>,
  environmentId: string,
): Promise<AuthenticatorMetadata> {
  const custom = await store.list('custom_authenticators', environmentId, {
    limit: CUSTOM_AUTHENTICATORS_MAX,
  });
  return environmentAuthenticators(authenticators, custom);
}

/** Each authenticator that a policy lists is known, and listed once. */
export async function assertKnownAuthenticators(
  parts: Pick<Parts, 'store' | 'authenticators'>,
  environmentId: string,
  listed: readonly { id: string }[] | undefined,
  target: string,
): Promise<void> {
  if (!listed?.length) return;
  const known = await knownAuthenticators(parts, environmentId);
  const seen = new Set<string>();
  for (const [index, { id }] of listed.entries()) {
    if (seen.has(id)) throw invalidData('INVALID_VALUE', `${target}[${index}].id`);
    if (!known.byId(id)) throw invalidData('NOT_FOUND', `${target}[${index}].id`);
    seen.add(id);
  }
}
