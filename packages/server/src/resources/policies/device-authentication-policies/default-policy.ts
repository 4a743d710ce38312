import type { MethodRegistry } from '../../../methods/registry.ts';
import type { DeviceAuthenticationPolicy } from '../../../model/documents.ts';
import type { Instant } from '../../../model/instant.ts';
import { policyBlocks } from './policy-blocks.ts';

/** The policy that a new environment begins with; contract resources, policies. Pure. */
export function defaultPolicyDocument(
  methods: MethodRegistry,
  now: Instant,
): DeviceAuthenticationPolicy {
  const initial = policyBlocks(methods).flatMap((block) =>
    block.initial ? [[block.key, block.initial] as const] : [],
  );
  return {
    name: 'Default MFA Policy',
    isDefault: true,
    settings: {
      authentication: { deviceSelection: 'DEFAULT_TO_FIRST' },
      newDeviceNotification: 'EMAIL_THEN_SMS',
      ignoreUserLock: false,
      methods: Object.fromEntries(initial),
    },
    createdAt: now,
    updatedAt: now,
  };
}
