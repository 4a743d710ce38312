import { CUSTOM_AUTHENTICATORS_MAX } from '../../../config/limits.ts';
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
