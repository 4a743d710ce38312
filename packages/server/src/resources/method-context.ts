import { randomBytes, randomInt } from 'node:crypto';
import type { EnvironmentConfiguration } from '../configuration.ts';
import type { Vault } from '../crypto/vault.ts';
import { invalidData } from '../errors/api-error.ts';
import type { AuthenticationMethod, MethodContext } from '../methods/authentication-method.ts';
import type { DeviceAuthenticationPolicy, User } from '../model/documents.ts';
import type { Instant } from '../model/instant.ts';
import type { MethodPolicy } from '../model/policy.ts';
import type { Stored } from '../storage/store.ts';

/** A uniformly distributed decimal text; `length` is at most 14, the reach of `randomInt`. */
function randomDigits(length: number): string {
  return randomInt(10 ** length)
    .toString()
    .padStart(length, '0');
}

/** The block of a method that a policy doesn't speak of: nothing is allowed. */
const DENIED: MethodPolicy = { enabled: false };

/** The method's block of the policy. */
export function blockOf(
  policy: Stored<DeviceAuthenticationPolicy>,
  method: Pick<AuthenticationMethod, 'policyKey'>,
): MethodPolicy {
  return policy.doc.settings.methods[method.policyKey] ?? DENIED;
}

/** The policy of this id, or the environment's default. Throws `INVALID_DATA`, `policy.id`. */
export function policyOf(
  configuration: EnvironmentConfiguration,
  policyId: string | undefined,
): Stored<DeviceAuthenticationPolicy> {
  if (policyId === undefined) return configuration.defaultPolicy;
  const policy = configuration.policies.get(policyId);
  if (!policy) throw invalidData('NOT_FOUND', 'policy.id');
  return policy;
}

/** What a method may use of the world outside. */
export function methodContext(
  vault: Vault,
  configuration: EnvironmentConfiguration,
  user: Stored<User>,
  policy: MethodPolicy,
  now: Instant,
): MethodContext {
  const { preferredLanguage, username } = user.doc;
  return {
    now,
    environmentId: configuration.environment.id,
    environmentName: configuration.environment.doc.name,
    policy,
    settings: configuration.mfaSettings.doc,
    vault,
    randomBytes,
    randomDigits,
    user: {
      id: user.id,
      username,
      ...(preferredLanguage === undefined ? {} : { preferredLanguage }),
    },
  };
}
