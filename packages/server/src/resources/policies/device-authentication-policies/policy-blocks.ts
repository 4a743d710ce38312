/** The blocks that a policy has: each method's own, and those of methods that come later. */
import { type TSchema, Type } from 'typebox';
import type { MethodRegistry } from '../../../methods/registry.ts';
import type { DeviceAuthenticationPolicy } from '../../../model/documents.ts';
import type { Instant } from '../../../model/instant.ts';
import type { MethodPolicy } from '../../../model/policy.ts';
import { PINGID_BLOCK } from '../../../policy/blocks.ts';

export interface PolicyBlock {
  /** The block's name in the policy. */
  key: string;
  schema: TSchema;
  /** The SDK's description asks for it in every request; sdk-schemas, "PingOneMFA". */
  required: boolean;
  /** In the environment's first policy; absent: it has none. */
  initial?: MethodPolicy;
}

/** Blocks whose method isn't built: validated, stored and returned. They go with their method. */
const LATER: readonly PolicyBlock[] = [
  { key: 'desktop', schema: PINGID_BLOCK, required: false },
  { key: 'yubikey', schema: PINGID_BLOCK, required: false },
];

export function policyBlocks(methods: MethodRegistry): PolicyBlock[] {
  const built = methods.all().map(({ policyKey, schemas, defaultPolicy, policyOptional }) => ({
    key: policyKey,
    schema: schemas.policy,
    required: !policyOptional,
    initial: defaultPolicy,
  }));
  return [...built, ...LATER.filter(({ key }) => !built.some((block) => block.key === key))];
}

/** The blocks as properties of a message. */
export function blockProperties(blocks: readonly PolicyBlock[]): Record<string, TSchema> {
  return Object.fromEntries(
    blocks.map(({ key, schema, required }) => [key, required ? schema : Type.Optional(schema)]),
  );
}

/** The policy that a new environment begins with; contract settings §2.8. Pure. */
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
      rememberMe: {
        web: { enabled: false, lifeTime: { duration: 30, timeUnit: 'MINUTES' } },
      },
      methods: Object.fromEntries(initial),
    },
    createdAt: now,
    updatedAt: now,
  };
}
