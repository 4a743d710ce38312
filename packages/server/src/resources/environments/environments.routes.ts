/** Environments and their bill of materials, as the platform's pages of these names shape them. */
import { randomUUIDv7 } from 'node:crypto';
import { type Static, Type } from 'typebox';
import { NAME_LENGTH_MAX } from '../../config/limits.ts';
import { notFound } from '../../errors/api-error.ts';
import type { Environment } from '../../model/documents.ts';
import { toTimestamp } from '../../model/instant.ts';
import type { Parts } from '../../parts.ts';
import { ANY_ENVIRONMENT, type Stored, type Write } from '../../storage/store.ts';
import { activityWrite, actorOf } from '../activity.ts';
import { commitOrRetry } from '../commit.ts';
import { LIST_QUERY, listReply } from '../list.ts';
import type { Operation, OperationRequest } from '../operation.ts';
import { ORGANIZATION_ID } from '../roles/organization.ts';
import { HalLinks, listOf, Reference, Timestamp, Uuid } from '../schemas.ts';
import { newEnvironmentWrites } from './new-environment.ts';

const closed = { additionalProperties: false } as const;
const NO_CONTROLS = '^[^\\u0000-\\u001f\\u007f]*$';
const PRODUCTS = [
  'PING_ONE_BASE',
  'PING_ONE_MFA',
  'PING_ONE_RISK',
  'PING_ONE_VERIFY',
  'PING_ONE_DAVINCI',
  'PING_ONE_AUTHORIZE',
  'PING_ONE_CREDENTIALS',
  'PING_ONE_PROVISIONING',
  'PING_ID',
  'PING_FEDERATE',
  'PING_ACCESS',
  'PING_DIRECTORY',
  'PING_AUTHORIZE',
  'PING_CENTRAL',
  'OTHER',
];

const Product = Type.Object(
  {
    id: Type.Optional(Uuid),
    type: Type.Enum(PRODUCTS),
    description: Type.Optional(Type.String({ maxLength: 500 })),
  },
  closed,
);
const BillOfMaterials = Type.Object({ products: Type.Array(Product, { maxItems: 50 }) }, closed);
const COMMON = {
  name: Type.String({ minLength: 1, maxLength: NAME_LENGTH_MAX, pattern: NO_CONTROLS }),
  description: Type.Optional(Type.String({ maxLength: 1_000 })),
  type: Type.Optional(Type.Enum(['PRODUCTION', 'SANDBOX'])),
  region: Type.Optional(Type.String({ maxLength: 20 })),
};
const Create = Type.Object({ ...COMMON, billOfMaterials: Type.Optional(BillOfMaterials) }, closed);
const Update = Type.Object(COMMON, closed);
const Reply = Type.Object({
  _links: HalLinks,
  id: Uuid,
  ...COMMON,
  organization: Reference,
  createdAt: Timestamp,
  updatedAt: Timestamp,
});
const BillReply = Type.Object({
  _links: HalLinks,
  products: Type.Array(Product),
  createdAt: Timestamp,
  updatedAt: Timestamp,
});

type EnvironmentParts = Pick<Parts, 'store' | 'links' | 'keyring' | 'methods'>;

function view({ links }: EnvironmentParts, { id, doc }: Stored<Environment>) {
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

function billView({ links }: EnvironmentParts, { id, doc }: Stored<Environment>) {
  return {
    _links: { self: links.api(id, '/billOfMaterials'), environment: links.api(id) },
    products: doc.products,
    createdAt: toTimestamp(doc.createdAt),
    updatedAt: toTimestamp(doc.billOfMaterialsUpdatedAt),
  };
}

async function read({ store }: EnvironmentParts, { params }: OperationRequest) {
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
    const environment = await read(parts, request);
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

async function create(parts: EnvironmentParts, request: OperationRequest) {
  const { billOfMaterials, ...about }: Static<typeof Create> = request.body;
  const id = randomUUIDv7();
  const products = billOfMaterials?.products ?? [{ type: 'PING_ONE_MFA' }];
  const { keyring, methods, store } = parts;
  await commitOrRetry(store, async () => ({
    writes: [
      ...(await newEnvironmentWrites(
        { ...about, id, products },
        { keyring, methods, now: request.now },
      )),
      record(request, id, 'CREATED'),
    ],
    result: undefined,
  }));
  const environment = await store.get('environments', id, id);
  if (!environment) throw notFound();
  return { status: 201, body: view(parts, environment) };
}

/** Its contents stay in the tables, out of every route's reach: nothing is found without it. */
async function remove(parts: EnvironmentParts, request: OperationRequest) {
  await commitOrRetry(parts.store, async () => {
    const { id, version } = await read(parts, request);
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

export function environmentOperations(parts: EnvironmentParts): Operation[] {
  const common = { tag: 'Environments', needsMfa: false } as const;
  const COLLECTION = '/v1/environments';
  const ITEM = `${COLLECTION}/{envID}`;
  const BILL = `${ITEM}/billOfMaterials`;
  return [
    {
      ...common,
      id: 'listEnvironments',
      method: 'GET',
      path: COLLECTION,
      summary: 'Read all environments',
      permission: 'read:organization',
      query: LIST_QUERY,
      responses: { 200: listOf('environments', Reply) },
      handle: (request) =>
        listReply({
          store: {
            list: (table, _environmentId, query) => parts.store.list(table, ANY_ENVIRONMENT, query),
            count: (table, _environmentId, where) =>
              parts.store.count(table, ANY_ENVIRONMENT, where),
          },
          table: 'environments',
          environmentId: '',
          request,
          self: parts.links.api('').href.slice(0, -1),
          name: 'environments',
          attributes: { name: { column: 'name', type: 'string' } },
          render: (row) => view(parts, row),
        }),
    },
    {
      ...common,
      id: 'createEnvironment',
      method: 'POST',
      path: COLLECTION,
      summary: 'Create an environment',
      permission: 'create:organization',
      body: Create,
      responses: { 201: Reply },
      handle: (request) => create(parts, request),
    },
    {
      ...common,
      id: 'readEnvironment',
      method: 'GET',
      path: ITEM,
      summary: 'Read an environment',
      permission: 'read:environment',
      responses: { 200: Reply },
      handle: async (request) => ({
        status: 200,
        body: view(parts, await read(parts, request)),
      }),
    },
    {
      ...common,
      id: 'updateEnvironment',
      method: 'PUT',
      path: ITEM,
      summary: 'Replace what an environment says of itself',
      permission: 'update:environment',
      body: Update,
      responses: { 200: Reply },
      handle: async (request) => {
        const body: Static<typeof Update> = request.body;
        const environment = await change(parts, request, (doc) => {
          const { description: _former, ...rest } = doc;
          return { ...rest, ...body, updatedAt: request.now };
        });
        return { status: 200, body: view(parts, environment) };
      },
    },
    {
      ...common,
      id: 'deleteEnvironment',
      method: 'DELETE',
      path: ITEM,
      summary: 'Delete an environment',
      permission: 'delete:environment',
      responses: { 204: null },
      handle: (request) => remove(parts, request),
    },
    {
      ...common,
      id: 'readBillOfMaterials',
      method: 'GET',
      path: BILL,
      summary: 'Read the products of an environment',
      permission: 'read:environment',
      responses: { 200: BillReply },
      handle: async (request) => ({
        status: 200,
        body: billView(parts, await read(parts, request)),
      }),
    },
    {
      ...common,
      id: 'updateBillOfMaterials',
      method: 'PUT',
      path: BILL,
      summary: 'Replace the products of an environment; MFA needs PING_ONE_MFA',
      permission: 'update:environment',
      body: BillOfMaterials,
      responses: { 200: BillReply },
      handle: async (request) => {
        const { products }: Static<typeof BillOfMaterials> = request.body;
        const environment = await change(parts, request, (doc) => ({
          ...doc,
          products: products.map(({ id, type, description }) => ({
            id: id ?? randomUUIDv7(),
            type,
            ...(description === undefined ? {} : { description }),
          })),
          billOfMaterialsUpdatedAt: request.now,
        }));
        return { status: 200, body: billView(parts, environment) };
      },
    },
  ];
}
