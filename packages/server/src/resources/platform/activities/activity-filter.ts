/** What activities are searched by; contract platform §2.1. */
import { ACTIVITIES_DEFAULT_MS } from '../../../config/limits.ts';
import { invalidData } from '../../../errors/api-error.ts';
import { firstActivityId } from '../../../model/activity-id.ts';
import type { Instant } from '../../../model/instant.ts';
import { textKey } from '../../../model/text-key.ts';
import type { Condition, Store } from '../../../storage/store.ts';
import { constantly, type FilterAttribute, parseFilter } from '../../kit/filter.ts';
import { whereIs } from '../../kit/rows.ts';
import { ORGANIZATION_ID } from '../roles/organization.ts';
import { TYPES_OF_USERS, typesSpelled } from './activity-resources.ts';

/**
 * Ids follow the moments that are recorded, but for records of older versions and of clocks that
 * stood still: those are off by less than this.
 */
const SLACK_MS = 3_600_000;

const EQ = ['eq'] as const;
const NOTHING: Condition = { any: [] };

const matches = (condition: (value: string) => Condition): FilterAttribute => ({
  type: 'string',
  operators: EQ,
  condition: (_operator, value) => condition(String(value)),
});

const client = matches((id) => ({
  any: [
    { all: [whereIs('actor_type', 'APPLICATION'), whereIs('actor_id', id)] },
    whereIs('actor_application_id', id),
  ],
}));

const actingUser = (id: string): Condition => ({
  all: [whereIs('actor_type', 'USER'), whereIs('actor_id', id)],
});

/** The record's own resource, or the user who is named beside it. */
const resource = matches((id) => ({
  any: [
    whereIs('resource_id', id),
    {
      all: [
        whereIs('user_id', id),
        ...TYPES_OF_USERS.map((type) => ({ not: whereIs('resource_type', type) })),
      ],
    },
  ],
}));

const ofType = matches((spelling) => ({
  any: typesSpelled(spelling).map((type) => whereIs('resource_type', type)),
}));

const MOMENT: FilterAttribute = { column: 'recorded_at', type: 'instant' };

const attributesOf = (
  environmentId: string,
  userNamed: (name: string) => Condition,
): Record<string, FilterAttribute> => ({
  recordedAt: MOMENT,
  createdAt: MOMENT,
  'action.type': {
    column: 'action',
    type: 'string',
    operators: ['eq', 'ne', 'sw', 'ew', 'co', 'in'],
  },
  'actors.client.id': client,
  'actors.user.id': matches(actingUser),
  'actors.user.name': matches(userNamed),
  'resources.id': resource,
  'resources.type': ofType,
  'resources.population.id': { column: 'population_id', type: 'string', operators: EQ },
  'user.id': { column: 'user_id', type: 'string' },
  correlationId: { column: 'correlation_id', type: 'string' },
  'result.status': { column: 'result', type: 'string' },
  tags: { column: 'tag', type: 'string', operators: EQ },
  'org.id': constantly(ORGANIZATION_ID),
  'environment.id': constantly(environmentId),
});

/** Whoever is called so; a user who is gone is found by their id. */
async function usersNamed(
  store: Pick<Store, 'list'>,
  environmentId: string,
  names: ReadonlySet<string>,
): Promise<Map<string, Condition>> {
  const entries = [...names].map(async (name): Promise<[string, Condition]> => {
    const where = whereIs('username_key', textKey(name));
    const [user] = await store.list('users', environmentId, { where, limit: 1 });
    return [name, user ? actingUser(user.id) : NOTHING];
  });
  return new Map(await Promise.all(entries));
}

/** The range of time that a condition demands. */
function rangeOf(condition: Condition): { from?: Instant; to?: Instant } {
  const parts = 'all' in condition ? condition.all : [condition];
  let from: Instant | undefined;
  let to: Instant | undefined;
  for (const part of parts) {
    const inner = 'all' in part ? rangeOf(part) : boundOf(part);
    if (inner.from !== undefined) from = Math.max(from ?? inner.from, inner.from);
    if (inner.to !== undefined) to = Math.min(to ?? inner.to, inner.to);
  }
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}

function boundOf(part: Condition): { from?: Instant; to?: Instant } {
  if (!('column' in part) || part.column !== 'recorded_at' || !('value' in part)) return {};
  const moment = Number(part.value);
  switch (part.is) {
    case 'gt':
    case 'ge':
      return { from: moment };
    case 'lt':
    case 'le':
      return { to: moment };
    case 'eq':
      return { from: moment, to: moment };
    default:
      return {};
  }
}

/** The ids that such a range can have: the store finds them without looking at any other. */
export const idsWithin = ({ from, to }: { from: Instant; to: Instant }): Condition[] => [
  { column: 'id', is: 'ge', value: firstActivityId(from - SLACK_MS) },
  { column: 'id', is: 'lt', value: firstActivityId(to + SLACK_MS) },
];

/**
 * Which activities are asked for; without a filter those of the last days. Throws `INVALID_FILTER`
 * for what can't be searched, and for a filter without a range of time.
 */
export async function activitiesWhere(
  store: Pick<Store, 'list'>,
  environmentId: string,
  filter: string | undefined,
  now: Instant,
): Promise<Condition> {
  if (filter === undefined) {
    const from = now - ACTIVITIES_DEFAULT_MS;
    return {
      all: [{ column: 'recorded_at', is: 'ge', value: from }, ...idsWithin({ from, to: now })],
    };
  }
  const names = new Set<string>();
  const named = (name: string) => {
    names.add(name);
    return NOTHING;
  };
  let condition = parseFilter(filter, attributesOf(environmentId, named));
  if (names.size > 0) {
    const users = await usersNamed(store, environmentId, names);
    const known = (name: string) => users.get(name) ?? NOTHING;
    condition = parseFilter(filter, attributesOf(environmentId, known));
  }
  const { from, to } = rangeOf(condition);
  if (from === undefined || to === undefined) {
    throw invalidData('INVALID_FILTER', 'filter', {
      message: 'The filter needs a range of `recordedAt` or `createdAt`, with both its ends.',
    });
  }
  return { all: [condition, ...idsWithin({ from, to })] };
}
