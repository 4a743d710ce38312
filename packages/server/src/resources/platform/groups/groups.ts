/** Groups of users, of an environment or of one population; docs/decisions/0036-groups.md. */
import { type Static, Type } from 'typebox';
import { FILTER_LENGTH_MAX, GROUPS_MAX } from '../../../config/limits.ts';
import { invalidData, notUnique } from '../../../errors/api-error.ts';
import { momentsOf } from '../../../model/instant.ts';
import { composed, textKey } from '../../../model/text-key.ts';
import type { Parts } from '../../../parts.ts';
import {
  type Collection,
  collectionOperations,
  removeRow,
  type Target,
} from '../../kit/collection.ts';
import { environmentOf, type Operation } from '../../kit/operation.ts';
import { ENVIRONMENT, idParameterOf } from '../../kit/resource.ts';
import { type Row, touchRow, whereIs } from '../../kit/rows.ts';
import { closed, Name, Reference, resourceOf } from '../../kit/schemas.ts';
import { deleteMembers } from './group-members.ts';

const MEMBERS = {
  name: Name,
  description: Type.Optional(Type.String({ maxLength: 1_000 })),
  population: Type.Optional(Reference),
  externalId: Type.Optional(Type.String({ maxLength: 1_024 })),
  customData: Type.Optional(
    Type.Record(Type.String(), Type.Unknown(), { description: 'Your own: any JSON object.' }),
  ),
  userFilter: Type.Optional(
    Type.String({
      maxLength: FILTER_LENGTH_MAX,
      description: 'Kept and returned: it makes nobody a member.',
    }),
  ),
};

const WriteGroup = closed(MEMBERS);
type WriteGroupBody = Static<typeof WriteGroup>;

const Counts = Type.Object({ users: Type.Integer({ minimum: 0 }) });

const GroupReply = resourceOf({
  ...MEMBERS,
  displayName: Type.String(),
  directMemberCounts: Counts,
  totalMemberCounts: Counts,
});

type GroupParts = Pick<Parts, 'store' | 'links'>;

/** More of one name are there only in so many populations. */
const SAME_NAME_MAX = 1_000;

/** A group of the environment shares its name with none of a population. */
async function assertName(
  { store }: GroupParts,
  { environmentId, id }: Target<'user_groups'>,
  { name, populationId }: { name: string; populationId: string | undefined },
): Promise<void> {
  const similar = await store.list('user_groups', environmentId, {
    where: whereIs('name_key', textKey(name)),
    limit: SAME_NAME_MAX,
  });
  const isTaken = ({ id: other, doc }: Row<'user_groups'>) =>
    other !== id &&
    composed(doc.name) === composed(name) &&
    (doc.populationId === undefined) !== (populationId === undefined);
  if (similar.some(isTaken)) throw notUnique('name');
}

/** The group as the API shows it, without its head. */
export async function groupView(
  { store }: GroupParts,
  { environmentId, id, doc }: Row<'user_groups'>,
): Promise<object> {
  const { populationId, createdAt: _made, updatedAt: _changed, ...about } = doc;
  const users = await store.count('group_members', environmentId, whereIs('group_id', id));
  return {
    ...about,
    displayName: doc.name,
    ...(populationId === undefined ? {} : { population: { id: populationId } }),
    directMemberCounts: { users },
    totalMemberCounts: { users },
    ...momentsOf(doc),
  };
}

export function groupOperations(parts: GroupParts): Operation[] {
  const { store } = parts;
  const collection: Collection<'user_groups', WriteGroupBody> = {
    ...parts,
    table: 'user_groups',
    path: `${ENVIRONMENT}/groups`,
    name: 'Group',
    tag: 'Groups',
    permission: 'group',
    auditType: 'GROUP',
    schemas: { body: WriteGroup, one: GroupReply },
    maximum: { count: GROUPS_MAX, of: 'groups' },
    filters: {
      id: { column: 'id', type: 'string', operators: ['eq'] },
      name: { column: 'name_key', type: 'string', keyOf: textKey },
      displayName: { column: 'name_key', type: 'string', keyOf: textKey },
      externalId: { column: 'external_id', type: 'string', keyOf: composed },
      'population.id': { column: 'population_id', type: 'string', operators: ['eq'] },
    },
    async toDocument({ population, ...about }, target) {
      const { before } = target;
      const populationId = population?.id ?? before?.doc.populationId;
      if (before && before.doc.populationId !== populationId) {
        throw invalidData('INVALID_VALUE', 'population.id', {
          message: 'A group stays where it was made.',
        });
      }
      await assertName(parts, target, { name: about.name, populationId });
      return { ...about, ...(populationId === undefined ? {} : { populationId }) };
    },
    view: (_doc, row) => groupView(parts, row),
    async holds({ environmentId, doc }, { before }) {
      if (before || doc.populationId === undefined) return [];
      const population = await store.get('populations', environmentId, doc.populationId);
      if (!population) throw invalidData('NOT_FOUND', 'population.id');
      return [touchRow('populations', population)];
    },
    operations: {
      list: { description: 'In order of creation, with the number of their members.' },
      create: {
        description:
          'With `population`, of its users only; that can’t be changed later. `userFilter` is kept, and makes nobody a member.',
        example: { name: 'Testers', description: 'They see what is new' },
      },
      read: { description: 'With the number of its members; there are no nested groups.' },
      replace: {
        description: 'What is left out is removed, but for `population`, which stays.',
        example: { name: 'Testers' },
      },
      delete: {
        description: 'Its members stay; that they were in it goes.',
        async handle(request) {
          await removeRow(collection, request);
          const id = request.params[idParameterOf(collection)] ?? '';
          await deleteMembers(store, environmentOf(request), id);
          return { status: 204 };
        },
      },
    },
  };
  return collectionOperations(collection);
}
