/** `…/users/{userID}/population`: where a user is, and how they move; page "User Populations". */
import { Type } from 'typebox';
import { type Operation, ok } from '../../kit/operation.ts';
import { actionsOf, ENVIRONMENT } from '../../kit/resource.ts';
import type { Row } from '../../kit/rows.ts';
import { HalLinks, Reference, Uuid } from '../../kit/schemas.ts';
import { changeUser, populationAfter, readUser, type UserParts } from './users.service.ts';

const Reply = Type.Object({ _links: HalLinks, id: Uuid });

export function populationStateOperations(parts: UserParts): Operation[] {
  const reply = ({ environmentId, id, doc }: Row<'users'>) => {
    const user = parts.links.api(environmentId, `/users/${id}`);
    const population = parts.links.api(environmentId, `/populations/${doc.populationId}`);
    const self = { href: `${user.href}/population` };
    return ok({ _links: { self, user, population }, id: doc.populationId });
  };
  const common = {
    tag: 'Users',
    path: `${ENVIRONMENT}/users/{userID}/population`,
    permission: 'read:user',
    needsMfa: false,
    responses: { 200: Reply },
  } as const;
  return actionsOf(parts, common, {
    readUserPopulation: {
      method: 'GET',
      summary: 'Read the population of a user',
      description: 'Its id.',
      handle: async (_parts, request) => reply(await readUser(parts, request)),
    },
    updateUserPopulation: {
      method: 'PUT',
      summary: 'Move a user to another population',
      description: 'The user leaves the groups of the former one. Everything else stays.',
      example: { id: '4e0c9e8a-98ea-4af3-8d7f-1d4e8f2d6b55' },
      permission: 'update:user',
      body: Reference,
      async handle(_parts, request) {
        const user = await changeUser(parts, request, 'MOVED', async (doc) => {
          const populationId = await populationAfter(parts.store, request, doc, request.body);
          return populationId === doc.populationId ? doc : { ...doc, populationId };
        });
        return reply(user);
      },
    },
  });
}
