/** `…/activities`: who did what to what, newest first. Read-only; contract platform §2. */
import { type Static, Type } from 'typebox';
import { FILTER_LENGTH_MAX, PAGE_SIZE_MAX } from '../../../config/limits.ts';
import { listReply } from '../../kit/list.ts';
import { environmentOf, type Handler, type Operation, ok } from '../../kit/operation.ts';
import { actionsOf, ENVIRONMENT, resourceOperations } from '../../kit/resource.ts';
import { found } from '../../kit/rows.ts';
import { HalLinks, listOf, Reference, Timestamp, Uuid } from '../../kit/schemas.ts';
import { activitiesWhere } from './activity-filter.ts';
import { showActivities, type ViewParts } from './activity-view.ts';

const Population = Type.Optional(Type.Object({ id: Type.Optional(Uuid) }));
const Actor = Type.Object({
  id: Uuid,
  name: Type.String(),
  environment: Reference,
  population: Population,
  href: Type.Optional(Type.String()),
  type: Type.Enum(['CLIENT', 'USER']),
});

const Reply = Type.Object(
  {
    _links: HalLinks,
    id: Uuid,
    recordedAt: Timestamp,
    createdAt: Timestamp,
    correlationId: Type.Optional(Type.String()),
    externalCorrelation: Type.Optional(
      Type.Object({
        transactionId: Type.Optional(Type.String()),
        sessionId: Type.Optional(Type.String()),
      }),
    ),
    actors: Type.Optional(
      Type.Object(
        { client: Type.Optional(Actor), user: Type.Optional(Actor) },
        { description: 'Absent: the server did it by itself.' },
      ),
    ),
    action: Type.Object({ type: Type.String(), description: Type.String() }),
    resources: Type.Array(
      Type.Object({
        type: Type.String(),
        id: Type.String(),
        name: Type.String(),
        environment: Reference,
        population: Population,
        href: Type.Optional(Type.String()),
      }),
    ),
    user: Type.Optional(Type.Object({ id: Uuid }, { description: 'Whom it concerns; ours.' })),
    result: Type.Object({ status: Type.String(), description: Type.String() }),
    tags: Type.Optional(Type.Array(Type.String())),
    data: Type.Optional(Type.Record(Type.String(), Type.Unknown(), { description: 'Ours.' })),
  },
  { title: 'Activity' },
);

const SearchActivities = Type.Object({
  filter: Type.String({ minLength: 1, maxLength: FILTER_LENGTH_MAX }),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: PAGE_SIZE_MAX })),
  offset: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 8_192,
      description: 'Where the page begins: the `cursor` of a `_links` address, or all of it.',
    }),
  ),
});

const NAME = 'activities';
const PATH = `${ENVIRONMENT}/${NAME}`;

type Query = { filter?: string; limit?: string; cursor?: string };

/** A page of them. The order is fixed. */
async function pageOf(parts: ViewParts, request: Parameters<Handler<ViewParts>>[1], query: Query) {
  const { store, links } = parts;
  const environmentId = environmentOf(request);
  return listReply({
    store,
    table: 'activities',
    environmentId,
    request: { query: { order: '-createdAt', ...query } },
    self: links.api(environmentId, `/${NAME}`).href,
    name: NAME,
    readsFilter: true,
    where: await activitiesWhere(store, environmentId, query.filter, request.now),
    render: { page: (rows) => showActivities(parts, rows) },
  });
}

/** The same where the filter must not stand in an address. */
const searchActivities: Handler<ViewParts> = (parts, request) => {
  const { filter, limit, offset }: Static<typeof SearchActivities> = request.body;
  const cursor = offset === undefined ? undefined : cursorOf(offset);
  return pageOf(parts, request, {
    filter,
    ...(limit === undefined ? {} : { limit: String(limit) }),
    ...(cursor === undefined ? {} : { cursor }),
  });
};

/** Of a whole address the cursor in it; one without is the first page's. */
function cursorOf(offset: string): string | undefined {
  return URL.canParse(offset) ? (new URL(offset).searchParams.get('cursor') ?? undefined) : offset;
}

export function activityOperations(parts: ViewParts): Operation[] {
  const { store } = parts;
  const resource = {
    path: PATH,
    name: 'Activity',
    tag: 'Activities',
    words: ['an audit record', 'audit records, newest first'],
    permission: 'activity',
    schemas: { body: Reply, one: Reply },
  } as const;
  return [
    ...resourceOperations(parts, resource, {
      list: (_parts, request) => pageOf(parts, request, request.query),
      async read(_parts, request) {
        const { activityID = '' } = request.params;
        const row = found(await store.get('activities', environmentOf(request), activityID));
        return ok((await showActivities(parts, [row]))[0]);
      },
    }),
    ...actionsOf(
      parts,
      {
        tag: resource.tag,
        path: PATH,
        permission: 'read:activity',
        responses: { 200: listOf(NAME, Reply) },
      },
      {
        searchActivities: {
          summary: 'Search audit records',
          description:
            'The same list, with the filter in the body: for values that must not stand in an address. The links in the answer hold the filter; `offset` takes the next page without them.',
          example: {
            filter: 'recordedAt ge "2026-03-01T00:00:00Z" and recordedAt lt "2026-03-08T00:00:00Z"',
          },
          body: SearchActivities,
          handle: searchActivities,
        },
      },
    ),
  ];
}
