/** Groups and who is in them, over HTTP; contract platform §1.8. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { errorOf, invalidData, type Reply } from '../../../testing/client.ts';
import { DIALECTS } from '../../../testing/postgres.ts';
import { assertHas, roundTrip } from '../../../testing/round-trip.ts';
import { actionsOf, aUser, found, type TestUser } from '../../../testing/scenario.ts';
import { startTestServerOn, type TestServer } from '../../../testing/server.ts';
import { whereIs } from '../../kit/rows.ts';

for (const dialect of DIALECTS) {
  describe(`groups on ${dialect}`, () => {
    let server: TestServer;
    before(async () => {
      server = await startTestServerOn(dialect);
    });
    after(() => server?.close());

    const post = (body: object) => server.api('/groups', { body });
    const put = (id: string, body: object) => server.api(`/groups/${id}`, { method: 'PUT', body });
    async function aGroup(more: object = {}): Promise<Reply['body']> {
      const reply = await post({ name: randomUUID(), ...more });
      assert.equal(reply.status, 201, reply.text);
      return reply.body;
    }
    async function aPopulation(): Promise<{ id: string }> {
      const { body } = await server.api('/populations', { body: { name: randomUUID() } });
      return { id: body.id };
    }
    const members = ({ id }: { id: string }) => `/users/${id}/memberOfGroups`;
    const add = (user: { id: string }, { id }: { id: string }) =>
      server.api(members(user), { body: { id } });
    const leave = (user: { id: string }, { id }: { id: string }) =>
      server.api(`${members(user)}/${id}`, { method: 'DELETE' });
    const idsOf = async (user: { id: string }): Promise<string[]> => {
      const { body } = await server.api(members(user));
      return body._embedded.groupMemberships.map(({ id }: { id: string }) => id);
    };
    const countRows = (column: 'user_id' | 'group_id', id: string) =>
      server.server.parts.store.count('group_members', server.environmentId, whereIs(column, id));

    test('come back as they were sent, least and most', async () => {
      const population = await aPopulation();
      const name = `Testers ${randomUUID()}`;
      const least = { name, population };
      const most = {
        ...least,
        description: 'They see what is new',
        externalId: 'x-1',
        customData: { colour: 'red', seats: { count: 3, free: null } },
        userFilter: 'email ew "@shop.example" and title eq "Manager"',
      };
      const { made, replaced } = await roundTrip(server.api, '/groups', {
        post: least,
        put: { ...most, customData: { colour: 'red', seats: { count: 3 } } },
      });
      for (const property of ['description', 'externalId', 'customData', 'userFilter']) {
        assert.equal(property in made, false, property);
      }
      assertHas(made, {
        displayName: name,
        environment: { id: server.environmentId },
        directMemberCounts: { users: 0 },
        totalMemberCounts: { users: 0 },
      });
      const same = await put(replaced.id, replaced);
      const { updatedAt: _one, ...before } = replaced;
      const { updatedAt: _other, ...after } = same.body;
      assert.deepEqual(after, before, 'what GET gave changes nothing');
      const again = await put(replaced.id, { name });
      assert.equal('description' in again.body || 'userFilter' in again.body, false);
      assert.deepEqual(again.body.population, population, 'where it was made it stays');
      assert.deepEqual(await actionsOf(server, `resources.id eq "${made.id}"`), [
        'GROUP.UPDATED',
        'GROUP.UPDATED',
        'GROUP.UPDATED',
        'GROUP.CREATED',
      ]);
    });

    test('are gone once they are deleted', async () => {
      const { id } = await aGroup();
      assert.equal((await server.api(`/groups/${id}`, { method: 'DELETE' })).status, 204);
      for (const options of [{}, { method: 'DELETE' }, { method: 'PUT', body: { name: 'x' } }]) {
        const reply = await server.api(`/groups/${id}`, options);
        assert.deepEqual([reply.status, reply.body.code], [404, 'NOT_FOUND']);
      }
    });

    test('have one name in the environment, or in each population', async () => {
      const [one, other] = [await aPopulation(), await aPopulation()];
      const taken = { detail: 'UNIQUENESS_VIOLATION', target: 'name', status: 409 };
      const { name } = await aGroup();
      assertHas(errorOf(await post({ name })), taken);
      assertHas(errorOf(await post({ name, population: one })), taken);
      const shared = await aGroup({ population: one });
      assertHas(errorOf(await post({ name: shared.name, population: one })), taken);
      assertHas(errorOf(await post({ name: shared.name })), taken);
      await aGroup({ name: shared.name, population: other });
      const renamed = await aGroup({ population: one });
      assertHas(errorOf(await put(renamed.id, { name: shared.name })), taken);
      assertHas(errorOf(await put(renamed.id, { name })), taken);
    });

    test('refuse what is no group, by its name', async () => {
      const { id } = await aGroup();
      const cases: [object, string, string][] = [
        [{}, 'REQUIRED_VALUE', 'name'],
        [{ name: '' }, 'EMPTY_VALUE', 'name'],
        [{ name: 1 }, 'INVALID_VALUE', 'name'],
        [{ name: 'x', population: { id: randomUUID() } }, 'NOT_FOUND', 'population.id'],
        [{ name: 'x', population: {} }, 'REQUIRED_VALUE', 'population.id'],
        [{ name: 'x', customData: 'red' }, 'INVALID_VALUE', 'customData'],
      ];
      for (const [body, detail, target] of cases) {
        assert.deepEqual(errorOf(await post(body)), invalidData(detail, target));
      }
      const moved = await put(id, { name: 'x', population: await aPopulation() });
      assert.deepEqual(errorOf(moved), invalidData('INVALID_VALUE', 'population.id'));
    });

    test('are found by every documented filter', async () => {
      const population = await aPopulation();
      const externalId = `x-${randomUUID()}`;
      const group = await aGroup({ name: `Über ${randomUUID()}`, externalId, population });
      for (const filter of [
        `id eq "${group.id}"`,
        `name eq "${group.name.toUpperCase()}"`,
        `name sw "${group.name.slice(0, 20)}"`,
        `displayName sw "${group.name.slice(0, 20)}"`,
        `externalId eq "${externalId}"`,
        `externalId sw "${externalId.slice(0, -1)}"`,
        `population.id eq "${population.id}"`,
      ]) {
        const groups = await found(server, 'groups', filter);
        assert.deepEqual(groups, [group], filter);
      }
      const refused = await server.api(`/groups?filter=${encodeURIComponent('userFilter pr')}`);
      assert.equal(errorOf(refused).detail, 'INVALID_FILTER');
    });

    test('keep their population where it is', async () => {
      const population = await aPopulation();
      const group = await aGroup({ population });
      const path = `/populations/${population.id}`;
      const kept = await server.api(path, { method: 'DELETE' });
      assert.deepEqual([kept.status, kept.body.code], [400, 'REQUEST_FAILED']);
      await server.api(`/groups/${group.id}`, { method: 'DELETE' });
      assert.equal((await server.api(path, { method: 'DELETE' })).status, 204);
    });

    test('a user comes into a group, and leaves it', async () => {
      const user = await aUser(server);
      const [one, other] = [await aGroup({ description: 'first' }), await aGroup()];
      const made = await add(user, one);
      assert.equal(made.status, 201, made.text);
      const { _links, ...membership } = made.body;
      assert.deepEqual(membership, {
        id: one.id,
        environment: { id: server.environmentId },
        name: one.name,
        type: 'DIRECT',
      });
      assert.ok(_links.self.href.endsWith(`${members(user)}/${one.id}`));
      const path = `${members(user)}/${one.id}`;
      assert.deepEqual((await server.api(path)).body, made.body);
      await add(user, other);
      assert.deepEqual(await idsOf(user), [one.id, other.id]);
      const expanded = await server.api(`${members(user)}?expand=group&limit=1`);
      assert.deepEqual([expanded.body.count, expanded.body.size], [2, 1]);
      const [{ _embedded }] = expanded.body._embedded.groupMemberships;
      const whole = (await server.api(`/groups/${one.id}`)).body;
      assert.deepEqual(_embedded.group, whole);
      assert.deepEqual(whole.directMemberCounts, { users: 1 });
      assert.deepEqual(whole.totalMemberCounts, { users: 1 });
      assert.equal((await leave(user, one)).status, 204);
      for (const reply of [await leave(user, one), await server.api(path)]) {
        assert.deepEqual([reply.status, reply.body.code], [404, 'NOT_FOUND']);
      }
      assert.deepEqual(await idsOf(user), [other.id]);
      assert.deepEqual((await actionsOf(server, `user.id eq "${user.id}"`)).slice(0, 3), [
        'MEMBER_OF_GROUP.DELETED',
        'MEMBER_OF_GROUP.CREATED',
        'MEMBER_OF_GROUP.CREATED',
      ]);
    });

    test('a user comes into a group once, and into none that isn’t theirs', async () => {
      const user = await aUser(server);
      const group = await aGroup();
      await add(user, group);
      assert.deepEqual(errorOf(await add(user, group)), {
        status: 409,
        code: 'UNIQUENESS_VIOLATION',
        detail: 'UNIQUENESS_VIOLATION',
        target: 'id',
      });
      assert.deepEqual(
        errorOf(await add(user, { id: randomUUID() })),
        invalidData('NOT_FOUND', 'id'),
      );
      const elsewhere = await aGroup({ population: await aPopulation() });
      assert.deepEqual(errorOf(await add(user, elsewhere)), invalidData('INVALID_VALUE', 'id'));
      assert.equal((await add({ id: randomUUID() }, group)).status, 404);
      assert.equal((await server.api(members({ id: randomUUID() }))).status, 404);
      const expand = await server.api(`${members(user)}?expand=users`);
      assert.equal(errorOf(expand).target, 'expand');
    });

    test('are told with the user where that is asked for', async () => {
      const user = await aUser(server);
      const [one, other] = [await aGroup(), await aGroup()];
      for (const group of [one, other]) await add(user, group);
      const read = async (query: string) => (await server.api(`/users/${user.id}${query}`)).body;
      const plain = await read('');
      assert.equal('memberOfGroupIDs' in plain || 'memberOfGroupNames' in plain, false);
      const both = await read('?include=memberOfGroupIDs,memberOfGroupNames');
      assert.deepEqual(both.memberOfGroupIDs, [one.id, other.id]);
      assert.deepEqual(both.memberOfGroupNames, [one.name, other.name]);
      await put(one.id, { name: `${one.name}!` });
      const names = await read('?include=memberOfGroupNames');
      assert.deepEqual(names.memberOfGroupNames, [`${one.name}!`, other.name]);
      const refused = await server.api(`/users/${user.id}?include=groups`);
      assert.deepEqual(errorOf(refused), invalidData('INVALID_VALUE', 'include'));
    });

    test('a deleted group has no members, and a deleted user no groups', async () => {
      const [user, other] = [await aUser(server), await aUser(server)];
      const [group, left] = [await aGroup(), await aGroup()];
      for (const one of [user, other]) for (const into of [group, left]) await add(one, into);
      await server.api(`/groups/${group.id}`, { method: 'DELETE' });
      assert.equal(await countRows('group_id', group.id), 0);
      assert.deepEqual(await idsOf(user), [left.id]);
      await server.api(`/users/${user.id}`, { method: 'DELETE' });
      assert.equal(await countRows('user_id', user.id), 0);
      const { body } = await server.api(`/groups/${left.id}`);
      assert.deepEqual(body.directMemberCounts, { users: 1 });
    });

    test('no membership outlives its user or its group, whoever is faster', async () => {
      const users: TestUser[] = await Promise.all(Array.from({ length: 8 }, () => aUser(server)));
      const groups = await Promise.all(Array.from({ length: 8 }, () => aGroup()));
      await Promise.all(
        users.flatMap((user, at) => {
          const group = groups[at] ?? { id: '' };
          return [
            ...groups.map((one) => add(user, one)),
            server.api(`/users/${user.id}`, { method: 'DELETE' }),
            ...(at % 2 ? [server.api(`/groups/${group.id}`, { method: 'DELETE' })] : []),
          ];
        }),
      );
      for (const { id } of users) assert.equal(await countRows('user_id', id), 0);
      for (const { id } of groups) assert.equal(await countRows('group_id', id), 0);
    });

    test('who moves to another population leaves the groups of the former one', async () => {
      const [from, to] = [await aPopulation(), await aPopulation()];
      const user = await aUser(server, { population: from });
      const [everybody, confined] = [await aGroup(), await aGroup({ population: from })];
      for (const group of [everybody, confined]) await add(user, group);
      const path = `/users/${user.id}/population`;
      const moved = await server.api(path, { method: 'PUT', body: to });
      assert.deepEqual([moved.status, moved.body.id], [200, to.id]);
      assert.deepEqual((await server.api(path)).body, moved.body);
      assert.deepEqual(await idsOf(user), [everybody.id]);
      const [first, second] = await actionsOf(server, `user.id eq "${user.id}"`);
      assert.deepEqual([first, second].sort(), ['MEMBER_OF_GROUP.DELETED', 'USER.MOVED']);
      await server.api(path, { method: 'PUT', body: to });
      assert.equal((await actionsOf(server, `user.id eq "${user.id}"`)).length, 5);
      const back = await server.api(`/users/${user.id}`, {
        method: 'PUT',
        body: { username: user.username, population: from },
      });
      assert.deepEqual(back.body.population, from);
      const types = await actionsOf(server, `user.id eq "${user.id}"`);
      assert.deepEqual(types.slice(0, 2).sort(), ['USER.MOVED', 'USER.UPDATED']);
    });

    test('find their members among the users', async () => {
      const group = await aGroup();
      const [inside, other, outside] = [
        await aUser(server),
        await aUser(server),
        await aUser(server),
      ];
      for (const user of [inside, other]) await add(user, group);
      await add(outside, await aGroup());
      const isMember = `memberOfGroups[id eq "${group.id}"]`;
      const idsBy = async (filter: string) =>
        (await found(server, 'users', filter)).map(({ id }: { id: string }) => id);
      assert.deepEqual(await idsBy(isMember), [inside.id, other.id]);
      assert.deepEqual(await idsBy(`memberOfGroups.id eq "${group.id}"`), [inside.id, other.id]);
      assert.deepEqual(await idsBy(`${isMember} and username eq "${other.username}"`), [other.id]);
      assert.deepEqual(await idsBy(`not (${isMember}) and id eq "${outside.id}"`), [outside.id]);
      const byPages = await server.api(`/users?limit=1&filter=${encodeURIComponent(isMember)}`);
      assert.deepEqual([byPages.body.count, byPages.body.size], [2, 1]);
      await leave(inside, group);
      assert.deepEqual(await idsBy(isMember), [other.id]);
      assert.deepEqual(await idsBy('memberOfGroups[id eq "none"]'), []);
    });

    test('that are deleted have no members from that moment on', async () => {
      const [group, user] = [await aGroup(), await aUser(server)];
      await add(user, group);
      // As a server leaves it that ends after the group and before its memberships.
      const { store } = server.server.parts;
      const row = await store.get('user_groups', server.environmentId, group.id);
      assert.ok(row);
      const { environmentId, id, version } = row;
      const deleted = { op: 'delete', table: 'user_groups', environmentId, id, version } as const;
      assert.deepEqual(await store.commit([deleted]), { committed: true });
      assert.equal(await countRows('group_id', group.id), 1);
      assert.deepEqual(await found(server, 'users', `memberOfGroups[id eq "${group.id}"]`), []);
    });

    test('aren’t nested, and have no roles', async () => {
      const { id } = await aGroup();
      const nested = await server.api(`/groups/${id}/memberOfGroups`);
      assert.equal(nested.status, 200, nested.text);
      assert.ok(nested.body._links.self.href.endsWith(`/groups/${id}/memberOfGroups`));
      const { _embedded, count, size } = nested.body;
      assert.deepEqual([_embedded, count, size], [{ groupMemberships: [] }, 0, 0]);
      for (const [path, options, status, code] of [
        [`/groups/${randomUUID()}/memberOfGroups`, {}, 404, 'NOT_FOUND'],
        [`/groups/${id}/memberOfGroups`, { body: { id } }, 405, 'METHOD_NOT_ALLOWED'],
        [`/groups/${id}/roleAssignments`, {}, 404, 'NOT_FOUND'],
      ] as const) {
        const reply = await server.api(path, options);
        assert.deepEqual([reply.status, reply.body.code], [status, code], path);
      }
    });
  });
}
