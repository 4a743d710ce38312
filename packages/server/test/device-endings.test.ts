/** A request that ends by something else than the phone's answer: the phone hears of it at once. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { decodeJwt } from 'jose';
import type { Account, ApprovalRequest } from '../../device/src/index.ts';
import { expirePush } from '../src/resources/authentication/device-authentications/settle-push.ts';
import { anInstallation, aPairingKey } from '../src/testing/native.ts';
import { describeNative } from '../src/testing/native-suite.ts';
import { aDevice, aFlow, aUser, check, select } from '../src/testing/scenario.ts';
import type { TestServer } from '../src/testing/server.ts';

describeNative('what ends elsewhere', (world) => {
  let server: TestServer;
  before(() => {
    ({ server } = world);
  });

  /** By what the flow ends, while the phone shows it. */
  const WAYS: Record<
    string,
    (flowId: string, account: Account, mailId: string) => Promise<unknown>
  > = {
    'a passcode on another screen': async (id, account) =>
      check(server, id, (await account.passcode()).code),
    'another device that is chosen': (id, _account, mailId) => select(server, id, mailId),
    'who has started it': (id) =>
      server.auth(`/deviceAuthentications/${id}`, {
        body: {},
        type: 'cancel.push.authentication',
      }),
    'its time': async (id) => {
      server.advance(60_000);
      await expirePush(server.server.parts, server.environmentId, id, server.now());
    },
  };

  for (const [way, end] of Object.entries(WAYS)) {
    for (const transport of ['socket', 'poll'] as const) {
      test(`by ${way}, heard by ${transport}`, async () => {
        const user = await aUser(server);
        const mail = await aDevice(server, user);
        /** How long each look lets the server wait, since the request has come. */
        const waits: unknown[] = [];
        const device = anInstallation(server, world.applicationId, {
          fetch: (input, init) => {
            if (String(input).endsWith('/challenges')) {
              waits.push(decodeJwt(JSON.parse(String(init?.body)).request).wait);
            }
            return fetch(input, init);
          },
        });
        const account = await device.pair((await aPairingKey(server, user)).uri);
        const arrived = Promise.withResolvers<ApprovalRequest>();
        const ended = Promise.withResolvers<ApprovalRequest>();
        const listening = device.onRequest(arrived.resolve, {
          transport,
          onEnded: ended.resolve,
        });
        try {
          await listening.ready;
          const flow = await aFlow(server, user, { selectedDevice: { id: account.id } });
          assert.equal((await arrived.promise).challenge.id, flow.id);
          waits.length = 0;
          await end(flow.id, account, mail.id);
          assert.equal((await ended.promise).challenge.id, flow.id);
          // A request that is held when nothing is left would hold the end back, too.
          assert.deepEqual(
            waits.filter((wait) => wait !== undefined),
            [],
          );
        } finally {
          listening.close();
        }
      });
    }
  }
});
