import { randomBytes, randomInt } from 'node:crypto';
import type { EnvironmentConfiguration } from '../../configuration.ts';
import { ApiError, invalidData } from '../../errors/api-error.ts';
import { environmentAuthenticators } from '../../fido-metadata/environment-authenticators.ts';
import type {
  AnonymousContext,
  AuthenticationMethod,
  MethodConfiguration,
  MethodContext,
} from '../../methods/authentication-method.ts';
import type { MethodRegistry } from '../../methods/registry.ts';
import type { DeviceAuthenticationPolicy } from '../../model/documents.ts';
import type { Instant } from '../../model/instant.ts';
import type { MethodPolicy } from '../../model/policy.ts';
import { renderWords } from '../../notifications/templates/render.ts';
import type { Parts } from '../../parts.ts';
import type { Stored, UserFacts } from '../../storage/store.ts';
import type { OperationRequest } from './operation.ts';
import { wordingOf } from './wording.ts';

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

/** The policy that something began with; it may be gone since: then the default one rules. */
export const remainingPolicy = (
  { policies, defaultPolicy }: EnvironmentConfiguration,
  policyId: string | undefined,
): Stored<DeviceAuthenticationPolicy> => policies.get(policyId ?? '') ?? defaultPolicy;

/**
 * The policy that the request names, or the default. A user's own token may name any that isn't for
 * applications only. Throws `INVALID_DATA`, `policy.id`, and `ACCESS_FAILED`.
 */
export function namedPolicy(
  { policies, defaultPolicy }: EnvironmentConfiguration,
  { actor, body }: Pick<OperationRequest, 'actor' | 'body'>,
): Stored<DeviceAuthenticationPolicy> {
  const id: string | undefined = body.policy?.id;
  const policy = id === undefined ? defaultPolicy : policies.get(id);
  if (!policy) throw invalidData('NOT_FOUND', 'policy.id');
  const isChosen = actor.type === 'USER' && policy.id !== defaultPolicy.id;
  if (isChosen && policy.doc.settings.applicationsOnly) throw new ApiError('ACCESS_FAILED');
  return policy;
}

/** The policy that a user has chosen for their own device, where it isn't the default; else none. */
export function ownPolicyOf(
  { defaultPolicy }: EnvironmentConfiguration,
  policyId: string,
  { actor }: Pick<OperationRequest, 'actor'>,
): { ownPolicyId?: string } {
  return actor.type === 'USER' && policyId !== defaultPolicy.id ? { ownPolicyId: policyId } : {};
}

/** What the making of a context takes of the server's parts. */
export type ContextParts = Pick<Parts, 'keyring' | 'links' | 'authenticators' | 'contents'>;

/** What methods look things up in. */
export function methodConfiguration(
  { authenticators }: ContextParts,
  configuration: EnvironmentConfiguration,
): MethodConfiguration {
  const { fido2Policies, defaultFido2Policy, nativeApplications, pushProviders } = configuration;
  return {
    fido2Policy: (id) => (fido2Policies.get(id ?? '') ?? defaultFido2Policy).doc.settings,
    authenticators: environmentAuthenticators(authenticators, configuration.customAuthenticators),
    nativeApplications,
    pushProviders,
  };
}

/** What a method may use where the user isn't known. */
export function anonymousContext(
  parts: ContextParts,
  configuration: EnvironmentConfiguration,
  policy: MethodPolicy,
  now: Instant,
): AnonymousContext {
  return {
    now,
    environmentId: configuration.environment.id,
    environmentName: configuration.environment.doc.name,
    hostName: parts.links.hostName(),
    policy,
    settings: configuration.mfaSettings.doc,
    configuration: methodConfiguration(parts, configuration),
    vault: parts.keyring,
    randomBytes,
    randomDigits,
    words: (payload) => renderWords('PUSH', payload),
  };
}

/** What a method may use of the world outside. */
export function methodContext(
  parts: ContextParts,
  configuration: EnvironmentConfiguration,
  { user, devices }: UserFacts,
  policy: MethodPolicy,
  now: Instant,
): MethodContext {
  const { preferredLanguage, username } = user.doc;
  const { environment } = configuration;
  return {
    ...anonymousContext(parts, configuration, policy, now),
    user: {
      id: user.id,
      username,
      profile: user.doc,
      ...(preferredLanguage === undefined ? {} : { preferredLanguage }),
      devices: devices.flatMap(({ id, doc }) =>
        doc.status === 'ACTIVE' ? [{ id, type: doc.type, credential: doc.credential }] : [],
      ),
    },
    wording: (message) => wordingOf(parts, { environment, user: user.doc, now }, message),
  };
}

/** Refuses (403) options that only an application may give, when a user gives them for himself. */
export function refuseTrustedOptions(
  methods: MethodRegistry,
  options: Readonly<Record<string, unknown>>,
  { actor }: OperationRequest,
): void {
  if (actor.type !== 'USER') return;
  const trusted = methods.all().flatMap(({ trustedOptions }) => trustedOptions ?? []);
  if (trusted.some((name) => options[name] !== undefined)) throw new ApiError('ACCESS_FAILED');
}
