/** Device authentication policies: what is theirs beside what all policies share; migration. */
import { POLICIES_MAX } from '../../../config/limits.ts';
import { invalidData } from '../../../errors/api-error.ts';
import type { DeviceAuthenticationPolicy } from '../../../model/documents.ts';
import { toTimestamp } from '../../../model/instant.ts';
import type { DeviceAuthenticationPolicySettings, MethodPolicy } from '../../../model/policy.ts';
import type { Parts } from '../../../parts.ts';
import { withDefaults } from '../../../policy/with-defaults.ts';
import type { Stored, Write } from '../../../storage/store.ts';
import { commitOrRetry } from '../../kit/commit.ts';
import type { OperationRequest } from '../../kit/operation.ts';
import {
  type PolicyCollection,
  policyRecord,
  policyUpdate,
  readPolicies,
} from '../../kit/policy-collection.ts';
import type { MigrateBody, WritePolicy } from './policies.schema.ts';
import type { PolicyBlock } from './policy-blocks.ts';
import {
  assertAnswerTimes,
  assertDurations,
  assertNetworks,
  holdApplications,
  holdFido2Policy,
} from './policy-rules.ts';

export interface PolicyParts extends Pick<Parts, 'store' | 'links'> {
  blocks: readonly PolicyBlock[];
}

type Policy = Stored<DeviceAuthenticationPolicy>;
const PATH = '/deviceAuthenticationPolicies';

export function policyView({ links }: PolicyParts, { environmentId, id, doc }: Policy) {
  const { methods, ...settings } = doc.settings;
  return {
    _links: {
      self: links.api(environmentId, `${PATH}/${id}`),
      environment: links.api(environmentId),
    },
    id,
    environment: { id: environmentId },
    name: doc.name,
    default: doc.isDefault,
    // Deprecated, but the Go SDK fails without it.
    forSignOnPolicy: false,
    ...settings,
    ...methods,
    updatedAt: toTimestamp(doc.updatedAt),
  };
}

/** What a valid request says, with defaults for what it leaves out. */
function settingsOf(
  { blocks }: PolicyParts,
  body: WritePolicy,
): DeviceAuthenticationPolicySettings {
  assertDurations(body);
  const methods: Record<string, MethodPolicy> = {};
  for (const { key, schema } of blocks) {
    const block = body[key];
    // The schema has checked it.
    if (block !== undefined) methods[key] = withDefaults(schema, block as MethodPolicy);
  }
  assertNetworks(methods);
  assertAnswerTimes(methods);
  const { notificationsPolicy, rememberMe } = body;
  return {
    authentication: body.authentication ?? { deviceSelection: 'DEFAULT_TO_FIRST' },
    newDeviceNotification: body.newDeviceNotification ?? 'EMAIL_THEN_SMS',
    ignoreUserLock: body.ignoreUserLock ?? false,
    ...(body.applicationsOnly ? { applicationsOnly: true } : {}),
    ...(notificationsPolicy ? { notificationsPolicy } : {}),
    ...(rememberMe ? { rememberMe } : {}),
    methods,
  };
}

export function policyCollection(parts: PolicyParts): PolicyCollection<'policies'> {
  return {
    table: 'policies',
    resourceType: 'DEVICE_AUTHENTICATION_POLICY',
    idParameter: 'deviceAuthenticationPolicyID',
    max: POLICIES_MAX,
    store: parts.store,
    // The schema has checked the rest of the body.
    settingsOf: async (_environmentId, body) => settingsOf(parts, body as WritePolicy),
    holdsOf: async (environmentId, { methods }) => [
      ...(await holdApplications(parts.store, environmentId, methods)),
      ...(await holdFido2Policy(
        parts.store,
        environmentId,
        methods.fido2?.fido2PolicyId,
        'fido2.fido2PolicyId',
      )),
    ],
    render: (policy) => policyView(parts, policy),
  };
}

/**
 * `fido2.migrate`: each named policy gets a `fido2` block in place of the legacy ones, which this
 * server never had; so it is enabled with the FIDO policy that the request names. For the same
 * reason no other policy has to change. Answers those that did.
 */
export async function migratePolicies(
  parts: PolicyParts,
  request: OperationRequest,
): Promise<Policy[]> {
  const { migrationData = [] }: MigrateBody = request.body;
  const environmentId = request.params.envID ?? '';
  const collection = policyCollection(parts);
  return commitOrRetry(parts.store, async () => {
    const all = await readPolicies(collection, environmentId);
    const policies = new Map(all.map((one) => [one.id, one]));
    const changed = new Map<string, Policy>();
    const holds = new Map<string, Write>();
    for (const [
      index,
      { deviceAuthenticationPolicyId: id, fido2PolicyId },
    ] of migrationData.entries()) {
      const policy = policies.get(id);
      if (!policy || changed.has(id)) {
        throw invalidData(
          policy ? 'INVALID_VALUE' : 'NOT_FOUND',
          `migrationData[${index}].deviceAuthenticationPolicyId`,
        );
      }
      const held = await holdFido2Policy(
        parts.store,
        environmentId,
        fido2PolicyId,
        `migrationData[${index}].fido2PolicyId`,
      );
      // Several may name the same one: it is held once.
      for (const write of held) holds.set(write.id, write);
      const { settings } = policy.doc;
      const fido2 = {
        enabled: true,
        ...settings.methods.fido2,
        ...(fido2PolicyId === undefined ? {} : { fido2PolicyId }),
      };
      const methods = { ...settings.methods, fido2 };
      const doc = { ...policy.doc, settings: { ...settings, methods }, updatedAt: request.now };
      changed.set(id, { ...policy, doc });
    }
    const writes = [...changed.values()].flatMap((policy): Write[] => [
      policyUpdate('policies', policy, policy.doc),
      policyRecord(collection, request, 'UPDATED', policy.id),
    ]);
    return { writes: [...holds.values(), ...writes], result: [...changed.values()] };
  });
}
