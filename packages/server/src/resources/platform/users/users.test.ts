/** Users over HTTP: the profile, the list, and what goes with a deleted user. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { errorOf } from '../../../testing/client.ts';
import { roundTrip } from '../../../testing/round-trip.ts';
import { actionsOf, aDevice, aUser, found } from '../../../testing/scenario.ts';
import { startTestServer, type TestServer } from '../../../testing/server.ts';

describe('users', () => {
  let server: TestServer;

  before(async () => {
    server = await startTestServer();
  });
  after(() => server?.close());

  const usernames = async (filter: string) =>
    (await found(server, 'users', filter)).map(({ username }) => username);
  const actions = (userId: string) => actionsOf(server, `user.id eq "${userId}"`);

  test('keep every documented property, in the default population', async () => {
    const profile = {
      username: `Kaisa-${randomUUID()}`,
      email: 'kaisa@shop.example',
      mobilePhone: '+358401234567',
      primaryPhone: '+358401234568',
      name: { given: 'Kaisa', family: 'Virtanen', middle: 'M', formatted: 'Kaisa M Virtanen' },
      nickname: 'Kaisu',
      title: 'Dr',
      preferredLanguage: 'fi',
      locale: 'fi-FI',
      timezone: 'Europe/Helsinki',
      externalId: 'x-1',
    };
    server.secret(profile.email);
    const made = await server.api('/users', { body: { ...profile, unknown: 1, id: randomUUID() } });
    assert.equal(made.status, 201, made.text);
    const { _links, id, environment, population, createdAt, updatedAt, ...rest } = made.body;
    assert.deepEqual(rest, {
      ...profile,
      enabled: true,
      mfaEnabled: true,
      account: { canAuthenticate: true, status: 'OK' },
      lifecycle: { status: 'ACCOUNT_OK' },
      emailVerified: false,
      identityProvider: { type: 'PING_ONE' },
      verifyStatus: 'NOT_INITIATED',
    });
    const populations = await server.api('/populations');
    assert.equal(population.id, populations.body._embedded.populations[0].id);
    assert.equal(environment.id, server.environmentId);
    assert.equal(createdAt, new Date(server.now()).toISOString());
    assert.equal(updatedAt, createdAt);
    assert.ok(_links.devices.href.endsWith(`/users/${id}/devices`));
    const read = await server.api(`/users/${id}`);
    assert.deepEqual(read.body, made.body);
    assert.deepEqual(await actions(id), ['USER.CREATED']);
  });

  test('come back as they were imported, and as they were replaced', async () => {
    const username = `import-${randomUUID()}`;
    const population = { id: (await server.api('/populations')).body._embedded.populations[0].id };
    const whole = {
      username,
      email: 'noreply@shop.example',
      population,
      name: { given: 'Kaisa', honorificPrefix: 'Dr.', honorificSuffix: 'IV' },
      address: {
        streetAddress: '1 Shop Street',
        locality: 'Espoo',
        region: 'Uusimaa',
        postalCode: '02100',
        countryCode: 'FI',
      },
      photo: { href: 'https://shop.example/kaisa.png' },
      type: 'customer',
      identityProvider: { id: randomUUID(), type: 'OTHER' },
      verifyStatus: 'ENABLED',
    };
    const account = { canAuthenticate: true, status: 'OK' };
    const lifecycle = { status: 'VERIFICATION_REQUIRED' };
    const { replaced } = await roundTrip(server.api, '/users', {
      type: 'user.import',
      post: { ...whole, account, lifecycle, mfaEnabled: true },
      put: { ...whole, type: 'staff', lifecycle: { status: 'ACCOUNT_OK' } },
    });
    assert.deepEqual([replaced.mfaEnabled, replaced.account], [true, account]);
    const bare = { username, population };
    const { body } = await server.api(`/users/${replaced.id}`, { method: 'PUT', body: bare });
    for (const name of ['email', 'name', 'address', 'photo', 'type']) {
      assert.equal(name in body, false, name);
    }
    assert.deepEqual(
      [body.verifyStatus, body.identityProvider],
      ['ENABLED', whole.identityProvider],
      'state stays as it was where a request says nothing of it',
    );
  });

  test('are imported with a password that is not kept, and locked where they are', async () => {
    const value = `a-password-${randomUUID()}`;
    server.secret(value);
    const post = async (more: object) => {
      const reply = await server.api('/users', {
        type: 'user.import',
        body: { username: randomUUID(), ...more },
      });
      assert.equal(reply.status, 201, reply.text);
      return reply;
    };
    const made = await post({
      password: { value, forceChange: true },
      lifecycle: { status: 'ACCOUNT_OK', suppressVerificationCode: true },
    });
    assert.equal(made.text.includes(value), false);
    assert.deepEqual(made.body.lifecycle, {
      status: 'ACCOUNT_OK',
      suppressVerificationCode: true,
    });
    const { store } = server.server.parts;
    const row = await store.get('users', server.environmentId, made.body.id);
    assert.equal(JSON.stringify(row).includes(value), false);
    for (const account of [{ status: 'LOCKED' }, { canAuthenticate: false }]) {
      const { body } = await post({ account });
      assert.deepEqual([body.account.canAuthenticate, body.account.status], [false, 'LOCKED']);
    }
    const disabled = await post({ enabled: false, account: { canAuthenticate: false } });
    assert.deepEqual(disabled.body.account, { canAuthenticate: false, status: 'OK' });
  });

  test('take null for what is left out, and in PATCH for what is removed', async () => {
    const optional = ['email', 'name', 'mobilePhone', 'population', 'externalId', 'address'];
    const nulls = Object.fromEntries(optional.map((name) => [name, null]));
    const { body } = await server.api('/users', { body: { username: randomUUID(), ...nulls } });
    assert.equal('email' in body || 'name' in body, false);
    const user = await aUser(server, {
      name: { given: 'Kaisa', family: 'V' },
      address: { locality: 'Espoo', countryCode: 'FI' },
      photo: { href: 'https://shop.example/1.png' },
      title: 'Dr',
    });
    const patch = (more: object) =>
      server.api(`/users/${user.id}`, { method: 'PATCH', body: more });
    const fewer = await patch({ title: null, photo: null, name: { given: null }, address: {} });
    assert.equal(fewer.status, 200, fewer.text);
    assert.equal('title' in fewer.body || 'photo' in fewer.body, false);
    assert.deepEqual(fewer.body.name, { family: 'V' });
    assert.deepEqual(fewer.body.address, { locality: 'Espoo', countryCode: 'FI' });
    assert.equal('name' in (await patch({ name: { family: null } })).body, false);
    await patch({ lifecycle: { status: 'VERIFICATION_REQUIRED' }, verifyStatus: 'ENABLED' });
    const { body: reset } = await patch({
      lifecycle: null,
      verifyStatus: null,
      identityProvider: null,
    });
    assert.deepEqual(
      [reset.lifecycle.status, reset.verifyStatus, reset.identityProvider],
      ['ACCOUNT_OK', 'NOT_INITIATED', { type: 'PING_ONE' }],
    );
    for (const name of ['username', 'population']) {
      const refused = await patch({ [name]: null });
      assert.deepEqual([refused.status, errorOf(refused).target], [400, name]);
    }
  });

  test('have names that are unique and found without regard to case', async () => {
    const user = await aUser(server);
    const again = await server.api('/users', { body: { username: user.username.toUpperCase() } });
    assert.deepEqual(errorOf(again), {
      status: 409,
      code: 'UNIQUENESS_VIOLATION',
      detail: 'UNIQUENESS_VIOLATION',
      target: 'username',
    });
    assert.deepEqual(await usernames(`username eq "${user.username.toUpperCase()}"`), [
      user.username,
    ]);
    const other = await aUser(server);
    const taken = await server.api(`/users/${other.id}`, {
      method: 'PATCH',
      body: { username: user.username },
    });
    assert.equal(taken.status, 409);
  });

  test('have names of any script, sign or symbol', async () => {
    for (const name of ['Ülkü Å', 'कैसा', '金 愛', "o'neil+1@shop.example", '€ 5 😀', 'e\u0301']) {
      const username = `${name} ${randomUUID()}`;
      const made = await server.api('/users', { body: { username, name: { formatted: name } } });
      assert.equal(made.status, 201, made.text);
      assert.deepEqual([made.body.username, made.body.name.formatted], [username, name]);
    }
  });

  test('of one name are made once by parallel requests', async () => {
    const username = `ville-${randomUUID()}`;
    const replies = await Promise.all(
      Array.from({ length: 8 }, () => server.api('/users', { body: { username } })),
    );
    const statuses = replies.map(({ status }) => status).sort();
    assert.deepEqual(statuses, [201, ...Array(7).fill(409)]);
  });

  test('are refused with a target for each bad member', async () => {
    const cases: [object, string, string][] = [
      [{ username: '' }, 'EMPTY_VALUE', 'username'],
      [{ username: 'a'.repeat(129) }, 'SIZE_LIMIT_EXCEEDED', 'username'],
      [{ username: 'a\nb' }, 'INVALID_VALUE', 'username'],
      [{ username: 'a\u202eb' }, 'INVALID_VALUE', 'username'],
      [{ username: 'a\u200bb' }, 'INVALID_VALUE', 'username'],
      [{ username: ' \u00a0' }, 'INVALID_VALUE', 'username'],
      [{ name: { given: 'a\u2028b' } }, 'INVALID_VALUE', 'name.given'],
      [{ email: 'not an address' }, 'INVALID_VALUE', 'email'],
      [{ email: 'a@b.example\r\nBcc: c@d.example' }, 'INVALID_VALUE', 'email'],
      [{ nickname: 'a\u0007' }, 'INVALID_VALUE', 'nickname'],
      [{ population: { id: randomUUID() } }, 'NOT_FOUND', 'population.id'],
      [{ mfaEnabled: 'yes' }, 'INVALID_VALUE', 'mfaEnabled'],
    ];
    for (const [members, detail, target] of cases) {
      const reply = await server.api('/users', {
        body: { username: `u-${randomUUID()}`, ...members },
      });
      assert.deepEqual(errorOf(reply), { status: 400, code: 'INVALID_DATA', detail, target });
    }
  });

  test('take the setting for new users, unless the request says otherwise', async () => {
    const setting = { pairing: { maxAllowedDevices: 5, pairingKeyFormat: 'NUMERIC' } };
    const on = await server.api('/mfaSettings', {
      method: 'PUT',
      body: { ...setting, users: { mfaEnabled: true } },
    });
    assert.equal(on.status, 200, on.text);
    const made = await server.api('/users', { body: { username: randomUUID() } });
    assert.equal(made.body.mfaEnabled, true);
    const off = await server.api('/users', { body: { username: randomUUID(), mfaEnabled: false } });
    assert.equal(off.body.mfaEnabled, false);
    await server.api('/mfaSettings', { method: 'DELETE' });
  });

  test('are replaced by PUT, but for what has an address of its own', async () => {
    const user = await aUser(server, { nickname: 'K', name: { given: 'Kaisa' } });
    const former = await server.api(`/users/${user.id}`);
    const reply = await server.api(`/users/${user.id}`, {
      method: 'PUT',
      body: { ...former.body, nickname: undefined, enabled: false, mfaEnabled: false, title: 'Dr' },
    });
    assert.equal(reply.status, 200, reply.text);
    const { nickname: _nickname, ...rest } = former.body;
    assert.deepEqual(reply.body, { ...rest, title: 'Dr' });
    const bare = await server.api(`/users/${user.id}`, {
      method: 'PUT',
      body: { username: user.username },
    });
    assert.equal('name' in bare.body || 'email' in bare.body || 'title' in bare.body, false);
    assert.deepEqual(bare.body.population, former.body.population);
    assert.deepEqual(await actions(user.id), ['USER.UPDATED', 'USER.UPDATED', 'USER.CREATED']);
  });

  test('are changed in part by PATCH, of a name too; an empty text removes', async () => {
    const user = await aUser(server, { name: { given: 'Kaisa', family: 'V' }, title: 'Dr' });
    const patch = async (body: object) => {
      const reply = await server.api(`/users/${user.id}`, { method: 'PATCH', body });
      assert.equal(reply.status, 200, reply.text);
      return reply.body;
    };
    const named = await patch({ name: { family: 'Laine' } });
    assert.deepEqual(named.name, { given: 'Kaisa', family: 'Laine' });
    assert.equal(named.title, 'Dr');
    assert.equal(named.email, user.email);
    const emptied = await patch({ name: { given: '', family: '' }, title: '' });
    assert.equal('name' in emptied || 'title' in emptied, false);
  });

  test('lose no update of parallel requests', async () => {
    const user = await aUser(server);
    const members = ['nickname', 'title', 'locale', 'timezone', 'externalId'];
    const replies = await Promise.all(
      members.map((name) =>
        server.api(`/users/${user.id}`, { method: 'PATCH', body: { [name]: name } }),
      ),
    );
    assert.deepEqual([...new Set(replies.map(({ status }) => status))], [200]);
    const { body } = await server.api(`/users/${user.id}`);
    assert.deepEqual(
      members.map((name) => body[name]),
      members,
    );
  });

  test('are listed by every documented filter', async () => {
    const tag = randomUUID();
    const population = await server.api('/populations', { body: { name: tag } });
    const user = await aUser(server, {
      name: { given: `g-${tag}`, family: `f-${tag}` },
      externalId: `e-${tag}`,
      mobilePhone: '+358401234567',
      population: { id: population.body.id },
      enabled: false,
    });
    for (const filter of [
      `id eq "${user.id}"`,
      `email eq "${user.email}"`,
      `population.id eq "${population.body.id}"`,
      `name.family sw "f-${tag.slice(0, 20)}"`,
      `name.given eq "g-${tag}"`,
      `externalId eq "e-${tag}"`,
      `population.id eq "${population.body.id}" and enabled eq false and mfaEnabled eq true`,
      `email eq "${user.email.toUpperCase()}"`,
      `email ew "@SHOP.example" and email sw "${user.email.slice(0, 30).toUpperCase()}"`,
      `name.family eq "F-${tag.toUpperCase()}"`,
      `mobilePhone eq "+358401234567" and externalId eq "e-${tag}"`,
      `account.canAuthenticate eq false and population.id eq "${population.body.id}"`,
      `lifecycle.status eq "ACCOUNT_OK" and externalId eq "e-${tag}"`,
      `createdAt ge "${new Date(server.now()).toISOString()}" and externalId eq "e-${tag}"`,
    ]) {
      assert.deepEqual(await usernames(filter), [user.username], filter);
    }
    for (const filter of [
      `id eq "${user.id}" and enabled eq true`,
      `id eq "${user.id}" and account.canAuthenticate eq true`,
      `id eq "${user.id}" and createdAt lt "${new Date(server.now()).toISOString()}"`,
      `id eq "${user.id}" and lifecycle.status ne "ACCOUNT_OK"`,
    ]) {
      assert.deepEqual(await usernames(filter), [], filter);
    }
    const all = await server.api('/users?limit=1000');
    const without = await server.api('/users?limit=1000&filter=&expand=');
    assert.equal(without.body.count, all.body.count);
  });

  test('are found by whether their account is locked at this moment', async () => {
    const user = await aUser(server);
    const found = async (filter: string) => (await usernames(filter)).includes(user.username);
    const unlockAt = new Date(server.now() + 60_000).toISOString();
    await server.api(`/users/${user.id}`, { type: 'account.lock', body: { unlockAt } });
    assert.equal(await found('account.canAuthenticate eq false'), true);
    assert.equal(await found('account.canAuthenticate ne false'), false);
    server.advance(61_000);
    assert.equal(await found('account.canAuthenticate eq true'), true);
  });

  test('are one in every form of bytes that their texts can have', async () => {
    const tag = randomUUID();
    const body = {
      username: `Ü${tag}`,
      email: `kaisa-${tag}@müller.example`,
      externalId: `é${tag}`,
    };
    server.secret(body.email);
    assert.equal((await server.api('/users', { body })).status, 201);
    for (const filter of [
      `username eq "u\u0308${tag}"`,
      `email eq "KAISA-${tag}@xn--mller-kva.example"`,
      `email eq "kaisa-${tag}@mu\u0308ller.example"`,
      `externalId eq "e\u0301${tag}"`,
    ]) {
      assert.deepEqual(await usernames(filter), [body.username], filter);
    }
    const again = await server.api('/users', { body: { username: `U\u0308${tag}` } });
    assert.equal(errorOf(again).target, 'username');
    const name = `Ü${tag}`;
    assert.equal((await server.api('/populations', { body: { name } })).status, 201);
    const twin = await server.api('/populations', { body: { name: name.normalize('NFD') } });
    assert.equal(twin.status, 409);
  });

  test('have every address that the platform calls valid', async () => {
    for (const email of ['"john.doe"@shop.example', 'hello."world"@shop.example']) {
      server.secret(email);
      const made = await server.api('/users', { body: { username: randomUUID(), email } });
      assert.deepEqual([made.status, made.body.email], [201, email]);
      const path = `/users/${made.body.id}/devices`;
      const device = await server.api(path, { body: { type: 'EMAIL', email } });
      assert.equal(device.status, 201, device.text);
    }
  });

  test('are deleted with their devices, and their name is free again', async () => {
    const user = await aUser(server);
    const device = await aDevice(server, user);
    await aDevice(server, user, { email: 'other@shop.example' });
    const gone = await server.api(`/users/${user.id}`, { method: 'DELETE' });
    assert.equal(gone.status, 204);
    const paths = ['', '/devices', `/devices/${device.id}`, '/mfaEnabled', '/bypassMFA'];
    for (const path of paths) {
      const reply = await server.api(`/users/${user.id}${path}`);
      assert.equal(reply.status, 404, path);
    }
    const { store } = server.server.parts;
    const where = { column: 'user_id', is: 'eq', value: user.id } as const;
    assert.equal(await store.count('devices', server.environmentId, where), 0);
    const again = await server.api('/users', { body: { username: user.username } });
    assert.equal(again.status, 201);
    assert.equal((await actions(user.id))[0], 'USER.DELETED');
    const twice = await server.api(`/users/${user.id}`, { method: 'DELETE' });
    assert.equal(twice.status, 404);
  });
});
