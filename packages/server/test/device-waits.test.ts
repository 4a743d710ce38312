/** Requests of a device that are held open until something happens. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DEVICE_WAITS_MAX } from '../src/config/limits.ts';
import type { Reply } from '../src/testing/client.ts';
import { postAsDevice, reasonOf, signedBy } from '../src/testing/device-requests.ts';
import { allowNative, aNativeApplication, aPhone } from '../src/testing/native.ts';
import { aFlow, aUser } from '../src/testing/scenario.ts';
import { startTestServer, type TestServer } from '../src/testing/server.ts';

let server: TestServer;
let applicationId: string;
before(async () => {
  server = await startTestServer();
  applicationId = await aNativeApplication(server);
  await allowNative(server, applicationId);
});
after(() => server?.close());

test('a device holds few requests: a newer one ends the oldest', async () => {
  const user = await aUser(server);
  const phone = await aPhone(server, user, applicationId);
  const another = await aUser(server);
  const other = await aPhone(server, another, applicationId);
  const hold = async (one = phone) =>
    postAsDevice(server, 'challenges', await signedBy(server, one, 'challenges', { wait: 25 }));
  const foreign = hold(other);
  const refused: Reply[] = [];
  const { promise: areRefused, resolve } = Promise.withResolvers<void>();
  const held = Array.from({ length: DEVICE_WAITS_MAX + 3 }, async () => {
    const reply = await hold();
    if (reply.status !== 200 && refused.push(reply) === 3) resolve();
    return reply;
  });
  await areRefused;
  for (const reply of refused) assert.deepEqual(reasonOf(reply), [429, 'LIMIT_EXCEEDED']);
  // One that doesn't wait takes nobody's place.
  const text = await signedBy(server, phone, 'challenges');
  assert.equal((await postAsDevice(server, 'challenges', text)).status, 200);
  const flow = await aFlow(server, user);
  const woken = (await Promise.all(held)).filter(({ status }) => status === 200);
  assert.equal(woken.length, DEVICE_WAITS_MAX);
  for (const { body } of woken) {
    const [, claims = ''] = body.message.split('.');
    const { challenges } = JSON.parse(Buffer.from(claims, 'base64url').toString());
    assert.equal(JSON.parse(challenges[0]).id, flow.id);
  }
  await aFlow(server, another);
  assert.equal((await foreign).status, 200);
});
