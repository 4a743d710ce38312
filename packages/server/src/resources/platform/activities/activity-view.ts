/** Activities as the API and its webhooks show them; contract platform §2.2. */
import type { Activity } from '../../../model/documents.ts';
import { toTimestamp } from '../../../model/instant.ts';
import type { Parts } from '../../../parts.ts';
import type { Stored } from '../../../storage/store.ts';
import { type Names, readNames } from './activity-names.ts';
import { hrefOf, inWords, namesUserToo, spelledType } from './activity-resources.ts';

export type ViewParts = Pick<Parts, 'store' | 'links'>;

type Row = Stored<Activity>;

function actorsOf({ links }: ViewParts, { environmentId, doc }: Row, names: Names) {
  const { actor } = doc;
  const { type, id, applicationId } = actor;
  if (type === 'SYSTEM' || id === undefined) return {};
  const shown = (kind: 'CLIENT' | 'USER', where: string, of: string) => {
    const { name = of, populationId } = names(where, of);
    const resource = { type: kind === 'CLIENT' ? 'APPLICATION' : kind, id: of };
    return {
      id: of,
      name,
      environment: { id: where },
      ...(kind === 'USER' ? { population: populationId ? { id: populationId } : {} } : {}),
      ...hrefOf(links, where, resource),
      type: kind,
    };
  };
  const client = type === 'APPLICATION' ? id : applicationId;
  return {
    actors: {
      ...(client === undefined
        ? {}
        : { client: shown('CLIENT', actor.environmentId ?? environmentId, client) }),
      ...(type === 'USER' ? { user: shown('USER', environmentId, id) } : {}),
    },
  };
}

/** The population of whom the record concerns: as it was then, or as it is. */
const populationOf = ({ environmentId, doc }: Row, names: Names): string | undefined =>
  doc.populationId ??
  (doc.userId === undefined ? undefined : names(environmentId, doc.userId).populationId);

function resourcesOf({ links }: ViewParts, row: Row, names: Names) {
  const { environmentId, doc } = row;
  const { resource, userId } = doc;
  const populationId = populationOf(row, names);
  const population = populationId === undefined ? {} : { population: { id: populationId } };
  const shown = ({ type, id, name }: Activity['resource']) => ({
    type: spelledType(type),
    id,
    name: name ?? names(environmentId, id).name ?? id,
    environment: { id: environmentId },
    ...(userId === undefined ? {} : population),
    ...hrefOf(links, environmentId, { type, id }, userId),
  });
  const user = userId !== undefined && namesUserToo(doc) ? [{ type: 'USER', id: userId }] : [];
  return [resource, ...user].map(shown);
}

/** A record as it is shown. `source`: what of it, where somebody has asked for that. */
function view(parts: ViewParts, row: Row, names: Names) {
  const { environmentId, id, doc } = row;
  const { action, correlationId, externalCorrelation, data, recordedAt, result, tags } = doc;
  const moment = toTimestamp(recordedAt);
  const words = inWords(action);
  return {
    _links: { self: parts.links.api(environmentId, `/activities/${id}`) },
    id,
    recordedAt: moment,
    createdAt: moment,
    ...(correlationId === undefined ? {} : { correlationId }),
    ...(externalCorrelation ? { externalCorrelation } : {}),
    ...actorsOf(parts, row, names),
    action: { type: action, description: words },
    resources: resourcesOf(parts, row, names),
    ...(doc.userId === undefined ? {} : { user: { id: doc.userId } }),
    result: {
      status: result,
      description: doc.description ?? (result === 'SUCCESS' ? words : `${words}: not successful`),
    },
    ...(tags ? { tags } : {}),
    ...(data ? { data } : {}),
  };
}

/** The same for subscriptions, which choose by the population of whom a record concerns. */
export async function renderEvents(parts: ViewParts, rows: readonly Row[]) {
  const names = await readNames(parts.store, rows);
  return rows.map((row) => ({
    record: view(parts, row, names),
    populationId: populationOf(row, names),
  }));
}

/** Some records as they are shown, with the names in them. */
export async function showActivities(
  parts: ViewParts,
  rows: readonly Row[],
): Promise<ReturnType<typeof view>[]> {
  const names = await readNames(parts.store, rows);
  return rows.map((row) => view(parts, row, names));
}
