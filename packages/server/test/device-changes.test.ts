/** What a native device changes of itself, or is asked for, and what becomes of it. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { DEVICE_LOGS_MS } from '../src/config/limits.ts';
import { allowNative, aNativeApplication, aPhone } from '../src/testing/native.ts';
import { startPostgres, type TestPostgres } from '../src/testing/postgres.ts';
import { aFlow, aUser } from '../src/testing/scenario.ts';
import { startTestServer, type TestServer } from '../src/testing/server.ts';

const DIALECTS = (process.env.DIALECTS ?? 'sqlite,postgres').split(',');

for (const dialect of DIALECTS) {
  describe(`changes of a native device on ${dialect}`, () => {
    let postgres: TestPostgres | undefined;
    let server: TestServer;
    let applicationId: string;

    before(async () => {
      postgres = dialect === 'postgres' ? await startPostgres() : undefined;
      const databaseUrl = await postgres?.freshDatabase();
      server = await startTestServer(databaseUrl === undefined ? {} : { databaseUrl });
      applicationId = await aNativeApplication(server);
    });
    beforeEach(async () => {
      await server.renew();
      await allowNative(server, applicationId);
    });
    after(async () => {
      await server?.close();
      await postgres?.stop();
    });

    async function aUserWithPhone() {
      const user = await aUser(server);
      return { user, phone: await aPhone(server, user, applicationId) };
    }

    test('a request for logs is over after a day, and nothing shows it any more', async () => {
      const { user, phone } = await aUserWithPhone();
      const device = `/users/${user.id}/devices/${phone.account.id}`;
      const ask = () =>
        server.api(`${device}/logs`, { method: 'PUT', body: { status: 'PENDING' } });
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
  });
}
