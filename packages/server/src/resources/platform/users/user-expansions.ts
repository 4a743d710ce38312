/** What the answer has beside the user where it is asked for: `expand` and `include`; contract §1.7. */
import { Type } from 'typebox';
import { invalidData } from '../../../errors/api-error.ts';
import type { Parts } from '../../../parts.ts';
import { headOf } from '../../kit/links.ts';
import type { OperationRequest } from '../../kit/operation.ts';
import type { Row } from '../../kit/rows.ts';
import { groupsOf } from '../groups/group-members.ts';
import { populationView } from '../populations/populations.ts';

export const USER_QUERY = Type.Object({
  expand: Type.Optional(Type.String({ description: '`population`: with the population itself.' })),
  include: Type.Optional(
    Type.String({ description: '`memberOfGroupIDs`, `memberOfGroupNames`, or both.' }),
  ),
});

const INCLUDED = {
  memberOfGroupIDs: ({ id }: Row<'user_groups'>) => id,
  memberOfGroupNames: ({ doc }: Row<'user_groups'>) => doc.name,
};
type Included = keyof typeof INCLUDED;

/** The names that a query parameter lists. Throws `INVALID_DATA` for one that isn't allowed. */
function namesOf(
  { query }: OperationRequest,
  parameter: string,
  allowedValues: readonly string[],
): string[] {
  const names = (query[parameter] ?? '').split(',').map((name) => name.trim());
  const asked = names.filter((name) => name !== '');
  if (!asked.every((name) => allowedValues.includes(name))) {
    throw invalidData('INVALID_VALUE', parameter, { innerError: { allowedValues } });
  }
  return asked;
}

/** Answers the `_embedded` of each user: a page of users reads each population once. */
export function embeddedIn(
  { store, links }: Pick<Parts, 'store' | 'links'>,
  request: OperationRequest,
): (user: Row<'users'>) => Promise<object> {
  if (namesOf(request, 'expand', ['population']).length === 0) return async () => ({});
  const populations = new Map<string, Promise<object>>();
  async function read(environmentId: string, id: string): Promise<object> {
    const row = await store.get('populations', environmentId, id);
    if (!row) return {};
    const head = headOf(links, row, `/populations/${id}`);
    return { _embedded: { population: { ...head, ...populationView(row.doc) } } };
  }
  return ({ environmentId, doc: { populationId } }) => {
    const known = populations.get(populationId) ?? read(environmentId, populationId);
    populations.set(populationId, known);
    return known;
  };
}

/** The groups of a user, by their ids or names. */
export async function includedIn(
  { store }: Pick<Parts, 'store'>,
  request: OperationRequest,
  user: Row<'users'>,
): Promise<object> {
  const names = namesOf(request, 'include', Object.keys(INCLUDED)) as Included[];
  if (names.length === 0) return {};
  const groups = await groupsOf(store, user);
  return Object.fromEntries(names.map((name) => [name, groups.map(INCLUDED[name])]));
}
