/** Environments: list, create, read, change, delete. */
import { randomUUIDv7 } from 'node:crypto';
import { ApiError, notFound } from '../../../errors/api-error.ts';
import type { Environment } from '../../../model/documents.ts';
import { toTimestamp } from '../../../model/instant.ts';
import type { Parts } from '../../../parts.ts';
import { ANY_ENVIRONMENT, type Stored, type Write } from '../../../storage/store.ts';
import { activityWrite, actorOf } from '../../kit/activity.ts';
import { commitOrRetry } from '../../kit/commit.ts';
import { listReply } from '../../kit/list.ts';
import type { OperationReply, OperationRequest } from '../../kit/operation.ts';
import { ORGANIZATION_ID } from '../roles/organization.ts';
import { publicUrlOf } from '../tokens/issuer.ts';
import type {
  BillOfMaterialsBody,
  CreateEnvironmentBody,
  UpdateEnvironmentBody,
} from './environments.schema.ts';
import { newEnvironmentWrites } from './new-environment.ts';

export type EnvironmentParts = Pick<Parts, 'store' | 'links' | 'keyring' | 'methods'>;

function environmentView({ links }: EnvironmentParts, { id, doc }: Stored<Environment>) {
  const { name, description, type, region, createdAt, updatedAt } = doc;
  return {
    _links: {
      self: links.api(id),
      billOfMaterials: links.api(id, '/billOfMaterials'),
      users: links.api(id, '/users'),
      populations: links.api(id, '/populations'),
      applications: links.api(id, '/applications'),
    },
    id,
    name,
    ...(description === undefined ? {} : { description }),
    type,
    region,
    organization: { id: ORGANIZATION_ID },
    createdAt: toTimestamp(createdAt),
    updatedAt: toTimestamp(updatedAt),
  };
}

function billReply({ links }: EnvironmentParts, { id, doc }: Stored<Environment>): OperationReply {
  return {
    status: 200,
    body: {
      _links: { self: links.api(id, '/billOfMaterials'), environment: links.api(id) },
      products: doc.products,
      createdAt: toTimestamp(doc.createdAt),
      updatedAt: toTimestamp(doc.billOfMaterialsUpdatedAt),
    },
  };
}

async function find({ store }: EnvironmentParts, { params }: OperationRequest) {
  const id = params.envID ?? '';
  const environment = await store.get('environments', id, id);
  if (!environment) throw notFound();
  return environment;
}

/** `where`: a deletion is told in the caller's environment, because the deleted one is swept. */
function record(
  request: OperationRequest,
  environmentId: string,
  verb: string,
  where = environmentId,
): Write {
  return activityWrite(
    where,
    {
      action: `ENVIRONMENT.${verb}`,
      actor: actorOf(request),
      resource: { type: 'ENVIRONMENT', id: environmentId },
      correlationId: request.correlationId,
    },
    request.now,
  );
}

function change(
  parts: EnvironmentParts,
  request: OperationRequest,
  changed: (doc: Environment) => Environment,
): Promise<Stored<Environment>> {
  return commitOrRetry(parts.store, async () => {
    const environment = await find(parts, request);
    const { id, version } = environment;
    const doc = changed(environment.doc);
    return {
      writes: [
        { op: 'update', table: 'environments', environmentId: id, id, version, doc },
        record(request, id, 'UPDATED'),
      ],
      result: { ...environment, doc },
    };
  });
}

/** Every environment: whoever may list them has a role on the organization. */
export function listEnvironments(parts: EnvironmentParts, request: OperationRequest) {
  const { store, links } = parts;
  return listReply({
    store: {
      list: (table, _environmentId, query) => store.list(table, ANY_ENVIRONMENT, query),
      count: (table, _environmentId, where) => store.count(table, ANY_ENVIRONMENT, where),
    },
    table: 'environments',
    environmentId: '',
    request,
    self: `${publicUrlOf(links)}/v1/environments`,
    name: 'environments',
    attributes: {
      id: { column: 'id', type: 'string', operators: ['eq'] },
      name: { column: 'name', type: 'string' },
    },
    render: (row) => environmentView(parts, row),
  });
}

export async function createEnvironment(
  parts: EnvironmentParts,
  request: OperationRequest,
): Promise<OperationReply> {
  const { billOfMaterials, ...about }: CreateEnvironmentBody = request.body;
  const id = randomUUIDv7();
  const products = billOfMaterials?.products ?? [{ type: 'PING_ONE_MFA' }];
  await commitOrRetry(parts.store, async () => ({
    writes: [
      ...(await newEnvironmentWrites({ ...about, id, products }, { ...parts, now: request.now })),
      record(request, id, 'CREATED'),
    ],
    result: undefined,
  }));
  const environment = await parts.store.get('environments', id, id);
  if (!environment) throw notFound();
  return { status: 201, body: environmentView(parts, environment) };
}

export async function readEnvironment(
  parts: EnvironmentParts,
  request: OperationRequest,
): Promise<OperationReply> {
  return { status: 200, body: environmentView(parts, await find(parts, request)) };
}

export async function updateEnvironment(
  parts: EnvironmentParts,
  request: OperationRequest,
): Promise<OperationReply> {
  const body: UpdateEnvironmentBody = request.body;
  const environment = await change(parts, request, (doc) => {
    const { description: _former, ...rest } = doc;
    return { ...rest, ...body, updatedAt: request.now };
  });
  return { status: 200, body: environmentView(parts, environment) };
}

function assertDeletable({ id, doc }: Stored<Environment>, { actor }: OperationRequest): void {
  if (doc.type === 'PRODUCTION') {
    throw new ApiError('REQUEST_FAILED', [], {
      message: 'Only an environment of the type SANDBOX can be deleted.',
    });
  }
  // Or the last application that can make environments might delete itself with it.
  if (actor.environmentId === id) {
    throw new ApiError('REQUEST_FAILED', [], {
      message: 'An environment is deleted by an application of another environment.',
    });
  }
}

/**
 * Deletes the row that every route and token needs, so nothing of the environment can be used or
 * seen any more. What is in it is swept within hours.
 */
export async function deleteEnvironment(
  parts: EnvironmentParts,
  request: OperationRequest,
): Promise<OperationReply> {
  await commitOrRetry(parts.store, async () => {
    const environment = await find(parts, request);
    assertDeletable(environment, request);
    const { id, version } = environment;
    return {
      writes: [
        { op: 'delete', table: 'environments', environmentId: id, id, version },
        record(request, id, 'DELETED', request.actor.environmentId),
      ],
      result: undefined,
    };
  });
  return { status: 204 };
}

export async function readBillOfMaterials(
  parts: EnvironmentParts,
  request: OperationRequest,
): Promise<OperationReply> {
  return billReply(parts, await find(parts, request));
}

export async function updateBillOfMaterials(
  parts: EnvironmentParts,
  request: OperationRequest,
): Promise<OperationReply> {
  const { products }: BillOfMaterialsBody = request.body;
  const environment = await change(parts, request, (doc) => ({
    ...doc,
    products: products.map((product) => ({ id: randomUUIDv7(), ...product })),
    billOfMaterialsUpdatedAt: request.now,
  }));
  return billReply(parts, environment);
}
