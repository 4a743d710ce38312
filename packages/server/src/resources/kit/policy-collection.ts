/**
 * Policies of one kind in an environment: they have unique names, and one of them is the default.
 * Device authentication policies, FIDO2 policies and the deprecated FIDO policies differ in their
 * settings only.
 */
import { randomUUIDv7 } from 'node:crypto';
import { invalidData, limitExceeded, notFound, notUnique } from '../../errors/api-error.ts';
import type { Documents } from '../../model/documents.ts';
import type { Store, Stored, Write } from '../../storage/store.ts';
import { activityWrite, actorOf } from './activity.ts';
import { commitOrRetry } from './commit.ts';
import type { OperationReply, OperationRequest } from './operation.ts';

export type PolicyTable = 'policies' | 'fido2_policies' | 'fido_policies';

/** What a request says of a policy beside its settings. */
export interface PolicyHead {
  name: string;
  /** Left out: as it was, or not. */
  default?: boolean;
}

export interface PolicyCollection<T extends PolicyTable> {
  table: T;
  /** In activities: `FIDO2_POLICY`. */
  resourceType: string;
  /** The path parameter that names one. */
  idParameter: string;
  /** In an environment. */
  max: number;
  store: Pick<Store, 'list' | 'commit'>;
  /** What a valid request says, with defaults for what it leaves out; throws what is wrong. */
  settingsOf(environmentId: string, body: PolicyHead): Promise<Documents[T]['settings']>;
  /** As the API shows it. */
  render(policy: Stored<Documents[T]>): object;
  /** Writes that hold what the settings name in place: it can't be deleted at the same time. */
  holdsOf?(environmentId: string, settings: Documents[T]['settings']): Promise<Write[]>;
  /** Throws while something uses the policy. */
  assertUnused?(policy: Stored<Documents[T]>): Promise<void>;
}

type Policy<T extends PolicyTable> = Stored<Documents[T]>;
const environmentOf = ({ params }: OperationRequest) => params.envID ?? '';

/** All of the environment: they are few, and their rules span them. */
export function readPolicies<T extends PolicyTable>(
  { store, table, max }: Pick<PolicyCollection<T>, 'store' | 'table' | 'max'>,
  environmentId: string,
): Promise<Policy<T>[]> {
  return store.list(table, environmentId, { limit: max });
}

function pick<T extends PolicyTable>(
  { idParameter }: PolicyCollection<T>,
  policies: readonly Policy<T>[],
  { params }: OperationRequest,
): Policy<T> {
  const policy = policies.find(({ id }) => id === params[idParameter]);
  if (!policy) throw notFound();
  return policy;
}

/** The audit row of a change to a policy. */
export function policyRecord(
  { resourceType }: Pick<PolicyCollection<PolicyTable>, 'resourceType'>,
  request: OperationRequest,
  verb: 'CREATED' | 'UPDATED' | 'DELETED',
  id: string,
): Write {
  return activityWrite(
    environmentOf(request),
    {
      action: `${resourceType}.${verb}`,
      actor: actorOf(request),
      resource: { type: resourceType, id },
      correlationId: request.correlationId,
    },
    request.now,
  );
}

/** A guarded replacement of a policy that was read. */
export function policyUpdate<T extends PolicyTable>(
  table: T,
  { environmentId, id, version }: Policy<T>,
  doc: Documents[T],
): Write {
  return { op: 'update', table, environmentId, id, version, doc } as Write;
}

/**
 * There is one default: making another one unmakes it. Its guarded write also keeps two requests
 * that do so at the same time from both succeeding.
 */
function unmakeOtherDefault<T extends PolicyTable>(
  table: T,
  policies: readonly Policy<T>[],
  keptId: string,
  now: number,
): Write[] {
  return policies
    .filter(({ id, doc }) => doc.isDefault && id !== keptId)
    .map((policy) =>
      policyUpdate(table, policy, { ...policy.doc, isDefault: false, updatedAt: now }),
    );
}

/**
 * Writes the default as it is. New policies are so made one after the other: without it, parallel
 * requests would each count the policies before any was added, and exceed their maximum.
 */
function touchDefault<T extends PolicyTable>(table: T, policies: readonly Policy<T>[]): Write[] {
  return policies
    .filter(({ doc }) => doc.isDefault)
    .map((policy) => policyUpdate(table, policy, policy.doc));
}

const reply = <T extends PolicyTable>(
  { render }: PolicyCollection<T>,
  policy: Policy<T>,
  status: number,
): OperationReply => ({ status, body: render(policy) });

export async function readPolicy<T extends PolicyTable>(
  collection: PolicyCollection<T>,
  request: OperationRequest,
): Promise<Policy<T>> {
  return pick(collection, await readPolicies(collection, environmentOf(request)), request);
}

export async function createPolicy<T extends PolicyTable>(
  collection: PolicyCollection<T>,
  request: OperationRequest,
): Promise<OperationReply> {
  const { store, table, max } = collection;
  const body: PolicyHead = request.body;
  const environmentId = environmentOf(request);
  const { now } = request;
  const settings = await collection.settingsOf(environmentId, body);
  const id = randomUUIDv7();
  const isDefault = body.default ?? false;
  // The table's document is this shape; the compiler can't see it through the parameter.
  const doc = {
    name: body.name,
    isDefault,
    settings,
    createdAt: now,
    updatedAt: now,
  } as Documents[T];
  await commitOrRetry(
    store,
    async () => {
      const policies = await readPolicies(collection, environmentId);
      if (policies.length >= max) {
        throw limitExceeded('policies', 'The environment has its maximum of policies.', max);
      }
      return {
        writes: [
          ...(isDefault
            ? unmakeOtherDefault(table, policies, id, now)
            : touchDefault(table, policies)),
          ...((await collection.holdsOf?.(environmentId, settings)) ?? []),
          { op: 'insert', table, environmentId, id, doc } as Write,
          policyRecord(collection, request, 'CREATED', id),
        ],
        result: undefined,
      };
    },
    () => notUnique('name'),
  );
  return reply(collection, { environmentId, id, version: 1, doc }, 201);
}

export async function replacePolicy<T extends PolicyTable>(
  collection: PolicyCollection<T>,
  request: OperationRequest,
): Promise<OperationReply> {
  const { store, table } = collection;
  const body: PolicyHead = request.body;
  const environmentId = environmentOf(request);
  const { now } = request;
  const policy = await commitOrRetry(
    store,
    async () => {
      const policies = await readPolicies(collection, environmentId);
      const before = pick(collection, policies, request);
      const isDefault = body.default ?? before.doc.isDefault;
      if (before.doc.isDefault && !isDefault) {
        throw invalidData('CONSTRAINT_VIOLATION', 'default', {
          message: 'Make another policy the default one instead.',
        });
      }
      const settings = await collection.settingsOf(environmentId, body);
      const doc = { ...before.doc, name: body.name, isDefault, settings, updatedAt: now };
      return {
        writes: [
          ...(isDefault ? unmakeOtherDefault(table, policies, before.id, now) : []),
          ...((await collection.holdsOf?.(environmentId, settings)) ?? []),
          policyUpdate(table, before, doc),
          policyRecord(collection, request, 'UPDATED', before.id),
        ],
        result: { ...before, doc },
      };
    },
    () => notUnique('name'),
  );
  return reply(collection, policy, 200);
}

export async function deletePolicy<T extends PolicyTable>(
  collection: PolicyCollection<T>,
  request: OperationRequest,
): Promise<OperationReply> {
  const { store, table } = collection;
  const environmentId = environmentOf(request);
  await commitOrRetry(store, async () => {
    const policy = await readPolicy(collection, request);
    const { id, version, doc } = policy;
    if (doc.isDefault) {
      throw invalidData('CONSTRAINT_VIOLATION', 'id', {
        message: 'The default policy can not be deleted.',
      });
    }
    await collection.assertUnused?.(policy);
    return {
      writes: [
        { op: 'delete', table, environmentId, id, version } as Write,
        policyRecord(collection, request, 'DELETED', id),
      ],
      result: undefined,
    };
  });
  return { status: 204 };
}
