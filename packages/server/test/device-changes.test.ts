/** What a native device changes of itself, or is asked for, and what becomes of it. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { type NewKeyPair, newSigningKeys, signingKeyOf } from '../../device/src/keys.ts';
import { signText } from '../../device/src/protocol.ts';
import { DEVICE_LOGS_MS } from '../src/config/limits.ts';
import { errorOf } from '../src/testing/client.ts';
import { keptOf, postAsDevice, reasonOf, signedBy } from '../src/testing/device-requests.ts';
import { aPhone } from '../src/testing/native.ts';
import { describeNative } from '../src/testing/native-suite.ts';
import { aFlow, aUser, ever } from '../src/testing/scenario.ts';
import type { TestServer } from '../src/testing/server.ts';

describeNative('changes of a native device', (world) => {
  let server: TestServer;
  let applicationId: string;
  before(() => {
    ({ server, applicationId } = world);
  });

  async function aUserWithPhone() {
    const user = await aUser(server);
    return { user, phone: await aPhone(server, user, applicationId) };
  }

  test('a request for logs is over after a day, and nothing shows it any more', async () => {
    const { user, phone } = await aUserWithPhone();
    const device = `/users/${user.id}/devices/${phone.account.id}`;
    const ask = () => server.api(`${device}/logs`, { method: 'PUT', body: { status: 'PENDING' } });
    const { expiresAt } = (await ask()).body;
    const logsOf = async () => {
      const list = await server.api(`/users/${user.id}/devices`);
      const one = await server.api(device);
      const own = await server.api(`${device}/logs`);
      const { _links, ...logs } = own.body;
      return [list.body._embedded.devices[0].logs, one.body.logs, own.status, logs];
    };
    const pending = { status: 'PENDING', expiresAt };
    assert.deepEqual(await logsOf(), [pending, pending, 200, pending]);
    server.advance(DEVICE_LOGS_MS - 1);
    await server.renew();
    assert.deepEqual((await logsOf())[0], pending);
    server.advance(1);
    await server.renew();
    assert.deepEqual((await logsOf()).slice(0, 3), [undefined, undefined, 404]);
    assert.equal((await phone.account.requests()).logsRequested, false);
    await ask();
    assert.equal((await phone.account.requests()).logsRequested, true);
    const supportId = await phone.account.sendLogs('line 1');
    server.advance(DEVICE_LOGS_MS);
    await server.renew();
    assert.deepEqual((await logsOf())[1], { status: 'RECEIVED', supportId });
    // What administrators ask a phone for is no business of who authenticates.
    const flow = await aFlow(server, user);
    assert.equal(flow._embedded.devices[0].id, phone.account.id);
    assert.equal(flow._embedded.devices[0].logs, undefined);
  });

  async function rotationsOf(deviceId: string): Promise<string[]> {
    const filter = encodeURIComponent(ever(`resources.id eq "${deviceId}"`));
    const { body } = await server.api(`/activities?filter=${filter}`);
    return body._embedded.activities
      .map(
        ({ action, result }: { action: { type: string }; result: { status: string } }) =>
          `${action.type} ${result.status}`,
      )
      .filter((line: string) => line.startsWith('DEVICE.KEY_ROTATION'));
  }

  test('a replacement of the key that is refused is recorded', async () => {
    const { phone } = await aUserWithPhone();
    const other = (await aUserWithPhone()).phone;
    const { id } = phone.account;
    const aud = server.environmentId;
    const proofBy = (keys: NewKeyPair, claims: object = {}, type = 'cs-rotation+jwt') =>
      signText(keys, type as 'cs-rotation+jwt', { aud, device: id, ...claims }, server.now());
    const [fresh, stranger] = [await newSigningKeys(true), await newSigningKeys(true)];
    const { publicJwk: publicKey } = fresh;
    const taken = { publicJwk: (await keptOf(other)).publicJwk };
    const takenKey = await signingKeyOf((await keptOf(other)).signingKey);
    const astray = { ...publicKey, x: 'A'.repeat(43), y: 'A'.repeat(43) };
    const proof = await proofBy(fresh);
    const refused: [object, string][] = [
      [{ publicKey: { kty: 'EC' }, proof }, 'publicKey'],
      [{ publicKey }, 'request'],
      [{ publicKey, proof: 'x' }, 'proof'],
      [{ publicKey, proof: await proofBy(stranger) }, 'proof'],
      [{ publicKey, proof: await proofBy({ ...stranger, publicJwk: publicKey }) }, 'proof'],
      [{ publicKey, proof: await proofBy(fresh, { device: other.account.id }) }, 'proof'],
      [{ publicKey, proof: await proofBy(fresh, { aud: id }) }, 'proof'],
      [{ publicKey, proof: await proofBy(fresh, {}, 'cs-payload+jwt') }, 'proof'],
      [{ publicKey: astray, proof: await proofBy({ ...fresh, publicJwk: astray }) }, 'proof'],
      [
        {
          publicKey: taken.publicJwk,
          proof: await proofBy({ ...taken, privateKey: takenKey }),
        },
        'publicKey',
      ],
    ];
    for (const [claims, target] of refused) {
      const text = await signedBy(server, phone, 'keys', claims);
      const reply = await postAsDevice(server, 'keys', text);
      assert.deepEqual([reply.status, errorOf(reply).target], [400, target], reply.text);
      assert.deepEqual(reasonOf(await postAsDevice(server, 'keys', text)), [
        401,
        'REQUEST_REPLAYED',
      ]);
    }
    // Whoever hasn't the present key leaves no record.
    const key = stranger.privateKey;
    const foreign = await signedBy(server, phone, 'keys', { publicKey, proof }, { key });
    assert.equal((await postAsDevice(server, 'keys', foreign)).status, 401);
    const failed = 'DEVICE.KEY_ROTATION_FAILED FAILED';
    assert.deepEqual(await rotationsOf(id), Array(refused.length).fill(failed));
    await phone.account.rotateKey();
    const succeeded = 'DEVICE.KEY_ROTATION_SUCCEEDED SUCCESS';
    assert.deepEqual((await rotationsOf(id)).toSorted().at(-1), succeeded);
    assert.deepEqual((await phone.account.requests()).requests, []);
  });
});
