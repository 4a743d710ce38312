/** The messages of device authentication policies; contract sdk-schemas. */
import { type Static, Type } from 'typebox';
import type { WireDuration } from '../../../model/duration.ts';
import type { DeviceSelection, RecoveryPolicy } from '../../../model/policy.ts';
import { REMEMBER_ME } from '../../../policy/blocks.ts';
import { closed, HalLinks, maybe, Name, Reference, Timestamp, Uuid } from '../../kit/schemas.ts';
import { blockProperties, type PolicyBlock } from './policy-blocks.ts';

const SELECTION = Type.Enum(['DEFAULT_TO_FIRST', 'PROMPT_TO_SELECT', 'ALWAYS_DISPLAY_DEVICES']);
const NOTIFICATION = Type.Enum(['NONE', 'EMAIL_THEN_SMS', 'SMS_THEN_EMAIL']);

const SWITCH = maybe({ enabled: Type.Boolean() });

const OPTIONAL = {
  applicationsOnly: Type.Optional(
    Type.Boolean({
      description: 'Ours: a user’s own token can not name the policy, only an application’s.',
    }),
  ),
  proofBeforePairing: Type.Optional(
    Type.Boolean({
      description:
        'Ours: a user’s own token adds a device only with an invitation or an authentication that was just completed.',
    }),
  ),
  recovery: Type.Optional(
    closed(
      { recoveryCodes: SWITCH, temporaryCodes: SWITCH },
      { description: 'Ours: which codes may stand in for a device. Left out: none.' },
    ),
  ),
  ignoreUserLock: Type.Optional(Type.Boolean()),
  notificationsPolicy: Type.Optional(Reference),
  rememberMe: Type.Optional(REMEMBER_ME),
};

/** The request of a create or a full replacement. */
export function writePolicySchema(blocks: readonly PolicyBlock[]) {
  return closed({
    name: Name,
    default: Type.Boolean(),
    authentication: maybe({ deviceSelection: SELECTION }),
    newDeviceNotification: Type.Optional(NOTIFICATION),
    ...OPTIONAL,
    ...blockProperties(blocks),
  });
}

export interface WritePolicy {
  name: string;
  default: boolean;
  authentication?: { deviceSelection: DeviceSelection };
  newDeviceNotification?: 'NONE' | 'EMAIL_THEN_SMS' | 'SMS_THEN_EMAIL';
  ignoreUserLock?: boolean;
  applicationsOnly?: boolean;
  proofBeforePairing?: boolean;
  recovery?: RecoveryPolicy;
  notificationsPolicy?: { id: string };
  rememberMe?: { web: { enabled: boolean; lifeTime: WireDuration } };
  /** The blocks, by their names. */
  [block: string]: unknown;
}

/** A policy as the API shows it: every property that strict clients require is there. */
export function policySchema(blocks: readonly PolicyBlock[]) {
  return Type.Object({
    _links: HalLinks,
    id: Uuid,
    environment: Reference,
    name: Type.String(),
    default: Type.Boolean(),
    forSignOnPolicy: Type.Boolean(),
    authentication: Type.Object({ deviceSelection: SELECTION }),
    newDeviceNotification: NOTIFICATION,
    ...OPTIONAL,
    ...blockProperties(blocks),
    updatedAt: Timestamp,
  });
}

/** Page "Migrate Device Authentication Policies": nothing is required of the body. */
export const MigratePolicies = closed({
  migrationData: Type.Optional(
    Type.Array(closed({ deviceAuthenticationPolicyId: Uuid, fido2PolicyId: Type.Optional(Uuid) }), {
      maxItems: 100,
    }),
  ),
});
export type MigrateBody = Static<typeof MigratePolicies>;
