/** Environments and their bill of materials; the platform's pages of these names. */
import { randomUUIDv7 } from 'node:crypto';
import { ApiError, invalidData, notUnique } from '../../../errors/api-error.ts';
import { LICENSE_ID } from '../../../model/built-in.ts';
import type { Environment } from '../../../model/documents.ts';
import { momentsOf, toTimestamp } from '../../../model/instant.ts';
import { composed, textKey } from '../../../model/text-key.ts';
import type { Parts } from '../../../parts.ts';
import { ANY_ENVIRONMENT, type Write } from '../../../storage/store.ts';
import { type ChangeVerb, changeRecord, requestRecord } from '../../kit/activity.ts';
import { commitOrRetry, commitWrites } from '../../kit/commit.ts';
import { constantly } from '../../kit/filter.ts';
import { listReply } from '../../kit/list.ts';
import {
  environmentOf,
  type Operation,
  type OperationReply,
  type OperationRequest,
  ok,
} from '../../kit/operation.ts';
import { actionsOf, ENVIRONMENT, resourceOperations } from '../../kit/resource.ts';
import { deleteRow, found, type Row, updateRow, whereIs } from '../../kit/rows.ts';
import { readActorRoles } from '../applications/administration.ts';
import { holdOrganization } from '../organizations/organization-row.ts';
import { ORGANIZATION_ID } from '../roles/organization.ts';
import { visibleEnvironments } from '../roles/role-assignments.ts';
import { publicUrlOf } from '../tokens/issuer.ts';
import {
  BillOfMaterials,
  type BillOfMaterialsBody,
  BillOfMaterialsReply,
  CreateEnvironment,
  type CreateEnvironmentBody,
  EnvironmentReply,
  EnvironmentType,
  UpdateEnvironment,
  type UpdateEnvironmentBody,
} from './environments.schema.ts';
import { billOf, newEnvironmentWrites } from './new-environment.ts';

type EnvironmentParts = Pick<Parts, 'store' | 'links' | 'keyring' | 'methods' | 'settings'>;

const billView = ({ products, solutionType }: Environment) => ({
  ...(solutionType === undefined ? {} : { solutionType }),
  products,
});

function environmentView({ links }: EnvironmentParts, { id, doc }: Row<'environments'>) {
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
    ...momentsOf(doc),
  };
}

function billReply({ links }: EnvironmentParts, { id, doc }: Row<'environments'>): OperationReply {
  return ok({
    _links: { self: links.api(id, '/billOfMaterials'), environment: links.api(id) },
    ...billView(doc),
    createdAt: toTimestamp(doc.createdAt),
    updatedAt: toTimestamp(doc.billOfMaterialsUpdatedAt),
  });
}

async function find({ store }: EnvironmentParts, id: string): Promise<Row<'environments'>> {
  return found(await store.get('environments', id, id));
}

type EnvironmentVerb = ChangeVerb | 'PROMOTED' | 'DEMOTED';

/** The audit row stands in the environment itself, also that of its beginning. */
function record(request: OperationRequest, id: string, verb: EnvironmentVerb): Write {
  const inIt = { ...request, params: { envID: id } };
  return requestRecord(inIt, {
    action: `ENVIRONMENT.${verb}`,
    resource: { type: 'ENVIRONMENT', id },
  });
}

/**
 * Holds the name for this environment alone: those who name one take turns. Names are unique in the
 * organization; environments of an older version may share one until they are renamed.
 */
async function holdName({ store }: EnvironmentParts, name: string): Promise<Write[]> {
  // First, or another could take the name between the two reads.
  const hold = await holdOrganization(store);
  const where = whereIs('name', composed(name));
  if ((await store.count('environments', ANY_ENVIRONMENT, where)) > 0) throw notUnique('name');
  return hold;
}

/** The same document: nothing changes, and nothing is recorded. */
function change(
  parts: EnvironmentParts,
  request: OperationRequest,
  changed: (doc: Environment) => Environment,
): Promise<Row<'environments'>> {
  return commitOrRetry(parts.store, async () => {
    const environment = await find(parts, environmentOf(request));
    const { doc: before, id } = environment;
    const doc = changed(before);
    if (doc === before) return { writes: [], result: environment };
    const isRenamed = composed(doc.name) !== composed(before.name);
    return {
      writes: [
        ...(isRenamed ? await holdName(parts, doc.name) : []),
        updateRow('environments', environment, doc),
        record(request, id, verbOf(before, doc)),
      ],
      result: { ...environment, doc },
    };
  });
}

/** A change of the type has an event of its own. */
function verbOf(before: Environment, after: Environment): EnvironmentVerb {
  if (before.type === after.type) return 'UPDATED';
  return after.type === 'PRODUCTION' ? 'PROMOTED' : 'DEMOTED';
}

/** The environments that the caller has a role in: on the organization, all of them. */
async function listEnvironments(parts: EnvironmentParts, request: OperationRequest) {
  const { store, links } = parts;
  const visible = visibleEnvironments(await readActorRoles(parts, request.actor));
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
    ...(visible ? { where: { any: visible.map((id) => whereIs('id', id)) } } : {}),
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

async function createEnvironment(parts: EnvironmentParts, request: OperationRequest) {
  const body: CreateEnvironmentBody = request.body;
  const { region = parts.settings.region ?? 'NA' } = body;
  assertRegion(parts, region);
  const id = randomUUIDv7();
  const wanted = { ...body, id, region };
  await commitWrites(parts.store, async () => [
    ...(await holdName(parts, body.name)),
    ...(await newEnvironmentWrites(wanted, { ...parts, now: request.now })),
    record(request, id, 'CREATED'),
  ]);
  return { status: 201, body: environmentView(parts, await find(parts, id)) };
}

async function updateEnvironment(parts: EnvironmentParts, request: OperationRequest) {
  const body: UpdateEnvironmentBody = request.body;
  const environment = await change(parts, request, (doc) => {
    const { description: _former, icon: _icon, ...rest } = doc;
    if (body.region !== doc.region) assertRegion(parts, body.region);
    return { ...rest, ...body, updatedAt: request.now };
  });
  return ok(environmentView(parts, environment));
}

/** Promotes a sandbox to production, or takes that back. */
async function updateType(parts: EnvironmentParts, request: OperationRequest) {
  const { type }: Pick<Environment, 'type'> = request.body;
  const environment = await change(parts, request, (doc) =>
    doc.type === type ? doc : { ...doc, type, updatedAt: request.now },
  );
  return ok(environmentView(parts, environment));
}

function assertDeletable({ id, doc }: Row<'environments'>, { actor }: OperationRequest): void {
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
 * seen any more. What is in it is swept within hours, so the caller's environment keeps the record.
 */
async function deleteEnvironment(parts: EnvironmentParts, request: OperationRequest) {
  return commitOrRetry(parts.store, async () => {
    const environment = await find(parts, environmentOf(request));
    assertDeletable(environment, request);
    const inOwn = { ...request, params: { envID: request.actor.environmentId } };
    return {
      writes: [
        deleteRow('environments', environment),
        changeRecord(inOwn, 'ENVIRONMENT', 'DELETED', environment.id),
      ],
      result: { status: 204 },
    };
  });
}

async function updateBillOfMaterials(parts: EnvironmentParts, request: OperationRequest) {
  const body: BillOfMaterialsBody = request.body;
  const environment = await change(parts, request, ({ solutionType: _former, ...rest }) => ({
    ...rest,
    ...billOf(body, request.now),
  }));
  return billReply(parts, environment);
}

export function environmentOperations(parts: EnvironmentParts): Operation[] {
  const bill = {
    tag: 'Environments',
    path: `${ENVIRONMENT}/billOfMaterials`,
    permission: 'update:environment',
    responses: { 200: BillOfMaterialsReply },
  } as const;
  return [
    ...resourceOperations(
      parts,
      {
        path: '/v1/environments',
        name: 'Environment',
        idParameter: 'envID',
        tag: bill.tag,
        permission: 'environment',
        schemas: { body: UpdateEnvironment, one: EnvironmentReply },
      },
      {
        list: listEnvironments,
        create: createEnvironment,
        read: async (_parts, request) =>
          ok(environmentView(parts, await find(parts, environmentOf(request)))),
        replace: updateEnvironment,
        delete: deleteEnvironment,
      },
      {
        create: { body: CreateEnvironment },
        replace: { summary: 'Replace what an environment says of itself' },
        delete: { summary: 'Delete an environment of the type SANDBOX' },
      },
    ),
    ...actionsOf(parts, bill, {
      readBillOfMaterials: {
        method: 'GET',
        summary: 'Read the products of an environment',
        permission: 'read:environment',
        handle: async (_parts, request) =>
          billReply(parts, await find(parts, environmentOf(request))),
      },
      updateEnvironmentType: {
        method: 'PUT',
        path: `${ENVIRONMENT}/type`,
        summary: 'Promote an environment to PRODUCTION, or make it a SANDBOX',
        description: 'One of the type PRODUCTION can’t be deleted. Nothing else changes.',
        body: EnvironmentType,
        example: { type: 'SANDBOX' },
        responses: { 200: EnvironmentReply },
        handle: updateType,
      },
      updateBillOfMaterials: {
        method: 'PUT',
        summary: 'Replace the products of an environment; MFA needs PING_ONE_MFA',
        body: BillOfMaterials,
        handle: updateBillOfMaterials,
      },
    }),
  ];
}
