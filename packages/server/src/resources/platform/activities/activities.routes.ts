/** `…/activities`: who did what to what, newest first. Read-only. */
import { Type } from 'typebox';
import type { Activity } from '../../../model/documents.ts';
import { toTimestamp } from '../../../model/instant.ts';
import type { Parts } from '../../../parts.ts';
import type { Stored } from '../../../storage/store.ts';
import { listReply } from '../../kit/list.ts';
import { environmentOf, type Operation, ok } from '../../kit/operation.ts';
import { ENVIRONMENT, resourceOperations } from '../../kit/resource.ts';
import { found } from '../../kit/rows.ts';
import { HalLinks, Timestamp, Uuid } from '../../kit/schemas.ts';

const Reply = Type.Object({
  _links: HalLinks,
  id: Uuid,
  recordedAt: Timestamp,
  correlationId: Type.Optional(Type.String()),
  action: Type.Object({ type: Type.String() }),
  actors: Type.Record(
    Type.Enum(['client', 'user', 'system']),
    Type.Object({ id: Type.Optional(Uuid), type: Type.String() }),
  ),
  resources: Type.Array(Type.Object({ type: Type.String(), id: Type.String() })),
  user: Type.Optional(Type.Object({ id: Uuid })),
  result: Type.Object({ status: Type.String() }),
  data: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
});

const ATTRIBUTES = {
  recordedAt: { column: 'recorded_at', type: 'instant' },
  createdAt: { column: 'recorded_at', type: 'instant' },
  'action.type': { column: 'action', type: 'string' },
  'resources.id': { column: 'resource_id', type: 'string' },
  'user.id': { column: 'user_id', type: 'string' },
  correlationId: { column: 'correlation_id', type: 'string' },
  'result.status': { column: 'result', type: 'string' },
} as const;

// A record is made at the moment that it tells of, and its id a moment later.
const RECORDED = { column: 'recorded_at', valueOf: ({ recordedAt }: Activity) => recordedAt };
const ORDERS = { createdAt: RECORDED, recordedAt: RECORDED };

/** Page "Audit Activities": the member of `actors`, and its `type`. */
const ACTORS = {
  APPLICATION: { name: 'client', type: 'CLIENT' },
  USER: { name: 'user', type: 'USER' },
  SYSTEM: { name: 'system', type: 'SYSTEM' },
} as const;

function view({ links }: Pick<Parts, 'links'>, { environmentId, id, doc }: Stored<Activity>) {
  const { action, actor, correlationId, data, recordedAt, resource, result, userId } = doc;
  const { name, type } = ACTORS[actor.type];
  return {
    _links: { self: links.api(environmentId, `/activities/${id}`) },
    id,
    recordedAt: toTimestamp(recordedAt),
    ...(correlationId === undefined ? {} : { correlationId }),
    action: { type: action },
    actors: { [name]: { ...actor, type } },
    resources: [resource],
    ...(userId === undefined ? {} : { user: { id: userId } }),
    result: { status: result },
    ...(data ? { data } : {}),
  };
}

export function activityOperations(parts: Pick<Parts, 'store' | 'links'>): Operation[] {
  const { store, links } = parts;
  return resourceOperations(
    parts,
    {
      path: `${ENVIRONMENT}/activities`,
      name: 'Activity',
      tag: 'Activities',
      words: ['an audit record', 'audit records, newest first'],
      permission: 'activity',
      schemas: { body: Reply, one: Reply },
    },
    {
      list: async (_parts, request) => {
        const environmentId = environmentOf(request);
        return listReply({
          store,
          table: 'activities',
          environmentId,
          request: { query: { order: '-createdAt', ...request.query } },
          self: links.api(environmentId, '/activities').href,
          name: 'activities',
          attributes: ATTRIBUTES,
          orders: ORDERS,
          render: (row) => view(parts, row),
        });
      },
      async read(_parts, request) {
        const { activityID = '' } = request.params;
        const row = found(await store.get('activities', environmentOf(request), activityID));
        return ok(view(parts, row));
      },
    },
  );
}
