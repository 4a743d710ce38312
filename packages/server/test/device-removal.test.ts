/** Requests that are accepted once, and devices that are told once that they were removed. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, test } from 'node:test';
import { newSigningKeys } from '../../device/src/keys.ts';
import { DEVICE_REMOVAL_KEPT_MS } from '../src/config/limits.ts';
import { sweepExpired } from '../src/jobs/sweeper.ts';
import { createLog } from '../src/observability/log.ts';
import { postAsDevice, reasonOf, signedBy, unsignedFor } from '../src/testing/device-requests.ts';
import { allowNative, aPhone, type Phone } from '../src/testing/native.ts';
import { describeNative } from '../src/testing/native-suite.ts';
import { aUser, start, type TestUser } from '../src/testing/scenario.ts';
import type { TestServer } from '../src/testing/server.ts';

const log = createLog({ level: 'silent' });

describeNative('signed requests and removed devices', (world) => {
  let server: TestServer;
  let applicationId: string;
  before(() => {
    ({ server, applicationId } = world);
  });

  const post = (name: string, text: string) => postAsDevice(server, name, text);
  const remove = async ({ id }: TestUser, { account }: Phone) =>
    (await server.api(`/users/${id}/devices/${account.id}`, { method: 'DELETE' })).status;

  async function aUserWithPhone() {
    const user = await aUser(server);
    return { user, phone: await aPhone(server, user, applicationId) };
  }

  test('a request stays used, whatever a stranger sends with its id', async () => {
    const { phone } = await aUserWithPhone();
    const jti = randomUUID();
    const text = await signedBy(server, phone, 'challenges', { jti });
    assert.equal((await post('challenges', text)).status, 200);
    assert.equal((await post('challenges', unsignedFor(jti))).status, 404);
    assert.deepEqual(reasonOf(await post('challenges', text)), [401, 'REQUEST_REPLAYED']);
  });

  test('the same of the proof that an application runs on a paired phone', async () => {
    await allowNative(server, applicationId, { deviceAuthorization: { enabled: true } });
    const { user, phone } = await aUserWithPhone();
    const mobilePayload = await phone.account.mobilePayload();
    const go = () => start(server, user, { mobilePayload, application: { id: applicationId } });
    assert.equal((await go()).body.status, 'COMPLETED');
    const [, payload = ''] = mobilePayload.split('.');
    const { jti } = JSON.parse(Buffer.from(payload, 'base64url').toString());
    assert.equal((await post('challenges', unsignedFor(jti))).status, 404);
    assert.equal((await go()).status, 400);
  });

  test('a request is remembered while a node that is behind could take it', async () => {
    const { phone } = await aUserWithPhone();
    const early = { now: server.now() + 120_000 };
    const text = await signedBy(server, phone, 'challenges', {}, early);
    assert.equal((await post('challenges', text)).status, 200);
    server.advance(239_000);
    const ahead = { now: () => server.now() + 59_000 };
    await sweepExpired({ store: server.server.parts.store, clock: ahead, log });
    assert.deepEqual(reasonOf(await post('challenges', text)), [401, 'REQUEST_REPLAYED']);
  });

  test('the id of a request is its device’s own', async () => {
    const one = await aUserWithPhone();
    const other = await aUserWithPhone();
    const jti = randomUUID();
    for (const { phone } of [one, other]) {
      const text = await signedBy(server, phone, 'challenges', { jti });
      assert.equal((await post('challenges', text)).status, 200);
    }
  });

  test('no request keeps a device from being removed', async () => {
    const one = await aUserWithPhone();
    const other = await aUserWithPhone();
    for (const jti of [one.phone.account.id, other.phone.account.id]) {
      const text = await signedBy(server, one.phone, 'challenges', { jti });
      assert.equal((await post('challenges', text)).status, 200);
    }
    for (const { user, phone } of [one, other]) {
      assert.equal(await remove(user, phone), 204);
      const text = await signedBy(server, phone, 'challenges');
      assert.deepEqual((await post('challenges', text)).status, 410);
    }
  });

  test('only who holds the key of a removed device is told, once', async () => {
    const { user, phone } = await aUserWithPhone();
    const stranger = await newSigningKeys(true);
    const used = await signedBy(server, phone, 'challenges');
    assert.equal((await post('challenges', used)).status, 200);
    assert.equal(await remove(user, phone), 204);
    const wrong: [string, string][] = [
      [unsignedFor(phone.account.id), 'INVALID_SIGNATURE'],
      [
        await signedBy(server, phone, 'challenges', {}, { key: stranger.privateKey }),
        'INVALID_SIGNATURE',
      ],
      [await signedBy(server, phone, 'answers'), 'INVALID_SIGNATURE'],
      [used, 'REQUEST_REPLAYED'],
      [
        await signedBy(server, phone, 'challenges', {}, { now: server.now() + 130_000 }),
        'UNSYNCHRONIZED_CLOCK',
      ],
    ];
    for (const [text, reason] of wrong) {
      assert.deepEqual(reasonOf(await post('challenges', text)), [401, reason]);
    }
    const texts = await Promise.all(
      Array.from({ length: 4 }, () => signedBy(server, phone, 'challenges')),
    );
    const replies = await Promise.all(texts.map((text) => post('challenges', text)));
    assert.deepEqual(replies.map(({ status }) => status).sort(), [404, 404, 404, 410]);
    assert.equal((await post('challenges', unsignedFor(phone.account.id))).status, 404);
  });

  test('what is kept to tell it holds no secret, and is gone after its time', async () => {
    const { user, phone } = await aUserWithPhone();
    await remove(user, phone);
    const { store } = server.server.parts;
    const read = () => store.get('device_removals', server.environmentId, phone.account.id);
    const notice = await read();
    assert.deepEqual(Object.keys(notice?.doc ?? {}).sort(), [
      'createdAt',
      'expiresAt',
      'publicJwk',
      'updatedAt',
    ]);
    assert.deepEqual(Object.keys(notice?.doc.publicJwk ?? {}).sort(), ['crv', 'kty', 'x', 'y']);
    server.advance(DEVICE_REMOVAL_KEPT_MS);
    const text = await signedBy(server, phone, 'challenges');
    assert.equal((await post('challenges', text)).status, 404);
    await sweepExpired({ store, clock: { now: server.now }, log });
    assert.equal(await read(), undefined);
  });
});
