import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, type TestContext, test } from 'node:test';
import { ROLES } from '../../kit/permissions.ts';
import { ORGANIZATION_ID } from '../roles/organization.ts';
import {
  ADMIN,
  applicationsOf,
  aWorker,
  createWorker,
  HOME,
  OTHER,
  POPULATION,
  PUBLIC_URL,
  startPlatform,
} from './testing-platform.ts';

const roleId = (name: string): string => {
  const role = ROLES.find((one) => one.name === name);
  assert.ok(role, name);
  return role.id;
};
const onEnvironment = (id = HOME) => ({ type: 'ENVIRONMENT', id });
const assignment = (name: string, scope: object = onEnvironment()) => ({
  role: { id: roleId(name) },
  scope,
});

async function start(context: TestContext) {
  const platform = await startPlatform(context);
  const token = await platform.tokenOf();
  const askAs =
    (caller: string) =>
    (path: string, method = 'GET', body?: object) =>
      platform.ask(path, { token: caller, method, ...(body ? { body } : {}) });
  /** An application with these roles, and how it asks. */
  async function actorWith(name: string, ...roles: ReturnType<typeof assignment>[]) {
    const { id, secret } = await createWorker(platform, token, { name });
    for (const role of roles) {
      const { status, body } = await askAs(token)(assignmentsOf(id), 'POST', role);
      assert.equal(status, 201, JSON.stringify(body));
    }
    return { id, ask: askAs(await platform.tokenOf(id, secret)) };
  }
  return { ...platform, token, asAdmin: askAs(token), actorWith };
}

const pathOf = (id: string) => `${applicationsOf()}/${id}`;
const assignmentsOf = (id: string) => `${pathOf(id)}/roleAssignments`;
const isForbidden = ({ status, body }: { status: number; body: { code: string } }, name = '') =>
  assert.deepEqual([status, body.code], [403, 'ACCESS_FAILED'], name);

describe('roles', () => {
  test('are listed and read with what they allow', async (context) => {
    const { asAdmin } = await start(context);
    const { body } = await asAdmin('/v1/roles');
    assert.equal(body._links.self.href, `${PUBLIC_URL}/v1/roles`);
    assert.deepEqual([body.count, body.size], [ROLES.length, ROLES.length]);
    const [first] = body._embedded.roles;
    assert.equal(first.name, 'Organization Admin');
    assert.deepEqual(first.applicableTo, ['ORGANIZATION']);
    const permission = {
      id: 'orgmgt:create:environment',
      classifier: 'environment',
      description: 'Create environment',
    };
    assert.deepEqual(
      first.permissions.find(({ id }: { id: string }) => id === permission.id),
      permission,
    );
    const reader = body._embedded.roles.find(
      ({ name }: { name: string }) => name === 'Configuration Read Only',
    );
    assert.ok(reader.permissions.every(({ id }: { id: string }) => /^\w+:read:\w+$/.test(id)));
    const ids = first.permissions.map(({ id }: { id: string }) => id);
    assert.ok(ids.includes('permissions:read:userRoleAssignments'));
    const owner = body._embedded.roles.find(
      ({ name }: { name: string }) => name === 'Application Owner',
    );
    assert.ok(owner.applicableTo.includes('APPLICATION'));
    assert.deepEqual((await asAdmin(`/v1/roles/${first.id}`)).body, first);
    assert.equal((await asAdmin(`/v1/roles/${randomUUID()}`)).status, 404);
  });
});

describe('roles of an environment', () => {
  test('are the built-in ones: there are no custom roles', async (context) => {
    const { asAdmin } = await start(context);
    const path = `/v1/environments/${HOME}/roles`;
    const ask = (filter: string) => asAdmin(`${path}?filter=${encodeURIComponent(filter)}`);
    const { body } = await asAdmin(path);
    assert.deepEqual([body.count, body.size], [ROLES.length, ROLES.length]);
    assert.equal(body._links.self.href, PUBLIC_URL + path);
    assert.equal((await ask('type eq "CUSTOM"')).body.count, 0);
    assert.deepEqual((await ask('type eq "CUSTOM"')).body._embedded, { roles: [] });
    assert.equal((await ask('type eq "PLATFORM"')).body.count, ROLES.length);
    assert.equal((await ask('not (type eq "PLATFORM")')).body.count, 0);
    assert.equal((await ask('type eq "CUSTOM" or type eq "platform"')).body.count, ROLES.length);
    for (const filter of ['name eq "a"', 'type sw "C"', 'type']) {
      const refused = (await ask(filter)).body;
      assert.equal(refused.details[0].code, 'INVALID_FILTER', filter);
      assert.equal(refused.details[0].target, 'filter', filter);
    }
    const made = await asAdmin(path, 'POST', { name: 'Own' });
    assert.deepEqual([made.status, made.body.code], [405, 'METHOD_NOT_ALLOWED']);
  });
});

describe('a role on one application', () => {
  test('reaches that application and nothing else', async (context) => {
    const { asAdmin, actorWith } = await start(context);
    const { id: own } = await actorWith('own');
    const { id: other } = await actorWith('other');
    const scope = { type: 'APPLICATION', id: own };
    const owner = await actorWith('owner', assignment('Application Owner', scope));
    const { status, body } = await owner.ask(pathOf(own));
    assert.equal(status, 200);
    assert.equal((await owner.ask(`${pathOf(own)}/secret`)).status, 200);
    const put = await owner.ask(pathOf(own), 'PUT', { ...body, description: 'Owned' });
    assert.equal(put.body.description, 'Owned');
    isForbidden(await owner.ask(pathOf(other)));
    isForbidden(await owner.ask(`${pathOf(other)}/secret`));
    isForbidden(await owner.ask(applicationsOf()));
    isForbidden(await owner.ask(applicationsOf(), 'POST', aWorker()));
    isForbidden(await owner.ask(`${applicationsOf(OTHER)}/${own}`));
    isForbidden(await owner.ask(`/v1/environments/${HOME}/applications/${own}/roleAssignments`));
    const admin = await actorWith('admin', assignment('Environment Admin'));
    const given = assignment('Application Owner', { type: 'APPLICATION', id: other });
    assert.equal((await admin.ask(assignmentsOf(own), 'POST', given)).status, 201);
    isForbidden(await owner.ask(assignmentsOf(own), 'POST', given));
    const nowhere = assignment('Application Owner', { type: 'APPLICATION', id: randomUUID() });
    const refused = await asAdmin(assignmentsOf(other), 'POST', nowhere);
    assert.deepEqual([refused.status, refused.body.details[0].target], [400, 'scope.id']);
  });
});

describe('a role assignment', () => {
  test('is made, read, listed and deleted', async (context) => {
    const { asAdmin, actorWith } = await start(context);
    const { id: application } = await actorWith('worker');
    const path = assignmentsOf(application);
    const created = await asAdmin(path, 'POST', {
      ...assignment('Environment Admin'),
      readOnly: true,
      id: randomUUID(),
    });
    assert.equal(created.status, 201);
    const { id, _links, ...shown } = created.body;
    assert.equal(_links.self.href, `${PUBLIC_URL}${path}/${id}`);
    assert.deepEqual(shown, {
      environment: { id: HOME },
      application: { id: application },
      ...assignment('Environment Admin'),
      readOnly: false,
    });
    assert.deepEqual((await asAdmin(`${path}/${id}`)).body, created.body);
    assert.deepEqual((await asAdmin(path)).body._embedded.roleAssignments, [created.body]);
    const again = await asAdmin(path, 'POST', assignment('Environment Admin'));
    assert.deepEqual([again.status, again.body.code], [409, 'UNIQUENESS_VIOLATION']);
    assert.equal((await asAdmin(`${assignmentsOf(ADMIN)}/${id}`)).status, 404);
    assert.equal((await asAdmin(`${path}/${id}`, 'DELETE')).status, 204);
    assert.equal((await asAdmin(`${path}/${id}`)).status, 404);
  });

  test('names a role and a scope that fit each other and exist', async (context) => {
    const { asAdmin, actorWith } = await start(context);
    const { id } = await actorWith('worker');
    const identity = 'Identity Data Admin';
    const cases: [object, number, string?][] = [
      [{ role: { id: randomUUID() }, scope: onEnvironment() }, 400, 'role.id'],
      [{ scope: onEnvironment() }, 400, 'role'],
      [assignment('Organization Admin'), 400, 'scope.type'],
      [assignment('Environment Admin', { type: 'POPULATION', id: POPULATION }), 400, 'scope.type'],
      [assignment(identity, { type: 'APPLICATION', id: ADMIN }), 400, 'scope.type'],
      [assignment(identity, onEnvironment(randomUUID())), 400, 'scope.id'],
      [assignment(identity, { type: 'POPULATION', id: randomUUID() }), 400, 'scope.id'],
      [assignment(identity, { type: 'ORGANIZATION', id: HOME }), 400, 'scope.id'],
      [assignment(identity, { type: 'POPULATION', id: POPULATION }), 201],
      [assignment(identity, { type: 'ORGANIZATION', id: ORGANIZATION_ID }), 201],
    ];
    for (const [body, status, target] of cases) {
      const answer = await asAdmin(assignmentsOf(id), 'POST', body);
      assert.equal(answer.status, status, JSON.stringify(body));
      assert.equal(answer.body.details?.[0].target, target, JSON.stringify(answer.body));
    }
    const web = await asAdmin(applicationsOf(), 'POST', aWorker({ name: 'web', type: 'WEB_APP' }));
    const answer = await asAdmin(assignmentsOf(web.body.id), 'POST', assignment(identity));
    assert.deepEqual([answer.status, answer.body.details[0].code], [400, 'CONSTRAINT_VIOLATION']);
  });

  test('hands out what the roles of the giver say, where the giver has them', async (context) => {
    const { actorWith } = await start(context);
    const { id } = await actorWith('worker');
    const home = await actorWith('home', assignment('Environment Admin'));
    const refused = [
      assignment('Environment Admin', onEnvironment(OTHER)),
      assignment('Identity Data Admin', onEnvironment(OTHER)),
      assignment('Environment Admin', { type: 'ORGANIZATION', id: ORGANIZATION_ID }),
      assignment('Organization Admin', { type: 'ORGANIZATION', id: ORGANIZATION_ID }),
      // Whether there is such an environment isn't told to those who may not ask.
      assignment('Environment Admin', onEnvironment(randomUUID())),
    ];
    for (const body of refused) {
      isForbidden(await home.ask(assignmentsOf(id), 'POST', body), JSON.stringify(body));
    }
    // All but Organization Admin; the platform's "Roles and Permissions in PingOne".
    for (const name of ['Environment Admin', 'Identity Data Read Only', 'DaVinci Admin']) {
      const given = await home.ask(assignmentsOf(id), 'POST', assignment(name));
      assert.equal(given.status, 201, name);
    }
    isForbidden(await home.ask(assignmentsOf(home.id), 'POST', assignment('Environment Admin')));

    const people = { type: 'POPULATION', id: POPULATION };
    const data = await actorWith('data', assignment('Identity Data Admin'));
    for (const name of ['Identity Data Admin', 'Identity Data Read Only', 'Help Desk Admin']) {
      const given = await data.ask(assignmentsOf(id), 'POST', assignment(name, people));
      assert.equal(given.status, 201, name);
    }
    for (const name of ['Environment Admin', 'Client Application Developer', 'DaVinci Admin']) {
      isForbidden(await data.ask(assignmentsOf(id), 'POST', assignment(name)), name);
    }
    const onPeople = await actorWith('people', assignment('Identity Data Admin', people));
    isForbidden(await onPeople.ask(assignmentsOf(id), 'POST', assignment('Help Desk Admin')));
    const developer = await actorWith('developer', assignment('Client Application Developer'));
    const own = assignment('Client Application Developer');
    isForbidden(await developer.ask(assignmentsOf(id), 'POST', own), 'no right to assign');
  });

  test('is taken away only by others who have it too', async (context) => {
    const { asAdmin, actorWith } = await start(context);
    const home = await actorWith('home', assignment('Environment Admin'));
    const second = await actorWith('second', assignment('Environment Admin'));
    const list = async (ask: typeof home.ask, id: string) =>
      (await ask(assignmentsOf(id))).body._embedded.roleAssignments;
    const [own] = await list(home.ask, home.id);
    assert.equal(own.readOnly, true);
    isForbidden(await home.ask(`${assignmentsOf(home.id)}/${own.id}`, 'DELETE'), 'own');
    const [administrators] = await list(home.ask, ADMIN);
    assert.equal(administrators.readOnly, true);
    isForbidden(await home.ask(`${assignmentsOf(ADMIN)}/${administrators.id}`, 'DELETE'), 'more');
    const [equal] = await list(home.ask, second.id);
    assert.equal(equal.readOnly, false);
    assert.equal((await home.ask(`${assignmentsOf(second.id)}/${equal.id}`, 'DELETE')).status, 204);
    assert.equal((await second.ask(applicationsOf())).status, 403);
    assert.equal((await asAdmin(applicationsOf())).status, 200);
  });

  test('protects its application from those who have less', async (context) => {
    const { asAdmin, actorWith } = await start(context);
    const home = await actorWith('home', assignment('Environment Admin'));
    const stronger = await actorWith(
      'stronger',
      assignment('Identity Data Admin', onEnvironment(OTHER)),
    );
    const { body } = await asAdmin(pathOf(stronger.id));
    for (const id of [ADMIN, stronger.id]) {
      isForbidden(await home.ask(`${pathOf(id)}/secret`), 'read secret');
      isForbidden(await home.ask(`${pathOf(id)}/secret`, 'POST'), 'new secret');
      isForbidden(await home.ask(pathOf(id), 'PUT', { ...body, name: `x${id}` }), 'replace');
      isForbidden(await home.ask(pathOf(id), 'DELETE'), 'delete');
    }
    assert.equal((await home.ask(pathOf(stronger.id))).status, 200);
    assert.equal((await asAdmin(`${pathOf(stronger.id)}/secret`, 'POST')).status, 200);
  });

  test('is inherited by a worker from its maker unless that is turned off', async (context) => {
    const { asAdmin, actorWith, store } = await start(context);
    const scope = { type: 'POPULATION', id: POPULATION };
    const roles = [assignment('Environment Admin'), assignment('Identity Data Admin', scope)];
    const maker = await actorWith('maker', ...roles);
    const make = async (more: object) => {
      const { assignActorRoles: _, ...body } = aWorker(more);
      const created = await maker.ask(applicationsOf(), 'POST', { ...body, ...more });
      assert.equal(created.status, 201);
      const { id } = created.body;
      const list = await asAdmin(assignmentsOf(id));
      return list.body._embedded.roleAssignments.map(
        ({ role, scope }: ReturnType<typeof assignment>) => ({ role, scope }),
      );
    };
    const byRole = (one: (typeof roles)[number], other: (typeof roles)[number]) =>
      one.role.id < other.role.id ? -1 : 1;
    assert.deepEqual((await make({ name: 'heir' })).sort(byRole), roles.sort(byRole));
    assert.deepEqual(await make({ name: 'none', assignActorRoles: false }), []);
    assert.deepEqual(await make({ name: 'web', type: 'WEB_APP' }), []);
    const before = await store.count('role_assignments', HOME);
    const gone = await actorWith('gone', ...roles);
    assert.equal(await store.count('role_assignments', HOME), before + 2);
    assert.equal((await asAdmin(pathOf(gone.id), 'DELETE')).status, 204);
    assert.equal(await store.count('role_assignments', HOME), before);
  });
});
