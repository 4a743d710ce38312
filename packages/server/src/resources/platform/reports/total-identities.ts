/** How many users there were, day by day; the platform's page "Total Identities". */
import { Type } from 'typebox';
import { FILTER_LENGTH_MAX, REPORT_DAYS_MAX } from '../../../config/limits.ts';
import { invalidData } from '../../../errors/api-error.ts';
import type { Instant } from '../../../model/instant.ts';
import type { Parts } from '../../../parts.ts';
import type { Condition } from '../../../storage/store.ts';
import { type FilterAttribute, parseFilter } from '../../kit/filter.ts';
import { environmentOf, type Operation, type OperationRequest, ok } from '../../kit/operation.ts';
import { actionsOf, ENVIRONMENT } from '../../kit/resource.ts';
import { whereIs } from '../../kit/rows.ts';
import { listOf } from '../../kit/schemas.ts';

const DAY_MS = 24 * 60 * 60_000;
const DAYS_BEFORE = 30;

const moment = (column: string): FilterAttribute => ({
  column,
  type: 'instant',
  operators: ['eq'],
});
const ATTRIBUTES = { startDate: moment('startDate'), endDate: moment('endDate') };

const Query = Type.Object({
  filter: Type.Optional(
    Type.String({
      maxLength: FILTER_LENGTH_MAX,
      description: '`startDate eq "…" and endDate eq "…"`; one of them will do.',
    }),
  ),
});

const Identities = Type.Object({
  date: Type.Integer({ description: 'The beginning of the day, in milliseconds since 1970.' }),
  totalIdentities: Type.Integer({ minimum: 0 }),
});

const refuse = (message: string) => invalidData('INVALID_FILTER', 'filter', { message });
const startOfDay = (instant: Instant) => instant - (instant % DAY_MS);

/** The first and the last day that the filter names, both UTC. Throws `INVALID_FILTER`. */
function rangeOf({ query: { filter }, now }: OperationRequest) {
  if (filter === undefined) throw refuse('The filter must name startDate or endDate.');
  const condition = parseFilter(filter, ATTRIBUTES);
  const named = new Map<string, number>();
  for (const leaf of 'all' in condition ? condition.all : [condition]) {
    if (!('column' in leaf) || leaf.is !== 'eq') throw refuse('Dates are joined by "and" only.');
    named.set(leaf.column, Number(leaf.value));
  }
  const last = startOfDay(Math.min(named.get('endDate') ?? now, now));
  const first = startOfDay(named.get('startDate') ?? last - DAYS_BEFORE * DAY_MS);
  if (last - first >= REPORT_DAYS_MAX * DAY_MS) {
    throw refuse(`The filter spans more than ${REPORT_DAYS_MAX} days.`);
  }
  return { first, last };
}

const since = (value: Instant): Condition => ({ column: 'created_at', is: 'ge', value });
const until = (value: Instant): Condition => ({ column: 'created_at', is: 'lt', value });

async function readTotalIdentities(
  { store, links }: Pick<Parts, 'store' | 'links'>,
  request: OperationRequest,
) {
  const { first, last } = rangeOf(request);
  const environmentId = environmentOf(request);
  const days = Array.from(
    { length: Math.max(0, (last - first) / DAY_MS + 1) },
    (_, index) => first + index * DAY_MS,
  );
  // Those whom the caller may see.
  const within = request.populationIds?.map((id) => whereIs('population_id', id));
  const countUsers = (...all: Condition[]) =>
    store.count('users', environmentId, { all: [...all, ...(within ? [{ any: within }] : [])] });
  // Each user is looked at once, however many days there are.
  const [before, count, ...added] = await Promise.all([
    countUsers(until(first)),
    countUsers(),
    ...days.map((day) => countUsers(since(day), until(day + DAY_MS))),
  ]);
  let total = before;
  const totalIdentities = days.map((date, index) => {
    total += added[index] ?? 0;
    return { date, totalIdentities: total };
  });
  const { href } = links.api(environmentId, '/totalIdentities');
  return ok({
    _links: { self: { href: `${href}?${new URLSearchParams({ ...request.query })}` } },
    _embedded: { totalIdentities },
    count,
    size: totalIdentities.length,
  });
}

export function reportOperations(parts: Pick<Parts, 'store' | 'links'>): Operation[] {
  return actionsOf(
    parts,
    {
      tag: 'Reports',
      path: `${ENVIRONMENT}/totalIdentities`,
      permission: 'read:report',
      responses: { 200: listOf('totalIdentities', Identities) },
    },
    {
      readTotalIdentities: {
        method: 'GET',
        summary: 'Read how many users there were, day by day',
        description:
          'At the end of each day (UTC) from `startDate` to `endDate`; `count` is their number now. Users who were deleted since are not counted.',
        query: Query,
        handle: readTotalIdentities,
      },
    },
  );
}
