/** Groups, and who is in them. */
import type { Shape } from '../shape.ts';
import { type Documented, HEAD, listOf, manyOf, plain, removed, users } from './documented.ts';

const MEMBERSHIP: Shape = { ...HEAD, name: 'text', type: 'text' };

export const GROUP_REQUESTS: readonly Documented[] = [
  ...plain({
    title: 'Group',
    titles: 'Groups',
    path: '/groups',
    name: 'groups',
    sent: { name: 'Staff' },
    changed: { name: 'Staff', description: 'Who works here', externalId: 's-1' },
    shape: {
      name: 'text',
      displayName: 'text',
      'description?': 'text',
      'externalId?': 'text',
      'population?': 'reference',
      directMemberCounts: { users: 'number' },
      totalMemberCounts: { users: 'number' },
    },
  }),
  {
    page: 'Add User to Group',
    method: 'POST',
    path: (world) => `${users(world)}/memberOfGroups`,
    body: ({ groupsId }) => ({ id: groupsId }),
    status: 201,
    shape: MEMBERSHIP,
  },
  {
    page: 'Read One Group Membership for User',
    method: 'GET',
    path: (world) => `${users(world)}/memberOfGroups/${world.groupsId}`,
    status: 200,
    shape: MEMBERSHIP,
  },
  {
    page: 'Read All Group Memberships for User',
    method: 'GET',
    path: (world) => `${users(world)}/memberOfGroups?expand=group`,
    status: 200,
    shape: listOf('groupMemberships', { ...MEMBERSHIP, _embedded: 'object' }),
  },
  {
    page: 'Read All Users in a Group',
    method: 'GET',
    path: ({ groupsId }) =>
      `/users?filter=${encodeURIComponent(`memberOfGroups[id eq "${groupsId}"]`)}`,
    status: 200,
    shape: manyOf('users'),
    keep({ count, _embedded }, { userId }) {
      if (count !== 1 || _embedded.users[0].id !== userId) throw new Error('Not the one member.');
    },
  },
  {
    page: 'Read Group Nesting',
    method: 'GET',
    path: ({ groupsId }) => `/groups/${groupsId}/memberOfGroups`,
    status: 200,
    shape: manyOf('groupMemberships'),
  },
  {
    page: 'Remove User from Group',
    method: 'DELETE',
    path: (world) => `${users(world)}/memberOfGroups/${world.groupsId}`,
    status: 204,
  },
  removed('Group', '/groups', 'groups'),
];
