/**
 * The names in records, looked up when they are read, so that recording one costs no read. What is
 * gone has its name in the record of its end; docs/decisions/0041.
 */
import type { Activity } from '../../../model/documents.ts';
import type { Store, Stored } from '../../../storage/store.ts';
import { whereIs } from '../../kit/rows.ts';

export interface Known {
  name?: string;
  populationId?: string;
}

/** What is known of an id of an environment. */
export type Names = (environmentId: string, id: string) => Known;

type Reader = Pick<Store, 'get' | 'list'>;
type Kind = 'users' | 'applications' | 'devices';
interface Wanted {
  kind: Kind;
  environmentId: string;
  id: string;
}

const keyOf = (environmentId: string, id: string) => `${environmentId} ${id}`;

/** Whose names a record shows and doesn't have. */
function wantedBy({ environmentId, doc }: Stored<Activity>): Wanted[] {
  const { actor, resource, userId } = doc;
  const wanted: Wanted[] = [];
  const want = (kind: Kind, id: string | undefined, where = environmentId) => {
    if (id !== undefined && id !== '') wanted.push({ kind, environmentId: where, id });
  };
  want('users', userId);
  if (actor.type === 'USER') want('users', actor.id);
  if (actor.type === 'APPLICATION') want('applications', actor.id, actor.environmentId);
  want('applications', actor.applicationId);
  if (resource.name === undefined) {
    if (resource.type === 'USER') want('users', resource.id);
    if (resource.type === 'APPLICATION') want('applications', resource.id);
    if (resource.type === 'DEVICE') want('devices', resource.id);
  }
  return wanted;
}

async function present(store: Reader, { kind, environmentId, id }: Wanted) {
  switch (kind) {
    case 'users': {
      const user = await store.get('users', environmentId, id);
      return user && { name: user.doc.username, populationId: user.doc.populationId };
    }
    case 'applications': {
      const application = await store.get('applications', environmentId, id);
      return application && { name: application.doc.name };
    }
    case 'devices': {
      const device = await store.get('devices', environmentId, id);
      return device && (device.doc.nickname === undefined ? {} : { name: device.doc.nickname });
    }
  }
}

/** What the record of its end says of it. */
async function former(store: Reader, { environmentId, id }: Wanted): Promise<Known> {
  const where = whereIs('deleted_id', id);
  const [end] = await store.list('activities', environmentId, { where, limit: 1 });
  const { resource, populationId } = end?.doc ?? {};
  return {
    ...(resource?.name === undefined ? {} : { name: resource.name }),
    ...(populationId === undefined ? {} : { populationId }),
  };
}

/** Looks up all that some records show. */
export async function readNames(store: Reader, rows: readonly Stored<Activity>[]): Promise<Names> {
  const wanted = new Map(
    rows.flatMap(wantedBy).map((one) => [keyOf(one.environmentId, one.id), one]),
  );
  const known = new Map<string, Known>();
  await Promise.all(
    [...wanted].map(async ([key, one]) => {
      known.set(key, (await present(store, one)) ?? (await former(store, one)));
    }),
  );
  return (environmentId, id) => known.get(keyOf(environmentId, id)) ?? {};
}
