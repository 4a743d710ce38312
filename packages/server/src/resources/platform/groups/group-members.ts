/** Which groups a user is in, and what becomes of that when the one or the other goes. */
import { GROUPS_OF_USER_MAX, MEMBERS_DELETED_AT_ONCE } from '../../../config/limits.ts';
import type { Condition, Store, Write } from '../../../storage/store.ts';
import { requestRecord } from '../../kit/activity.ts';
import type { OperationRequest } from '../../kit/operation.ts';
import { deleteRow, type Row, whereIs } from '../../kit/rows.ts';

type Reads = Pick<Store, 'get' | 'list'>;

/** The audit row of a user who comes into a group, or leaves it. */
export const memberRecord = (
  request: OperationRequest,
  { userId, groupId }: Row<'group_members'>['doc'],
  verb: 'CREATED' | 'DELETED',
): Write =>
  requestRecord(request, {
    action: `MEMBER_OF_GROUP.${verb}`,
    resource: { type: 'GROUP', id: groupId },
    userId,
  });

/** All memberships of a user. */
export const membershipsOf = (
  store: Reads,
  { environmentId, id }: { environmentId: string; id: string },
): Promise<Row<'group_members'>[]> =>
  store.list('group_members', environmentId, {
    where: whereIs('user_id', id),
    limit: GROUPS_OF_USER_MAX,
  });

/** The groups of a user; one that is being deleted isn't among them. */
export async function groupsOf(
  store: Reads,
  user: { environmentId: string; id: string },
): Promise<Row<'user_groups'>[]> {
  const memberships = await membershipsOf(store, user);
  const groups = await Promise.all(
    memberships.map(({ doc }) => store.get('user_groups', user.environmentId, doc.groupId)),
  );
  return groups.filter((group) => group !== undefined);
}

/** Users in a group. The memberships in one that is being deleted are shown to nobody. */
export function isInGroup(groupId: string): Condition {
  const group: Condition = {
    column: 'group_id',
    is: 'of',
    rows: { table: 'user_groups', column: 'id', where: whereIs('id', groupId) },
  };
  const where = { all: [whereIs('group_id', groupId), group] };
  return { column: 'id', is: 'of', rows: { table: 'group_members', column: 'user_id', where } };
}

/** Takes a user who moves to another population out of the groups of the former one. */
export async function leavePopulation(
  store: Reads,
  request: OperationRequest,
  user: { environmentId: string; id: string },
): Promise<Write[]> {
  const [memberships, groups] = await Promise.all([
    membershipsOf(store, user),
    groupsOf(store, user),
  ]);
  const confined = new Set(
    groups.filter(({ doc }) => doc.populationId !== undefined).map(({ id }) => id),
  );
  return memberships
    .filter(({ doc }) => confined.has(doc.groupId))
    .flatMap((row) => [deleteRow('group_members', row), memberRecord(request, row.doc, 'DELETED')]);
}

/** Deletes the memberships in a group that is gone: nobody can come into it any more. */
export async function deleteMembers(
  store: Pick<Store, 'list' | 'commit'>,
  environmentId: string,
  groupId: string,
): Promise<void> {
  for (;;) {
    const rows = await store.list('group_members', environmentId, {
      where: whereIs('group_id', groupId),
      limit: MEMBERS_DELETED_AT_ONCE,
    });
    if (rows.length === 0) return;
    // Where a user is deleted at the same time, what is left is read again.
    await store.commit(rows.map((row) => deleteRow('group_members', row)));
  }
}
