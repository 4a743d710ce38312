/** Device authentication policies: read, create, replace, delete, migrate. */
import { randomUUIDv7 } from 'node:crypto';
import { POLICIES_MAX } from '../../config/limits.ts';
import { invalidData, limitExceeded, notFound, notUnique } from '../../errors/api-error.ts';
import type { DeviceAuthenticationPolicy } from '../../model/documents.ts';
import { toTimestamp } from '../../model/instant.ts';
import type { DeviceAuthenticationPolicySettings, MethodPolicy } from '../../model/policy.ts';
import type { Parts } from '../../parts.ts';
import { withDefaults } from '../../policy/with-defaults.ts';
import type { Stored, Write } from '../../storage/store.ts';
import { activityWrite, actorOf } from '../activity.ts';
import { commitOrRetry } from '../commit.ts';
import type { OperationReply, OperationRequest } from '../operation.ts';
import type { MigrateBody, WritePolicy } from './policies.schema.ts';
import type { PolicyBlock } from './policy-blocks.ts';
import { assertApplications, assertDurations } from './policy-rules.ts';

export interface PolicyParts extends Pick<Parts, 'store' | 'links'> {
  blocks: readonly PolicyBlock[];
}

type Policy = Stored<DeviceAuthenticationPolicy>;
const PATH = '/deviceAuthenticationPolicies';
const environmentOf = ({ params }: OperationRequest) => params.envID ?? '';

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

const reply = (parts: PolicyParts, policy: Policy, status: number): OperationReply => ({
  status,
  body: policyView(parts, policy),
});

/** All policies of the environment: they are few, and their rules span them. */
function readAll({ store }: PolicyParts, environmentId: string): Promise<Policy[]> {
  return store.list('policies', environmentId, { limit: POLICIES_MAX });
}

function pick(policies: readonly Policy[], request: OperationRequest): Policy {
  const policy = policies.find(({ id }) => id === request.params.deviceAuthenticationPolicyID);
  if (!policy) throw notFound();
  return policy;
}

/** What a valid request says, with defaults for what it leaves out. */
async function settingsOf(
  { store, blocks }: PolicyParts,
  environmentId: string,
  body: WritePolicy,
): Promise<DeviceAuthenticationPolicySettings> {
  assertDurations(body);
  const methods: Record<string, MethodPolicy> = {};
  for (const { key, schema } of blocks) {
    const block = body[key];
    // The schema has checked it.
    if (block !== undefined) methods[key] = withDefaults(schema, block as MethodPolicy);
  }
  await assertApplications(store, environmentId, methods);
  const { notificationsPolicy, rememberMe } = body;
  return {
    authentication: body.authentication ?? { deviceSelection: 'DEFAULT_TO_FIRST' },
    newDeviceNotification: body.newDeviceNotification ?? 'EMAIL_THEN_SMS',
    ignoreUserLock: body.ignoreUserLock ?? false,
    ...(notificationsPolicy ? { notificationsPolicy } : {}),
    ...(rememberMe ? { rememberMe } : {}),
    methods,
  };
}

function record(request: OperationRequest, verb: string, id: string): Write {
  return activityWrite(
    environmentOf(request),
    {
      action: `DEVICE_AUTHENTICATION_POLICY.${verb}`,
      actor: actorOf(request),
      resource: { type: 'DEVICE_AUTHENTICATION_POLICY', id },
      correlationId: request.correlationId,
    },
    request.now,
  );
}

function update({ environmentId, id, version }: Policy, doc: DeviceAuthenticationPolicy): Write {
  return { op: 'update', table: 'policies', environmentId, id, version, doc };
}

/**
 * There is one default: making another one unmakes it. Its guarded write also keeps two requests
 * that do so at the same time from both succeeding.
 */
function unmakeOtherDefault(policies: readonly Policy[], keptId: string, now: number): Write[] {
  return policies
    .filter(({ id, doc }) => doc.isDefault && id !== keptId)
    .map((policy) => update(policy, { ...policy.doc, isDefault: false, updatedAt: now }));
}

/**
 * Writes the default as it is. New policies are so made one after the other: without it, parallel
 * requests would each count the policies before any was added, and exceed their maximum.
 */
function touchDefault(policies: readonly Policy[]): Write[] {
  return policies.filter(({ doc }) => doc.isDefault).map((policy) => update(policy, policy.doc));
}

export async function readPolicy(parts: PolicyParts, request: OperationRequest) {
  return reply(parts, pick(await readAll(parts, environmentOf(request)), request), 200);
}

export async function createPolicy(parts: PolicyParts, request: OperationRequest) {
  const body: WritePolicy = request.body;
  const environmentId = environmentOf(request);
  const { now } = request;
  const settings = await settingsOf(parts, environmentId, body);
  const id = randomUUIDv7();
  const doc = {
    name: body.name,
    isDefault: body.default,
    settings,
    createdAt: now,
    updatedAt: now,
  };
  await commitOrRetry(
    parts.store,
    async () => {
      const policies = await readAll(parts, environmentId);
      if (policies.length >= POLICIES_MAX) {
        throw limitExceeded(
          'policies',
          'The environment has its maximum of policies.',
          POLICIES_MAX,
        );
      }
      return {
        writes: [
          ...(doc.isDefault ? unmakeOtherDefault(policies, id, now) : touchDefault(policies)),
          { op: 'insert', table: 'policies', environmentId, id, doc },
          record(request, 'CREATED', id),
        ],
        result: undefined,
      };
    },
    () => notUnique('name'),
  );
  return reply(parts, { environmentId, id, version: 1, doc }, 201);
}

export async function replacePolicy(parts: PolicyParts, request: OperationRequest) {
  const body: WritePolicy = request.body;
  const environmentId = environmentOf(request);
  const { now } = request;
  const policy = await commitOrRetry(
    parts.store,
    async () => {
      const policies = await readAll(parts, environmentId);
      const before = pick(policies, request);
      if (before.doc.isDefault && !body.default) {
        throw invalidData('CONSTRAINT_VIOLATION', 'default', {
          message: 'Make another policy the default one instead.',
        });
      }
      const settings = await settingsOf(parts, environmentId, body);
      const { id } = before;
      const doc = {
        ...before.doc,
        name: body.name,
        isDefault: body.default,
        settings,
        updatedAt: now,
      };
      return {
        writes: [
          ...(doc.isDefault ? unmakeOtherDefault(policies, id, now) : []),
          update(before, doc),
          record(request, 'UPDATED', id),
        ],
        result: { ...before, doc },
      };
    },
    () => notUnique('name'),
  );
  return reply(parts, policy, 200);
}

export async function deletePolicy(
  parts: PolicyParts,
  request: OperationRequest,
): Promise<OperationReply> {
  const environmentId = environmentOf(request);
  await commitOrRetry(parts.store, async () => {
    const { id, version, doc } = pick(await readAll(parts, environmentId), request);
    if (doc.isDefault) {
      throw invalidData('CONSTRAINT_VIOLATION', 'id', {
        message: 'The default policy can not be deleted.',
      });
    }
    return {
      writes: [
        { op: 'delete', table: 'policies', environmentId, id, version },
        record(request, 'DELETED', id),
      ],
      result: undefined,
    };
  });
  return { status: 204 };
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
  const environmentId = environmentOf(request);
  return commitOrRetry(parts.store, async () => {
    const policies = new Map((await readAll(parts, environmentId)).map((one) => [one.id, one]));
    const changed = new Map<string, Policy>();
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
      update(policy, policy.doc),
      record(request, 'UPDATED', policy.id),
    ]);
    return { writes, result: [...changed.values()] };
  });
}
