/** Whose pushes wait for whom, and which are not sent or believed any more. */

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { CIRCUIT_FAILURES_MAX } from '../src/config/limits.ts';
import { allowNative } from '../src/testing/native.ts';
import { DIALECTS } from '../src/testing/postgres.ts';
import { type PushServer, startPushServer } from '../src/testing/push-server.ts';
import { aFlow } from '../src/testing/scenario.ts';
import type { TestServer } from '../src/testing/server.ts';

for (const dialect of DIALECTS) {
  describe(`the delivery of pushes on ${dialect}`, () => {
    let push: PushServer;
    let server: TestServer;
    before(async () => {
      push = await startPushServer(dialect);
      server = push.server;
      for (const body of Object.values(push.accounts)) {
        assert.equal((await push.credentials('', { body })).status, 201);
      }
    });
    beforeEach(async () => {
      // What was sent before is over, and circuits let a probe through.
      server.advance(60_000);
      await server.renew();
    });
    after(() => push?.close());

    /** So many pushes of one phone that its circuit opens. */
    async function failOften({ user }: Awaited<ReturnType<PushServer['pair']>>): Promise<void> {
      for (let failures = 0; failures < CIRCUIT_FAILURES_MAX; failures++) {
        assert.equal((await aFlow(server, user)).status, 'PUSH_CONFIRMATION_REQUIRED');
        await server.server.outboxIdle();
      }
    }

    test('an endpoint that is down holds no pushes of other browsers', async () => {
      const nobody = push.webPush.subscription('x').replace(/127.0.0.1:[0-9]+/, '127.0.0.1:9');
      await failOften(await push.pair('WEB_PUSH', nobody));
      assert.match(server.log(), /"circuit":"127.0.0.1:9"/);
      const { user } = await push.pair('WEB_PUSH', push.webPush.subscription('good'));
      const flow = await aFlow(server, user);
      assert.equal((await push.lastMessage())?.status, 'SENT');
      const { payload } = push.webPush.arrived.at(-1) ?? {};
      assert.deepEqual(payload, { v: 1, environmentId: server.environmentId, id: flow.id });
    });

    test('an account that fails holds no pushes of other applications', async () => {
      const other = await push.anApplication();
      const body = push.accounts.FCM;
      assert.equal((await push.credentials('', { body }, other)).status, 201);
      const applications = [push.applicationId, other].map((id) => ({
        id,
        push: { enabled: true },
        otp: { enabled: true },
      }));
      await allowNative(server, push.applicationId, {}, { applications });
      await failOften(await push.pair('FCM', 'down'));
      assert.ok(server.log().includes(`"circuit":"${server.environmentId}/${push.applicationId}"`));
      const { user } = await push.pair('FCM', 'of-another-application', other);
      await aFlow(server, user);
      assert.equal((await push.lastMessage())?.status, 'SENT');
      assert.equal(push.fcm.arrived.at(-1)?.token, 'of-another-application');
      // Its own wait.
      const { user: waiting } = await push.pair('FCM', 'fine-but-held');
      await aFlow(server, waiting);
      assert.equal((await push.lastMessage())?.status, 'PENDING');
    });

    test('a late verdict on a token leaves the one that replaced it alone', async () => {
      const { webPush } = push;
      const one = await push.pair('WEB_PUSH', webPush.subscription('pending'));
      await aFlow(server, one.user);
      const message = push.lastMessage();
      while (webPush.pending.length === 0) await turn();
      const update = {
        push: { provider: 'WEB_PUSH', token: webPush.subscription('good') },
      } as const;
      assert.deepEqual(await one.account.update(update), { status: 'ENABLED' });
      webPush.pending.pop()?.();
      assert.equal((await message)?.lastError, 'WEB_PUSH 410 GONE');
      assert.equal((await one.read()).push.status, 'ENABLED');
      // The same verdict on the token that is used.
      await one.account.update({ push: { ...update.push, token: webPush.subscription('dead') } });
      await aFlow(server, one.user);
      await push.lastMessage();
      assert.deepEqual((await one.read()).push, { status: 'DISABLED', error: { code: 'GONE' } });
    });

    test('a provider that asks for time is given it', async () => {
      for (const [provider, token] of [
        ['FCM', 'patience'],
        ['WEB_PUSH', push.webPush.subscription('patience')],
      ] as const) {
        const { user } = await push.pair(provider, token);
        await aFlow(server, user);
        const message = await push.lastMessage();
        assert.equal(message?.status, 'PENDING');
        assert.equal(message?.availableAt, server.now() + 17_000);
      }
    });

    test('a request that has ended is not pushed any more', async () => {
      const { user, account } = await push.pair('FCM', 'busy');
      const cancelled = await aFlow(server, user);
      assert.equal((await push.lastMessage())?.status, 'PENDING');
      const cancel = { type: 'cancel.push.authentication', body: { reason: 'CHANGE_DEVICE' } };
      await server.auth(`/deviceAuthentications/${cancelled.id}`, cancel);
      server.advance(5_000);
      assert.equal((await push.lastMessage())?.lastError, 'REQUEST_ENDED');

      await aFlow(server, user);
      assert.equal((await push.lastMessage())?.status, 'PENDING');
      const { requests } = await account.requests();
      assert.equal(await requests[0]?.approve(), 'COMPLETED');
      server.advance(5_000);
      const message = await push.lastMessage();
      assert.deepEqual([message?.status, message?.lastError], ['DEAD', 'REQUEST_ENDED']);
      assert.equal(message?.sealedPayload, undefined);
    });

    test('what a provider knows is good for nothing, and what it sends is only a reason to look', async () => {
      const { user, account } = await push.pair('FCM', 'a-token-that-google-knows');
      const flow = await aFlow(server, user);
      assert.equal((await push.lastMessage())?.status, 'SENT');
      const known = push.fcm.arrived.at(-1)?.payload as { data: Record<string, string> };
      assert.equal(known.data.id, flow.id);
      const states = async () => {
        const { store } = server.server.parts;
        const { environmentId } = server;
        const device = await store.get('devices', environmentId, account.id);
        return [device, await store.get('flows', environmentId, flow.id)];
      };
      const before = await states();
      const unsigned = (header: object) =>
        [header, { ...known.data, flow: flow.id, decision: 'APPROVE' }]
          .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
          .join('.');
      const kid = account.id;
      for (const operation of ['challenges', 'answers', 'updates', 'keys', 'removals']) {
        for (const body of [
          known.data,
          { request: flow.id },
          { request: known.data },
          { request: `${unsigned({ alg: 'none', typ: 'cs-request+jwt', kid })}.` },
          { request: `${unsigned({ alg: 'ES256', typ: 'cs-request+jwt', kid })}.AAAA` },
        ]) {
          const reply = await server.raw(`/${server.environmentId}/device/v1/${operation}`, {
            body,
          });
          assert.ok(
            [400, 401].includes(reply.status),
            `${operation} ${reply.status} ${reply.text}`,
          );
        }
      }
      for (const options of [{}, { type: 'otp.check', body: { otp: '123456' } }]) {
        const path = `/${server.environmentId}/deviceAuthentications/${flow.id}`;
        assert.equal((await server.raw(path, options)).status, 401);
      }
      assert.deepEqual(await states(), before);
      // The phone that looks sees what the server asks, and once that has ended, nothing.
      const { requests } = await account.requests();
      assert.deepEqual(
        requests.map(({ challenge }) => challenge?.id),
        [flow.id],
      );
      assert.equal(await requests[0]?.approve(), 'COMPLETED');
      assert.deepEqual((await account.requests()).requests, []);
    });
  });
}
