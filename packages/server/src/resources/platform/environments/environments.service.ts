/** Environments: list, create, read, change, delete. */
import { randomUUIDv7 } from 'node:crypto';
import { ApiError, invalidData, notFound } from '../../../errors/api-error.ts';
import { LICENSE_ID } from '../../../model/built-in.ts';
import type { Environment } from '../../../model/documents.ts';
import { toTimestamp } from '../../../model/instant.ts';
import { textKey } from '../../../model/text-key.ts';
import type { Parts } from '../../../parts.ts';
import { ANY_ENVIRONMENT, type Stored, type Write } from '../../../storage/store.ts';
import { activityWrite, actorOf } from '../../kit/activity.ts';
import { commitOrRetry } from '../../kit/commit.ts';
import { constantly } from '../../kit/filter.ts';
import { listReply } from '../../kit/list.ts';
import type { OperationReply, OperationRequest } from '../../kit/operation.ts';
import { ORGANIZATION_ID } from '../roles/organization.ts';
import { publicUrlOf } from '../tokens/issuer.ts';
import type {
  BillOfMaterialsBody,
  CreateEnvironmentBody,
  UpdateEnvironmentBody,
} from './environments.schema.ts';
import { billOf, newEnvironmentWrites } from './new-environment.ts';

export type EnvironmentParts = Pick<Parts, 'store' | 'links' | 'keyring' | 'methods' | 'settings'>;

function environmentView({ links }: EnvironmentParts, { id, doc }: Stored<Environment>) {
  const { products: _, solutionType: __, billOfMaterialsUpdatedAt: ___, ...about } = doc;
  return {
    _links: {
      self: links.api(id),
      billOfMaterials: links.api(id, '/billOfMaterials'),
      users: links.api(id, '/users'),
      populations: links.api(id, '/populations'),
      applications: links.api(id, '/applications'),
    },
    id,
    license: { id: LICENSE_ID },
    ...about,
    organization: { id: ORGANIZATION_ID },
    status: 'ACTIVE',
    billOfMaterials: billView(doc),
    createdAt: toTimestamp(doc.createdAt),
    updatedAt: toTimestamp(doc.updatedAt),
  };
}

const billView = ({ products, solutionType }: Environment) => ({
  ...(solutionType === undefined ? {} : { solutionType }),
  products,
});

function billReply({ links }: EnvironmentParts, { id, doc }: Stored<Environment>): OperationReply {
  return {
    status: 200,
    body: {
      _links: { self: links.api(id, '/billOfMaterials'), environment: links.api(id) },
      ...billView(doc),
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

function record(request: OperationRequest, environmentId: string, verb: string): Write {
  return activityWrite(
    environmentId,
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
      name: { column: 'name_key', type: 'string', keyOf: textKey },
      'organization.id': constantly(ORGANIZATION_ID),
      'license.id': { column: 'license_id', type: 'string', operators: ['eq', 'ne'] },
      status: constantly('ACTIVE'),
    },
    render: (row) => environmentView(parts, row),
  });
}

/** Throws `INVALID_VALUE` for another region than the server's own, where it has one. */
function assertRegion({ settings }: EnvironmentParts, region: string | undefined): void {
  if (region === undefined || settings.region === undefined || region === settings.region) return;
  throw invalidData('INVALID_VALUE', 'region', {
    innerError: { allowedValues: [settings.region] },
  });
}

export async function createEnvironment(
  parts: EnvironmentParts,
  request: OperationRequest,
): Promise<OperationReply> {
  const body: CreateEnvironmentBody = request.body;
  const { region = parts.settings.region ?? 'NA' } = body;
  assertRegion(parts, region);
  const id = randomUUIDv7();
  const wanted = { ...body, id, region };
  await commitOrRetry(parts.store, async () => ({
    writes: [
      ...(await newEnvironmentWrites(wanted, { ...parts, now: request.now })),
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
    const { description: _former, icon: _icon, ...rest } = doc;
    if (body.region !== doc.region) assertRegion(parts, body.region);
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
 * seen any more. What is in it stays in the tables, out of reach.
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
        record(request, id, 'DELETED'),
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
  const body: BillOfMaterialsBody = request.body;
  const environment = await change(parts, request, ({ solutionType: _former, ...rest }) => ({
    ...rest,
    ...billOf(body, request.now),
  }));
  return billReply(parts, environment);
}
