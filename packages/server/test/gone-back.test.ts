/** A store that went back in time: nothing that may have been used is good any more. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { spendOneTimeValues } from '../src/gone-back.ts';
import { createRegistry } from '../src/methods/registry.ts';
import { allowMessages } from '../src/testing/policies.ts';
import { aDevice, aFlow, aUser, check, sentOtp } from '../src/testing/scenario.ts';
import { startTestServer, type TestServer } from '../src/testing/server.ts';

let server: TestServer;
before(async () => {
  server = await startTestServer();
  await allowMessages(server);
});
after(() => server.close());

const spend = () =>
  spendOneTimeValues({
    store: server.server.parts.store,
    methods: createRegistry(),
    now: server.now(),
  });

test('open authentications and pairings end, finished ones stay', async () => {
  const user = await aUser(server);
  const device = await aDevice(server, user);
  const finished = await aFlow(server, user);
  const done = await check(server, finished.id, await sentOtp(server, user.email));
  assert.equal(done.body.status, 'COMPLETED', done.text);
  const open = await aFlow(server, user);
  const otp = await sentOtp(server, user.email);
  const pending = await aDevice(server, user, {
    type: 'SMS',
    phone: '+15125551234',
    status: 'ACTIVATION_REQUIRED',
  });

  await server.server.outboxIdle();
  const words = await spend();
  assert.deepEqual(words, [
    '1 open authentications were ended',
    '1 devices that waited for activation were removed',
  ]);
  assert.equal((await check(server, open.id, otp)).status, 404);
  const devices = `/users/${user.id}/devices`;
  assert.equal((await server.api(`${devices}/${pending.id}`)).status, 404);
  assert.equal((await server.api(`${devices}/${device.id}`)).status, 200);
  const read = await server.auth(`/deviceAuthentications/${finished.id}`);
  assert.equal(read.body.status, 'COMPLETED');
  assert.deepEqual(await spend(), [], 'the second time there is nothing left');
});

test('addresses that wait for their code are gone, proved ones stay', async () => {
  const domain = await server.api('/emailDomains', { body: { domainName: 'back.shop.example' } });
  const path = `/emailDomains/${domain.body.id}/trustedEmails`;
  const make = async (name: string) => {
    const made = await server.api(path, { body: { emailAddress: `${name}@back.shop.example` } });
    return made.body.id;
  };
  const [waiting, proved] = [await make('waiting'), await make('proved')];
  const { store } = server.server.parts;
  const row = await store.get('trusted_emails', server.environmentId, proved);
  assert.ok(row);
  const { environmentId, id, version, doc } = row;
  const update = { op: 'update', table: 'trusted_emails', environmentId, id, version } as const;
  await store.commit([{ ...update, doc: { ...doc, status: 'ACTIVE' } }]);
  await server.server.outboxIdle();
  assert.deepEqual(await spend(), ['1 e-mail addresses that waited for their code were removed']);
  assert.equal((await server.api(`${path}/${waiting}`)).status, 404);
  assert.equal((await server.api(`${path}/${proved}`)).body.status, 'ACTIVE');
});

test('codes of users are gone: nobody knows which were used', async () => {
  const user = await aUser(server);
  const body = { lifeTime: { duration: 1, timeUnit: 'HOURS' } };
  const made = await server.api(`/users/${user.id}/invitations`, { body });
  server.secret(made.body.code);
  assert.deepEqual(await spend(), [
    '1 codes of users (recovery, temporary, invitations) were removed',
  ]);
  const { status } = await server.api(`/users/${user.id}/invitations/${made.body.id}`);
  assert.equal(status, 404);
});

test('more than one page of them', async () => {
  const { store } = server.server.parts;
  const code = {
    createdAt: 0,
    updatedAt: 0,
    applicationId: 'a',
    sealedCode: '',
    codeHash: '',
    status: 'UNCLAIMED' as const,
    expiresAt: server.now() + 1e9,
  };
  await store.commit(
    Array.from({ length: 450 }, (_, index) => ({
      op: 'insert' as const,
      table: 'authentication_codes' as const,
      environmentId: server.environmentId,
      id: `code-${String(index).padStart(4, '0')}`,
      doc: { ...code, codeHash: `hash-${index}` } as never,
    })),
  );
  assert.deepEqual(await spend(), ['450 authentication codes were removed']);
});
