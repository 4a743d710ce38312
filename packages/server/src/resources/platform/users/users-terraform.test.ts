/** Users as the platform's Terraform provider makes, reads, changes and removes them; contract platform §1.2. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { errorOf, invalidData, type Reply } from '../../../testing/client.ts';
import { assertHas } from '../../../testing/round-trip.ts';
import { aUser } from '../../../testing/scenario.ts';
import { startTestServer, type TestServer } from '../../../testing/server.ts';

interface Plan {
  user: Record<string, unknown> & { population: { id: string } };
  enabled: boolean;
  mfaEnabled: boolean;
  locked: boolean;
}

describe('users of a declarative client', () => {
  let server: TestServer;
  let populations: { id: string }[];

  before(async () => {
    server = await startTestServer();
    const made = await server.api('/populations', { body: { name: 'Shop' } });
    const { body } = await server.api('/populations');
    populations = [{ id: body._embedded.populations[0].id }, { id: made.body.id }];
  });
  after(() => server?.close());

  /** The client adds one of its own, and sends no body or the word `null`. */
  const lockTypes = (action: string) => [
    'application/json',
    `application/vnd.pingidentity.account.${action}+json`,
  ];
  async function setLocked(id: string, locked: boolean): Promise<void> {
    for (const body of ['null', undefined]) {
      for (const types of [lockTypes('lock'), lockTypes('lock').toReversed()]) {
        const type = types.map((one) => (locked ? one : one.replace('.lock+', '.unlock+')));
        const reply = await server.api(`/users/${id}`, {
          method: 'POST',
          headers: { 'content-type': type },
          ...(body === undefined ? {} : { body }),
        });
        assert.deepEqual(
          [reply.status, reply.body.account.status],
          [200, locked ? 'LOCKED' : 'OK'],
          reply.text,
        );
      }
    }
  }

  async function setStates(id: string, { enabled, mfaEnabled, locked }: Plan): Promise<void> {
    for (const [name, value] of Object.entries({ enabled, mfaEnabled })) {
      const body = { [name]: value };
      const reply = await server.api(`/users/${id}/${name}`, { method: 'PUT', body });
      assert.deepEqual([reply.status, reply.body[name]], [200, value]);
    }
    await setLocked(id, locked);
  }

  async function assertPlanned(id: string, plan: Plan): Promise<Reply['body']> {
    const { body } = await server.api(`/users/${id}`);
    const { lifecycle: _lifecycle, ...user } = plan.user;
    assertHas(body, user);
    const { enabled, mfaEnabled, locked } = plan;
    assert.deepEqual([body.enabled, body.mfaEnabled], [enabled, mfaEnabled]);
    assert.equal(body.account.status, locked ? 'LOCKED' : 'OK');
    assert.equal(body.account.canAuthenticate, enabled && !locked);
    const state = await server.api(`/users/${id}/enabled`);
    assert.equal(state.body.enabled, enabled);
    return body;
  }

  async function update(id: string, plan: Plan): Promise<Reply['body']> {
    const reply = await server.api(`/users/${id}`, { method: 'PUT', body: plan.user });
    assert.equal(reply.status, 200, reply.text);
    await setStates(id, plan);
    const body = plan.user.population;
    const moved = await server.api(`/users/${id}/population`, { method: 'PUT', body });
    assert.deepEqual([moved.status, moved.body.id], [200, body.id]);
    return assertPlanned(id, plan);
  }

  test('least, most and least again: what is read is what was sent', async () => {
    const [first = { id: '' }, second = { id: '' }] = populations;
    const least: Plan = {
      user: { username: randomUUID(), email: 'noreply@shop.example', population: first },
      enabled: true,
      mfaEnabled: false,
      locked: false,
    };
    const most: Plan = {
      user: {
        ...least.user,
        population: second,
        email: 'kaisa@shop.example',
        name: {
          given: 'Kaisa',
          family: 'Virtanen',
          middle: 'M',
          formatted: 'Dr Kaisa M Virtanen IV',
          honorificPrefix: 'Dr',
          honorificSuffix: 'IV',
        },
        address: {
          streetAddress: '1 Shop Street',
          locality: 'Espoo',
          region: 'Uusimaa',
          postalCode: '02100',
          countryCode: 'FI',
        },
        externalId: 'x-1',
        identityProvider: { id: randomUUID(), type: 'LINKEDIN' },
        lifecycle: { status: 'VERIFICATION_REQUIRED', suppressVerificationCode: true },
        locale: 'es-419',
        mobilePhone: '+1 555-4796',
        nickname: 'Kaisu',
        photo: { href: 'https://shop.example/kaisa.png' },
        preferredLanguage: 'en-gb;q=0.8, en;q=0.7',
        primaryPhone: '+1 555-6842',
        timezone: 'America/Los_Angeles',
        title: 'Manager',
        type: 'customer',
        verifyStatus: 'ENABLED',
      },
      enabled: false,
      mfaEnabled: true,
      locked: true,
    };
    const made = await server.api('/users', {
      type: 'user.import',
      body: {
        ...least.user,
        lifecycle: { status: 'ACCOUNT_OK' },
        account: { canAuthenticate: true, status: 'OK' },
        password: { value: `a-password-${randomUUID()}`, forceChange: true },
        verifyStatus: 'NOT_INITIATED',
      },
    });
    assert.equal(made.status, 201, made.text);
    const { id } = made.body;
    await setStates(id, least);
    const before = await assertPlanned(id, least);
    assert.deepEqual(before.lifecycle, { status: 'ACCOUNT_OK' });
    const whole = await update(id, most);
    assert.deepEqual(whole.lifecycle, most.user.lifecycle);
    const same = await server.api(`/users/${id}`, { method: 'PUT', body: whole });
    const { updatedAt: _one, ...unchanged } = whole;
    assertHas(same.body, unchanged);
    const again = await update(id, least);
    for (const name of ['name', 'address', 'photo', 'title', 'type', 'externalId', 'locale']) {
      assert.equal(name in again, false, name);
    }
    assert.equal((await server.api(`/users/${id}`, { method: 'DELETE' })).status, 204);
    for (const path of ['', '/enabled', '/mfaEnabled', '/population']) {
      const gone = await server.api(`/users/${id}${path}`);
      assert.deepEqual([gone.status, gone.body.code], [404, 'NOT_FOUND'], path);
    }
  });

  test('are imported whole in one request', async () => {
    const [, population] = populations;
    const sent = {
      username: randomUUID(),
      population,
      lifecycle: { status: 'VERIFICATION_REQUIRED', suppressVerificationCode: true },
      enabled: true,
      mfaEnabled: true,
      externalId: 'x',
    };
    const { body } = await server.api('/users', { type: 'user.import', body: sent });
    assertHas(body, sent);
    assertHas((await server.api(`/users/${body.id}`)).body, sent);
  });

  test('are found one by one', async () => {
    const user = await aUser(server);
    for (const filter of [
      `(username eq "${user.username}")`,
      `(email eq "${user.email}")`,
      `(id eq "${user.id}")`,
    ]) {
      const { body } = await server.api(`/users?filter=${encodeURIComponent(filter)}`);
      assert.deepEqual([body.count, body._embedded.users[0].id], [1, user.id], filter);
    }
  });

  test('come with their population where that is asked for', async () => {
    const [, population = { id: '' }] = populations;
    const user = await aUser(server, { population });
    const whole = (await server.api(`/populations/${population.id}`)).body;
    const { userCount: _count, ...expected } = whole;
    const one = await server.api(`/users/${user.id}?expand=population`);
    assert.deepEqual(one.body._embedded.population, expected);
    const list = await server.api('/users?expand=population&limit=200');
    for (const row of list.body._embedded.users) {
      assert.equal(row._embedded.population.id, row.population.id);
    }
    for (const path of [`/users/${user.id}`, '/users']) {
      const refused = await server.api(`${path}?expand=devices`);
      assert.deepEqual(errorOf(refused), invalidData('INVALID_VALUE', 'expand'));
      assert.deepEqual(refused.body.details[0].innerError.allowedValues, ['population']);
    }
  });

  test('are refused with the name of what is wrong', async () => {
    const { username } = await aUser(server);
    const cases: [object, string, string][] = [
      [{}, 'REQUIRED_VALUE', 'username'],
      [{ username: 'x', email: 'nobody' }, 'INVALID_VALUE', 'email'],
      [{ username: 'x', population: { id: randomUUID() } }, 'NOT_FOUND', 'population.id'],
      [{ username: 'x', lifecycle: { status: 'NEW' } }, 'INVALID_VALUE', 'lifecycle.status'],
      [{ username: 'x', account: { status: 'OPEN' } }, 'INVALID_VALUE', 'account.status'],
      [{ username: 'x', verifyStatus: 'MAYBE' }, 'INVALID_VALUE', 'verifyStatus'],
      [{ username: 'x', enabled: 'yes' }, 'INVALID_VALUE', 'enabled'],
      [{ username: 'x', name: { given: 1 } }, 'INVALID_VALUE', 'name.given'],
      [{ username: 'x', photo: 'kaisa.png' }, 'INVALID_VALUE', 'photo'],
    ];
    for (const [body, detail, target] of cases) {
      const reply = await server.api('/users', { type: 'user.import', body });
      assert.deepEqual(errorOf(reply), invalidData(detail, target), reply.text);
    }
    const twice = await server.api('/users', { type: 'user.import', body: { username } });
    assert.deepEqual(errorOf(twice), {
      status: 409,
      code: 'UNIQUENESS_VIOLATION',
      detail: 'UNIQUENESS_VIOLATION',
      target: 'username',
    });
    const { id } = await aUser(server);
    const put = (path: string, body: object) =>
      server.api(`/users/${id}/${path}`, { method: 'PUT', body });
    const states: [string, object, string, string][] = [
      ['population', {}, 'REQUIRED_VALUE', 'id'],
      ['population', { id: randomUUID() }, 'NOT_FOUND', 'population.id'],
      ['enabled', {}, 'REQUIRED_VALUE', 'enabled'],
      ['enabled', { enabled: 'yes' }, 'INVALID_VALUE', 'enabled'],
      ['mfaEnabled', { mfaEnabled: null }, 'REQUIRED_VALUE', 'mfaEnabled'],
    ];
    for (const [path, body, detail, target] of states) {
      assert.deepEqual(errorOf(await put(path, body)), invalidData(detail, target), path);
    }
  });

  test('have no password, session or linked account here', async () => {
    const { id } = await aUser(server);
    for (const part of [
      'password',
      'sessions',
      'linkedAccounts',
      'verifyTransactions',
      'agreementConsents',
      'credentials',
      'idVerification',
    ]) {
      const reply = await server.api(`/users/${id}/${part}`);
      assert.deepEqual([reply.status, reply.body.code], [404, 'NOT_FOUND'], part);
    }
  });

  test('take no attribute that they don’t have, and say so', async () => {
    const body = { username: randomUUID(), shirtSize: 'XL' };
    const reply = await server.api('/users', { body });
    assert.equal(reply.status, 201);
    assert.equal('shirtSize' in reply.body, false);
    assert.match(String(reply.headers['ignored-properties']), /shirtSize/);
  });
});
