/** `…/users/{userID}/memberOfGroups`: the groups of a user; page "Group Membership". */
import { randomUUIDv7 } from 'node:crypto';
import { Type } from 'typebox';
import { GROUPS_OF_USER_MAX } from '../../../config/limits.ts';
import { invalidData, limitExceeded, notUnique } from '../../../errors/api-error.ts';
import { commitOrRetry, guardOf } from '../../kit/commit.ts';
import { headOf, wholeList } from '../../kit/links.ts';
import { listReply } from '../../kit/list.ts';
import {
  environmentOf,
  type Handler,
  type Operation,
  type OperationRequest,
  ok,
} from '../../kit/operation.ts';
import { actionsOf, ENVIRONMENT, resourceOperations } from '../../kit/resource.ts';
import { deleteRow, found, insertRow, type Row, touchRow, whereIs } from '../../kit/rows.ts';
import { HalLinks, listOf, Reference, Uuid } from '../../kit/schemas.ts';
import { readUser, type UserParts } from '../users/users.service.ts';
import { memberRecord, membershipsOf } from './group-members.ts';
import { groupView } from './groups.ts';

const EXPAND = Type.Object({
  expand: Type.Optional(Type.String({ description: '`group`: with the group itself.' })),
});

const Membership = Type.Object({
  _links: HalLinks,
  id: Uuid,
  environment: Reference,
  name: Type.String(),
  type: Type.Enum(['DIRECT']),
  _embedded: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
});

function expandsGroup({ query: { expand } }: OperationRequest): boolean {
  if (expand !== undefined && expand !== '' && expand !== 'group') {
    throw invalidData('INVALID_VALUE', 'expand', { innerError: { allowedValues: ['group'] } });
  }
  return expand === 'group';
}

/** What is shown of the user's being in the group: its id is the group's. */
async function view(
  { store, links }: UserParts,
  request: OperationRequest,
  group: Row<'user_groups'>,
) {
  const { userID = '' } = request.params;
  const path = `/users/${userID}`;
  const ofGroup = links.api(group.environmentId, `/groups/${group.id}`);
  const head = headOf(links, group, `${path}/memberOfGroups/${group.id}`, {
    user: links.api(group.environmentId, path),
    group: ofGroup,
  });
  const membership = { ...head, name: group.doc.name, type: 'DIRECT' };
  if (!expandsGroup(request)) return membership;
  const whole = {
    ...headOf(links, group, `/groups/${group.id}`),
    ...(await groupView({ store, links }, group)),
  };
  return { ...membership, _embedded: { group: whole } };
}

/** The membership that the path names. Throws `NOT_FOUND`. */
async function findMembership({ store }: UserParts, request: OperationRequest) {
  const { userID = '', groupID = '' } = request.params;
  const where = { all: [whereIs('user_id', userID), whereIs('group_id', groupID)] };
  const [row] = await store.list('group_members', environmentOf(request), { where, limit: 1 });
  return found(row);
}

const list: Handler<UserParts> = async (parts, request) => {
  const { store, links } = parts;
  const { environmentId, id } = await readUser(parts, request);
  expandsGroup(request);
  return listReply({
    store,
    table: 'group_members',
    environmentId,
    request,
    self: links.api(environmentId, `/users/${id}/memberOfGroups`).href,
    name: 'groupMemberships',
    where: whereIs('user_id', id),
    async render({ doc }) {
      const group = await store.get('user_groups', environmentId, doc.groupId);
      return group && view(parts, request, group);
    },
  });
};

/**
 * Writes the user as well, so that who deletes or moves them at the same time decides again and
 * leaves no membership behind; and holds the group.
 */
const create: Handler<UserParts> = async (parts, request) => {
  const { store } = parts;
  const { id: groupId }: { id: string } = request.body;
  const environmentId = environmentOf(request);
  const group = await commitOrRetry(
    store,
    async () => {
      const user = await readUser(parts, request);
      const group = await store.get('user_groups', environmentId, groupId);
      if (!group) throw invalidData('NOT_FOUND', 'id');
      if ((group.doc.populationId ?? user.doc.populationId) !== user.doc.populationId) {
        throw invalidData('INVALID_VALUE', 'id', {
          message: 'The group is of another population.',
        });
      }
      if ((await membershipsOf(store, user)).length >= GROUPS_OF_USER_MAX) {
        throw limitExceeded('The user has the maximum of groups.', GROUPS_OF_USER_MAX);
      }
      const dates = { createdAt: request.now, updatedAt: request.now };
      const doc = { userId: user.id, groupId, ...dates };
      return {
        writes: [
          insertRow('group_members', { environmentId, id: randomUUIDv7(), doc }),
          touchRow('users', user),
          guardOf('user_groups', group),
          memberRecord(request, doc, 'CREATED'),
        ],
        result: group,
      };
    },
    () => notUnique('id'),
  );
  return { status: 201, body: await view(parts, request, group) };
};

const read: Handler<UserParts> = async (parts, request) => {
  await readUser(parts, request);
  const { environmentId, doc } = await findMembership(parts, request);
  const group = found(await parts.store.get('user_groups', environmentId, doc.groupId));
  return ok(await view(parts, request, group));
};

const remove: Handler<UserParts> = async (parts, request) => {
  await commitOrRetry(parts.store, async () => {
    await readUser(parts, request);
    const row = await findMembership(parts, request);
    return {
      writes: [deleteRow('group_members', row), memberRecord(request, row.doc, 'DELETED')],
      result: undefined,
    };
  });
  return { status: 204 };
};

/** The groups that a group is in: none, and who reads a directory whole asks for them. */
const groupsOfGroup = (parts: UserParts): Operation[] =>
  actionsOf(
    parts,
    {
      tag: 'Groups',
      path: `${ENVIRONMENT}/groups/{groupID}/memberOfGroups`,
      permission: 'read:group',
      responses: { 200: listOf('groupMemberships', Membership) },
    },
    {
      readGroupNesting: {
        method: 'GET',
        summary: 'List the groups of a group',
        description: 'None: groups are not nested here.',
        async handle({ store, links }, request) {
          const environmentId = environmentOf(request);
          const { groupID = '' } = request.params;
          const { id } = found(await store.get('user_groups', environmentId, groupID));
          const self = links.api(environmentId, `/groups/${id}/memberOfGroups`);
          return ok(wholeList(self, 'groupMemberships', []));
        },
      },
    },
  );

export function memberOfGroupOperations(parts: UserParts): Operation[] {
  const ofUser = resourceOperations(
    parts,
    {
      path: `${ENVIRONMENT}/users/{userID}/memberOfGroups`,
      name: 'MemberOfGroup',
      idParameter: 'groupID',
      tag: 'Groups',
      words: ['a group of a user', 'groups of a user'],
      permission: 'group',
      schemas: { body: Reference, one: Membership },
    },
    { list, create, read, delete: remove },
    {
      list: {
        description: 'In the order in which the user came into them.',
        responses: { 200: listOf('groupMemberships', Membership) },
      },
      create: {
        summary: 'Add a user to a group',
        description: 'A group of a population takes its users only.',
        example: { id: '6a2e8ba0-b0ac-4cb5-8f91-3f6a0b4f8d77' },
      },
      read: { query: EXPAND, description: '404 where the user isn’t in the group.' },
      delete: { summary: 'Remove a user from a group', description: 'Both stay.' },
    },
  );
  return [...ofUser, ...groupsOfGroup(parts)];
}
