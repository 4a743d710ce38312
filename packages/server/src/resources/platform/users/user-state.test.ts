/** What is switched of a user: enabled, locked, enabled for MFA, bypass; contract §3.1, §3.2. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { errorOf, invalidData } from '../../../testing/client.ts';
import { actionsOf, aDevice, aUser, start, type TestUser } from '../../../testing/scenario.ts';
import { startTestServer, type TestServer } from '../../../testing/server.ts';

const MINUTE = 60_000;

describe("a user's switches", () => {
  let server: TestServer;

  before(async () => {
    server = await startTestServer();
  });
  after(() => server?.close());

  const at = (offsetMs: number) => new Date(server.now() + offsetMs).toISOString();
  const put = (user: TestUser, name: string, body: object) =>
    server.api(`/users/${user.id}/${name}`, { method: 'PUT', body });
  const lock = (user: TestUser, body?: object) =>
    server.api(`/users/${user.id}`, { type: 'account.lock', ...(body ? { body } : {}) });
  const unlock = (user: TestUser) => server.api(`/users/${user.id}`, { type: 'account.unlock' });
  const withoutLinks = ({ body }: { body: Record<string, unknown> }) => {
    const { _links: _, ...rest } = body;
    return rest;
  };

  test('mfaEnabled is read and set at its own address', async () => {
    const user = await aUser(server);
    const off = await put(user, 'mfaEnabled', { mfaEnabled: false });
    assert.equal(off.status, 200, off.text);
    assert.deepEqual(withoutLinks(off), { mfaEnabled: false });
    assert.ok(off.body._links.self.href.endsWith(`/users/${user.id}/mfaEnabled`));
    const read = await server.api(`/users/${user.id}/mfaEnabled`);
    assert.deepEqual(read.body, off.body);
    const whole = await server.api(`/users/${user.id}`);
    assert.equal(whole.body.mfaEnabled, false);
    assert.deepEqual(
      errorOf(await put(user, 'mfaEnabled', {})),
      invalidData('REQUIRED_VALUE', 'mfaEnabled'),
    );
    assert.equal(errorOf(await put(user, 'mfaEnabled', { mfaEnabled: 1 })).target, 'mfaEnabled');
  });

  test('an account is locked as the platform’s Go client asks for it', async () => {
    const user = await aUser(server);
    const types = ['application/json', 'application/vnd.pingidentity.account.lock+json'];
    for (const order of [types, types.toReversed()]) {
      const reply = await server.api(`/users/${user.id}`, {
        method: 'POST',
        body: 'null',
        headers: { 'content-type': order },
      });
      assert.deepEqual([reply.status, reply.body.account.status], [200, 'LOCKED'], reply.text);
      assert.equal((await unlock(user)).body.account.status, 'OK');
    }
  });

  test('a disabled user can not authenticate', async () => {
    const user = await aUser(server);
    const off = await put(user, 'enabled', { enabled: false });
    assert.deepEqual(withoutLinks(off), { enabled: false });
    const { body } = await server.api(`/users/${user.id}`);
    assert.equal(body.enabled, false);
    assert.deepEqual(body.account, { canAuthenticate: false, status: 'OK' });
    const on = await put(user, 'enabled', { enabled: true });
    assert.deepEqual(withoutLinks(on), { enabled: true });
    assert.deepEqual(withoutLinks(await server.api(`/users/${user.id}/enabled`)), {
      enabled: true,
    });
  });

  test('a bypass stands until its moment, and neither property after it', async () => {
    const user = await aUser(server);
    const none = await server.api(`/users/${user.id}/bypassMFA`);
    assert.deepEqual(withoutLinks(none), {});
    assert.ok(none.body._links.self && none.body._links.user);
    const bypassMFAEnabledUntil = at(10 * MINUTE);
    const set = await put(user, 'bypassMFA', { bypassMFAEnabledUntil });
    assert.equal(set.status, 200, set.text);
    assert.deepEqual(withoutLinks(set), { bypassMFAEnabledUntil, canBypassMFA: true });
    const ended = await put(user, 'bypassMFA', { bypassMFAEnabledUntil: at(-1) });
    assert.deepEqual(withoutLinks(ended), {});
    await put(user, 'bypassMFA', { bypassMFAEnabledUntil });
    server.advance(10 * MINUTE);
    assert.deepEqual(withoutLinks(await server.api(`/users/${user.id}/bypassMFA`)), {});
  });

  test('a bypass has no bound, unless one is set', async (t) => {
    const far = { bypassMFAEnabledUntil: '9999-12-31T23:59:59.999Z' };
    assert.equal((await put(await aUser(server), 'bypassMFA', far)).status, 200);
    const bounded = await startTestServer({ env: { COUNTERSIGN_BYPASS_DAYS_MAX: '30' } });
    t.after(() => bounded.close());
    const { id } = await aUser(bounded);
    const until = (days: number) =>
      bounded.api(`/users/${id}/bypassMFA`, {
        method: 'PUT',
        body: {
          bypassMFAEnabledUntil: new Date(bounded.now() + days * 24 * 60 * MINUTE).toISOString(),
        },
      });
    assert.equal((await until(30)).status, 200);
    assert.deepEqual(
      errorOf(await until(31)),
      invalidData('OUT_OF_RANGE', 'bypassMFAEnabledUntil'),
    );
  });

  test('a bypass is taken in one form of a real moment only', async () => {
    const user = await aUser(server);
    for (const bypassMFAEnabledUntil of [
      '2027-03-04T18:00:00Z',
      '2027-03-04T18:00:00.00Z',
      '2027-03-04T18:00:00.000+00:00',
      '2027-03-04t18:00:00.000z',
      '2027-02-29T18:00:00.000Z',
      '2027-03-04T24:00:00.000Z',
      '2027-03-04T23:59:60.000Z',
      '2027-13-04T18:00:00.000Z',
      'tomorrow',
      1_800_000_000_000,
    ]) {
      const reply = await put(user, 'bypassMFA', { bypassMFAEnabledUntil });
      assert.equal(reply.status, 400, String(bypassMFAEnabledUntil));
      assert.equal(errorOf(reply).target, 'bypassMFAEnabledUntil');
    }
    assert.equal(errorOf(await put(user, 'bypassMFA', {})).detail, 'REQUIRED_VALUE');
  });

  test('a lock ends at its moment', async () => {
    const user = await aUser(server);
    await aDevice(server, user);
    const unlockAt = at(5 * MINUTE);
    const locked = await lock(user, { unlockAt });
    assert.equal(locked.status, 200, locked.text);
    assert.deepEqual(locked.body.account, {
      canAuthenticate: false,
      status: 'LOCKED',
      lockedAt: at(0),
      unlockAt,
      secondsUntilUnlock: 300,
    });
    const flow = await start(server, user);
    assert.equal(flow.body.status, 'FAILED');
    server.advance(5 * MINUTE);
    const { body } = await server.api(`/users/${user.id}`);
    assert.deepEqual(body.account, { canAuthenticate: true, status: 'OK' });
    assert.notEqual((await start(server, user)).body.status, 'FAILED');
  });

  test('a lock without a moment stays until it is unlocked', async () => {
    const user = await aUser(server);
    const locked = await lock(user);
    assert.deepEqual(locked.body.account, {
      canAuthenticate: false,
      status: 'LOCKED',
      lockedAt: at(0),
    });
    const unlocked = await unlock(user);
    assert.equal(unlocked.status, 200, unlocked.text);
    assert.equal(unlocked.body.account.status, 'OK');
    assert.equal((await unlock(user)).status, 200);
    assert.deepEqual(await actionsOf(server, `user.id eq "${user.id}"`), [
      'USER.UNLOCKED',
      'USER.LOCKED',
      'USER.CREATED',
    ]);
  });

  test('a lock until a past moment locks nobody; one that is no moment is refused', async () => {
    const user = await aUser(server);
    const past = await lock(user, { unlockAt: at(-1) });
    assert.equal(past.status, 200);
    assert.equal(past.body.account.status, 'OK');
    for (const unlockAt of ['soon', '2027-02-30T00:00:00Z', '2026-12-31T23:59:60Z', 5]) {
      const reply = await lock(user, { unlockAt });
      assert.equal(reply.status, 400, String(unlockAt));
      assert.equal(errorOf(reply).target, 'unlockAt');
    }
  });
});
