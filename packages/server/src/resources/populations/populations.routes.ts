/** Populations: groups of users that roles can be confined to. */
import { randomUUIDv7 } from 'node:crypto';
import { type Static, Type } from 'typebox';
import { NAME_LENGTH_MAX } from '../../config/limits.ts';
import { ApiError, invalidData, notFound, notUnique } from '../../errors/api-error.ts';
import type { Population } from '../../model/documents.ts';
import { toTimestamp } from '../../model/instant.ts';
import type { Parts } from '../../parts.ts';
import type { Stored, Write } from '../../storage/store.ts';
import { activityWrite, actorOf } from '../activity.ts';
import { commitOrRetry } from '../commit.ts';
import { LIST_QUERY, listReply } from '../list.ts';
import type { Operation, OperationRequest } from '../operation.ts';
import { HalLinks, listOf, Reference, Timestamp, Uuid } from '../schemas.ts';

const WRITABLE = {
  name: Type.String({
    minLength: 1,
    maxLength: NAME_LENGTH_MAX,
    pattern: '^[^\\u0000-\\u001f\\u007f]*$',
  }),
  description: Type.Optional(Type.String({ maxLength: 1_000 })),
};
const Body = Type.Object(WRITABLE, { additionalProperties: false });
const Reply = Type.Object({
  _links: HalLinks,
  id: Uuid,
  environment: Reference,
  ...WRITABLE,
  default: Type.Boolean(),
  createdAt: Timestamp,
  updatedAt: Timestamp,
});

type PopulationParts = Pick<Parts, 'store' | 'links'>;
const environmentOf = ({ params }: OperationRequest) => params.envID ?? '';

function view({ links }: PopulationParts, { environmentId, id, doc }: Stored<Population>) {
  const { name, description, isDefault, createdAt, updatedAt } = doc;
  return {
    _links: {
      self: links.api(environmentId, `/populations/${id}`),
      environment: links.api(environmentId),
    },
    id,
    environment: { id: environmentId },
    name,
    ...(description === undefined ? {} : { description }),
    default: isDefault,
    createdAt: toTimestamp(createdAt),
    updatedAt: toTimestamp(updatedAt),
  };
}

async function read({ store }: PopulationParts, request: OperationRequest) {
  const { populationID = '' } = request.params;
  const reachable = request.populationIds?.includes(populationID) ?? true;
  const population = await store.get('populations', environmentOf(request), populationID);
  if (!population || !reachable) throw notFound();
  return population;
}

function record(request: OperationRequest, id: string, verb: string): Write {
  return activityWrite(
    environmentOf(request),
    {
      action: `POPULATION.${verb}`,
      actor: actorOf(request),
      resource: { type: 'POPULATION', id },
      correlationId: request.correlationId,
    },
    request.now,
  );
}

async function create(parts: PopulationParts, request: OperationRequest) {
  const { name, description }: Static<typeof Body> = request.body;
  const environmentId = environmentOf(request);
  const id = randomUUIDv7();
  const doc: Population = {
    name,
    ...(description === undefined ? {} : { description }),
    isDefault: false,
    createdAt: request.now,
    updatedAt: request.now,
  };
  await commitOrRetry(
    parts.store,
    async () => ({
      writes: [
        { op: 'insert', table: 'populations', environmentId, id, doc },
        record(request, id, 'CREATED'),
      ],
      result: undefined,
    }),
    () => notUnique('name'),
  );
  return { status: 201, body: view(parts, { environmentId, id, version: 1, doc }) };
}

async function replace(parts: PopulationParts, request: OperationRequest) {
  const { name, description }: Static<typeof Body> = request.body;
  const population = await commitOrRetry(
    parts.store,
    async () => {
      const before = await read(parts, request);
      const { environmentId, id, version } = before;
      const { description: _former, ...rest } = before.doc;
      const doc = {
        ...rest,
        name,
        ...(description === undefined ? {} : { description }),
        updatedAt: request.now,
      };
      return {
        writes: [
          { op: 'update', table: 'populations', environmentId, id, version, doc },
          record(request, id, 'UPDATED'),
        ],
        result: { ...before, doc },
      };
    },
    () => notUnique('name'),
  );
  return { status: 200, body: view(parts, population) };
}

async function remove(parts: PopulationParts, request: OperationRequest) {
  await commitOrRetry(parts.store, async () => {
    const { environmentId, id, version, doc } = await read(parts, request);
    if (doc.isDefault) {
      throw invalidData('CONSTRAINT_VIOLATION', 'id', {
        message: 'The default population can not be deleted.',
      });
    }
    const where = { column: 'population_id', is: 'eq', value: id } as const;
    const [user] = await parts.store.list('users', environmentId, { where, limit: 1 });
    if (user) {
      throw new ApiError('REQUEST_FAILED', [], { message: 'The population still has users.' });
    }
    return {
      writes: [
        { op: 'delete', table: 'populations', environmentId, id, version },
        record(request, id, 'DELETED'),
      ],
      result: undefined,
    };
  });
  return { status: 204 };
}

export function populationOperations(parts: PopulationParts): Operation[] {
  const common = { tag: 'Populations', needsMfa: false } as const;
  const COLLECTION = '/v1/environments/{envID}/populations';
  const ITEM = `${COLLECTION}/{populationID}`;
  return [
    {
      ...common,
      id: 'listPopulations',
      method: 'GET',
      path: COLLECTION,
      summary: 'Read all populations',
      permission: 'read:population',
      query: LIST_QUERY,
      responses: { 200: listOf('populations', Reply) },
      handle: (request) => {
        const environmentId = environmentOf(request);
        const { populationIds } = request;
        return listReply({
          store: parts.store,
          table: 'populations',
          environmentId,
          request,
          self: parts.links.api(environmentId, '/populations').href,
          name: 'populations',
          attributes: {
            id: { column: 'id', type: 'string', operators: ['eq'] },
            name: { column: 'name', type: 'string' },
          },
          ...(populationIds
            ? {
                where: {
                  any: populationIds.map((value) => ({ column: 'id', is: 'eq' as const, value })),
                },
              }
            : {}),
          render: (row) => view(parts, row),
        });
      },
    },
    {
      ...common,
      id: 'createPopulation',
      method: 'POST',
      path: COLLECTION,
      summary: 'Create a population',
      permission: 'create:population',
      body: Body,
      responses: { 201: Reply },
      handle: (request) => create(parts, request),
    },
    {
      ...common,
      id: 'readPopulation',
      method: 'GET',
      path: ITEM,
      summary: 'Read a population',
      permission: 'read:population',
      responses: { 200: Reply },
      handle: async (request) => ({
        status: 200,
        body: view(parts, await read(parts, request)),
      }),
    },
    {
      ...common,
      id: 'updatePopulation',
      method: 'PUT',
      path: ITEM,
      summary: 'Replace a population',
      permission: 'update:population',
      body: Body,
      responses: { 200: Reply },
      handle: (request) => replace(parts, request),
    },
    {
      ...common,
      id: 'deletePopulation',
      method: 'DELETE',
      path: ITEM,
      summary: 'Delete an empty population',
      permission: 'delete:population',
      responses: { 204: null },
      handle: (request) => remove(parts, request),
    },
  ];
}
