/** Populations: list, create, read, replace, delete. One of them is the default. */
import { randomUUIDv7 } from 'node:crypto';
import { ApiError, invalidData, notFound, notUnique } from '../../../errors/api-error.ts';
import { DEFAULT_LANGUAGE, DEFAULT_THEME_ID } from '../../../model/built-in.ts';
import type { Population } from '../../../model/documents.ts';
import { type Instant, toTimestamp } from '../../../model/instant.ts';
import { textKey } from '../../../model/text-key.ts';
import type { Parts } from '../../../parts.ts';
import type { Condition, Store, Stored, Write } from '../../../storage/store.ts';
import { activityWrite, actorOf } from '../../kit/activity.ts';
import { commitOrRetry } from '../../kit/commit.ts';
import { listReply } from '../../kit/list.ts';
import type { OperationReply, OperationRequest } from '../../kit/operation.ts';
import type { WritePopulationBody } from './populations.schema.ts';

export type PopulationParts = Pick<Parts, 'store' | 'links'>;

const environmentOf = ({ params }: OperationRequest) => params.envID ?? '';

function populationView(
  { links }: PopulationParts,
  { environmentId, id, doc }: Stored<Population>,
) {
  const { isDefault, createdAt, updatedAt, ...about } = doc;
  return {
    _links: {
      self: links.api(environmentId, `/populations/${id}`),
      environment: links.api(environmentId),
    },
    id,
    environment: { id: environmentId },
    preferredLanguage: DEFAULT_LANGUAGE,
    theme: { id: DEFAULT_THEME_ID },
    ...about,
    default: isDefault,
    createdAt: toTimestamp(createdAt),
    updatedAt: toTimestamp(updatedAt),
  };
}

async function find({ store }: PopulationParts, request: OperationRequest) {
  const { populationID = '' } = request.params;
  const isReachable = request.populationIds?.includes(populationID) ?? true;
  const population = await store.get('populations', environmentOf(request), populationID);
  if (!population || !isReachable) throw notFound();
  return population;
}

/** The population of users who are put into no other. */
export async function findDefaultPopulation(
  store: Pick<Store, 'list'>,
  environmentId: string,
): Promise<Stored<Population> | undefined> {
  const where: Condition = { column: 'is_default', is: 'eq', value: 1 };
  const [population] = await store.list('populations', environmentId, { where, limit: 1 });
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

const update = ({ environmentId, id, version }: Stored<Population>, doc: Population): Write => ({
  op: 'update',
  table: 'populations',
  environmentId,
  id,
  version,
  doc,
});

/**
 * Making a population the default unmakes the former one. The guard on that one's row also keeps
 * two requests that do so at the same time from both succeeding.
 */
async function unmakeFormerDefault(
  { store }: PopulationParts,
  environmentId: string,
  now: Instant,
): Promise<Write[]> {
  const former = await findDefaultPopulation(store, environmentId);
  return former ? [update(former, { ...former.doc, isDefault: false, updatedAt: now })] : [];
}

export function listPopulations(parts: PopulationParts, request: OperationRequest) {
  const environmentId = environmentOf(request);
  const { populationIds } = request;
  const within = populationIds?.map((value): Condition => ({ column: 'id', is: 'eq', value }));
  return listReply({
    store: parts.store,
    table: 'populations',
    environmentId,
    request,
    self: parts.links.api(environmentId, '/populations').href,
    name: 'populations',
    attributes: {
      id: { column: 'id', type: 'string', operators: ['eq'] },
      name: { column: 'name_key', type: 'string', keyOf: textKey },
    },
    ...(within ? { where: { any: within } } : {}),
    render: (row) => populationView(parts, row),
  });
}

export async function createPopulation(
  parts: PopulationParts,
  request: OperationRequest,
): Promise<OperationReply> {
  const { default: isDefault = false, ...about }: WritePopulationBody = request.body;
  const environmentId = environmentOf(request);
  const { now } = request;
  const id = randomUUIDv7();
  const doc: Population = {
    ...about,
    isDefault,
    createdAt: now,
    updatedAt: now,
  };
  await commitOrRetry(
    parts.store,
    async () => ({
      writes: [
        ...(isDefault ? await unmakeFormerDefault(parts, environmentId, now) : []),
        { op: 'insert', table: 'populations', environmentId, id, doc },
        record(request, id, 'CREATED'),
      ],
      result: undefined,
    }),
    () => notUnique('name'),
  );
  return { status: 201, body: populationView(parts, { environmentId, id, version: 1, doc }) };
}

/** With the number of its users, which tells whether it can be deleted. */
export async function readPopulation(
  parts: PopulationParts,
  request: OperationRequest,
): Promise<OperationReply> {
  const population = await find(parts, request);
  const { environmentId, id } = population;
  const userCount = await parts.store.count('users', environmentId, {
    column: 'population_id',
    is: 'eq',
    value: id,
  });
  return { status: 200, body: { ...populationView(parts, population), userCount } };
}

export async function replacePopulation(
  parts: PopulationParts,
  request: OperationRequest,
): Promise<OperationReply> {
  const { default: wanted, ...about }: WritePopulationBody = request.body;
  const { now } = request;
  const population = await commitOrRetry(
    parts.store,
    async () => {
      const before = await find(parts, request);
      const { environmentId, id } = before;
      const { isDefault, createdAt } = before.doc;
      if (isDefault && wanted === false) {
        throw invalidData('CONSTRAINT_VIOLATION', 'default', {
          message: 'Make another population the default one instead.',
        });
      }
      const isMade = wanted === true && !isDefault;
      const doc = { ...about, isDefault: isDefault || isMade, createdAt, updatedAt: now };
      return {
        writes: [
          ...(isMade ? await unmakeFormerDefault(parts, environmentId, now) : []),
          update(before, doc),
          record(request, id, 'UPDATED'),
        ],
        result: { ...before, doc },
      };
    },
    () => notUnique('name'),
  );
  return { status: 200, body: populationView(parts, population) };
}

export async function deletePopulation(
  parts: PopulationParts,
  request: OperationRequest,
): Promise<OperationReply> {
  await commitOrRetry(parts.store, async () => {
    const { environmentId, id, version, doc } = await find(parts, request);
    if (doc.isDefault) {
      throw invalidData('CONSTRAINT_VIOLATION', 'id', {
        // Terraform looks for these words, and then leaves the population where it is.
        message:
          'The default population can not be deleted: an environment must contain at least one population.',
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
