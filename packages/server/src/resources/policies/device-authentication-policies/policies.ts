import { POLICIES_MAX } from '../../../config/limits.ts';
import { invalidData } from '../../../errors/api-error.ts';
import { defined } from '../../../model/defined.ts';
import type { DeviceAuthenticationPolicy } from '../../../model/documents.ts';
import { toTimestamp } from '../../../model/instant.ts';
import type { DeviceAuthenticationPolicySettings, MethodPolicy } from '../../../model/policy.ts';
import type { Parts } from '../../../parts.ts';
import { withDefaults } from '../../../policy/with-defaults.ts';
import type { Write } from '../../../storage/store.ts';
import { changeRecord } from '../../kit/activity.ts';
import { type Collection, collectionOperations, renderRow } from '../../kit/collection.ts';
import { commitOrRetry } from '../../kit/commit.ts';
import { wholeList } from '../../kit/links.ts';
import { environmentOf, type Handler, type Operation, ok } from '../../kit/operation.ts';
import { ENVIRONMENT } from '../../kit/resource.ts';
import { type Row, updateRow } from '../../kit/rows.ts';
import { listOf } from '../../kit/schemas.ts';
import { policyDocument } from '../policy-document.ts';
import {
  type MigrateBody,
  MigratePolicies,
  policySchema,
  type WritePolicy,
  writePolicySchema,
} from './policies.schema.ts';
import { type PolicyBlock, policyBlocks } from './policy-blocks.ts';
import {
  assertAnswerTimes,
  assertDurations,
  assertNetworks,
  holdApplications,
  holdFido2Policy,
  holdNotificationPolicy,
  UNKNOWN,
} from './policy-rules.ts';

type PolicyParts = Pick<Parts, 'store' | 'links' | 'methods'>;
type Policies = Collection<'policies', WritePolicy>;

const EMBEDDED = 'deviceAuthenticationPolicies';
const AUDIT_TYPE = 'DEVICE_AUTHENTICATION_POLICY';
const MIGRATE = 'application/vnd.pingidentity.deviceAuthenticationPolicy.fido2.migrate+json';

function policyView({ name, isDefault, settings, updatedAt }: DeviceAuthenticationPolicy) {
  const { methods, ...rest } = settings;
  return {
    name,
    default: isDefault,
    // Deprecated, but the Go SDK fails without it.
    forSignOnPolicy: false,
    ...rest,
    ...methods,
    updatedAt: toTimestamp(updatedAt),
  };
}

/** What a valid request says, with defaults for what it leaves out. */
function settingsOf(
  blocks: readonly PolicyBlock[],
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
  const { notificationsPolicy, recovery, rememberMe } = body;
  return {
    authentication: body.authentication ?? { deviceSelection: 'DEFAULT_TO_FIRST' },
    newDeviceNotification: body.newDeviceNotification ?? 'EMAIL_THEN_SMS',
    ignoreUserLock: body.ignoreUserLock ?? false,
    ...(body.applicationsOnly ? { applicationsOnly: true } : {}),
    ...(body.proofBeforePairing ? { proofBeforePairing: true } : {}),
    ...defined({ recovery, notificationsPolicy, rememberMe }),
    methods,
  };
}

function policyCollection({ store, links, methods }: PolicyParts): Policies {
  const blocks = policyBlocks(methods);
  return {
    store,
    links,
    table: 'policies',
    path: `${ENVIRONMENT}/${EMBEDDED}`,
    name: 'DeviceAuthenticationPolicy',
    tag: 'Device authentication policies',
    permission: 'policy',
    auditType: AUDIT_TYPE,
    schemas: { body: writePolicySchema(blocks), one: policySchema(blocks) },
    filters: { name: { column: 'name', type: 'string' } },
    maximum: { count: POLICIES_MAX, of: 'policies' },
    oneDefault: {
      noun: 'policy',
      // Terraform looks for these words where it deletes one.
      kept: 'You cannot remove default device authentication policy.',
    },
    toDocument: policyDocument((body: WritePolicy) => settingsOf(blocks, body)),
    holds: async ({ environmentId, doc }) => {
      const { methods, notificationsPolicy } = doc.settings;
      return [
        ...(await holdApplications(store, environmentId, methods)),
        ...(await holdFido2Policy(
          store,
          environmentId,
          methods.fido2?.fido2PolicyId,
          'fido2.fido2PolicyId',
        )),
        ...(await holdNotificationPolicy(store, environmentId, notificationsPolicy?.id)),
      ];
    },
    view: policyView,
  };
}

/** Device authentication policies ("MFA policies"); contract resources, sdk-schemas. */
export function policyOperations(parts: PolicyParts): Operation[] {
  const collection = policyCollection(parts);
  return [
    ...collectionOperations(collection),
    {
      id: 'migrateDeviceAuthenticationPolicies',
      method: 'POST',
      path: collection.path,
      mediaType: MIGRATE,
      tag: collection.tag,
      summary: 'Give policies a FIDO2 block in place of the legacy ones',
      permission: 'update:policy',
      body: MigratePolicies,
      bodyOptional: true,
      responses: { 200: listOf(EMBEDDED, collection.schemas.one) },
      handle: (request) => migratePolicies(collection, request),
    },
  ];
}

/**
 * `fido2.migrate`: each named policy gets a `fido2` block in place of the legacy ones, which this
 * server never had; so it is enabled with the FIDO policy that the request names. For the same
 * reason no other policy has to change. Answers those that did.
 */
const migratePolicies: Handler<Policies> = async (collection, request) => {
  const { migrationData = [] }: MigrateBody = request.body;
  const { store, links } = collection;
  const environmentId = environmentOf(request);
  const migrated = await commitOrRetry(store, async () => {
    const all = await store.list('policies', environmentId, { limit: POLICIES_MAX });
    const policies = new Map(all.map((one) => [one.id, one]));
    const changed = new Map<string, Row<'policies'>>();
    const holds = new Map<string, Write>();
    for (const [
      index,
      { deviceAuthenticationPolicyId: id, fido2PolicyId },
    ] of migrationData.entries()) {
      const policy = policies.get(id);
      if (!policy || changed.has(id)) {
        throw invalidData('INVALID_VALUE', `migrationData[${index}].deviceAuthenticationPolicyId`, {
          message: policy ? 'The policy is named twice.' : UNKNOWN,
        });
      }
      const held = await holdFido2Policy(
        store,
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
      updateRow('policies', policy, policy.doc),
      changeRecord(request, AUDIT_TYPE, 'UPDATED', { id: policy.id, name: policy.doc.name }),
    ]);
    return { writes: [...holds.values(), ...writes], result: [...changed.values()] };
  });
  const views = await Promise.all(migrated.map((row) => renderRow(collection, row, request)));
  return ok(wholeList(links.api(environmentId, `/${EMBEDDED}`), EMBEDDED, views));
};
