/** Populations: groups of users that roles can be confined to; one of them is the default. */
import { type Static, Type } from 'typebox';
import { NAME_LENGTH_MAX } from '../../../config/limits.ts';
import { ApiError, invalidData } from '../../../errors/api-error.ts';
import { DEFAULT_LANGUAGE, DEFAULT_THEME_ID } from '../../../model/built-in.ts';
import type { Population } from '../../../model/documents.ts';
import { momentsOf } from '../../../model/instant.ts';
import { textKey } from '../../../model/text-key.ts';
import type { Parts } from '../../../parts.ts';
import { type Collection, collectionOperations, findRow, renderRow } from '../../kit/collection.ts';
import { type Operation, type OperationRequest, ok } from '../../kit/operation.ts';
import { ENVIRONMENT } from '../../kit/resource.ts';
import { findBy, type Row, whereIs } from '../../kit/rows.ts';
import { closed, Name, Reference, resourceOf } from '../../kit/schemas.ts';

const MEMBERS = {
  name: Name,
  description: Type.Optional(Type.String({ maxLength: 1_000 })),
  alternativeIdentifiers: Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: NAME_LENGTH_MAX }), { maxItems: 100 }),
  ),
  passwordPolicy: Type.Optional(Reference),
  preferredLanguage: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
  theme: Type.Optional(Reference),
};

/** `default`: left out, it stays as it is, and a new population is not the default. */
const WritePopulation = closed({ ...MEMBERS, default: Type.Optional(Type.Boolean()) });

const PopulationReply = resourceOf({
  ...MEMBERS,
  preferredLanguage: Type.String(),
  theme: Reference,
  default: Type.Boolean(),
  userCount: Type.Optional(
    Type.Integer({
      minimum: 0,
      description: 'Where one population is read, or with `expand=userCount`.',
    }),
  ),
});

const EXPANSION = 'userCount';

/** Whether the list is to have the numbers of users, too. Throws `INVALID_VALUE`. */
function isExpanded({ query: { expand } }: OperationRequest): boolean {
  if (expand === undefined || expand === EXPANSION) return expand !== undefined;
  throw invalidData('INVALID_VALUE', 'expand', { innerError: { allowedValues: [EXPANSION] } });
}

/** A population as the API shows it, without its head. */
export const populationView = ({ isDefault, ...about }: Population) => ({
  preferredLanguage: DEFAULT_LANGUAGE,
  theme: { id: DEFAULT_THEME_ID },
  ...about,
  default: isDefault,
  ...momentsOf(about),
});

export function populationOperations(parts: Pick<Parts, 'store' | 'links'>): Operation[] {
  const userCount = async ({ environmentId, id }: Row<'populations'>) => ({
    userCount: await parts.store.count('users', environmentId, whereIs('population_id', id)),
  });
  const collection: Collection<'populations', Static<typeof WritePopulation>> = {
    ...parts,
    table: 'populations',
    path: `${ENVIRONMENT}/populations`,
    name: 'Population',
    tag: 'Populations',
    permission: 'population',
    auditType: 'POPULATION',
    schemas: { body: WritePopulation, one: PopulationReply },
    filters: {
      id: { column: 'id', type: 'string', operators: ['eq'] },
      name: { column: 'name_key', type: 'string', keyOf: textKey },
    },
    oneDefault: {
      noun: 'population',
      // Terraform looks for these words, and then leaves the population where it is.
      kept: 'The default population stays: an environment must contain at least one population.',
    },
    where(request) {
      isExpanded(request);
      const within = request.populationIds?.map((id) => whereIs('id', id));
      return within && { any: within };
    },
    isVisible: ({ id }, { populationIds }) => populationIds?.includes(id) ?? true,
    toDocument: ({ default: isDefault = false, ...about }) => ({ ...about, isDefault }),
    view: async (population, row, request) => ({
      ...populationView(population),
      ...(isExpanded(request) ? await userCount(row) : {}),
    }),
    async assertUnused({ environmentId, id }) {
      for (const [table, what] of [
        ['users', 'users'],
        ['user_groups', 'groups'],
      ] as const) {
        if (!(await findBy(parts, table, environmentId, 'population_id', id))) continue;
        throw new ApiError('REQUEST_FAILED', [], { message: `The population still has ${what}.` });
      }
    },
    operations: {
      // With the number of its users, which tells whether it can be deleted.
      read: {
        async handle(request) {
          const row = await findRow(collection, request);
          const rendered = await renderRow(collection, row, request);
          return ok({ ...rendered, ...(await userCount(row)) });
        },
      },
      delete: { summary: 'Delete an empty population' },
    },
  };
  return collectionOperations(collection);
}
