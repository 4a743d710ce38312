/** What became of messages, over HTTP, on both stores: a real mail server takes and refuses them. */
import assert from 'node:assert/strict';
import { createHmac, randomUUID, randomUUIDv7 } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { CALLBACK_BYTES_MAX } from '../../../config/limits.ts';
import { forgetPayloads } from '../../../jobs/forget-payloads.ts';
import type { Message } from '../../../model/documents.ts';
import { WHATSAPP_SENDER_ID } from '../../../model/messages.ts';
import {
  callbackPath,
  type DeliveryCallbacks,
  type DeliveryReport,
  senderCallbacks,
} from '../../../notifications/delivery-callbacks.ts';
import { sealedAccount } from '../../../notifications/providers/account.ts';
import { startMailServer } from '../../../notifications/testing/mail-server.ts';
import { errorOf, send } from '../../../testing/client.ts';
import { DIALECTS } from '../../../testing/postgres.ts';
import { aDevice, aUser, found } from '../../../testing/scenario.ts';
import { startTestServerOn, type TestServer } from '../../../testing/server.ts';

const REPLAY = 'application/vnd.countersign.notification.replay+json';

for (const dialect of DIALECTS) {
  describe(`sent messages on ${dialect}`, () => {
    let server: TestServer;
    let mail: Awaited<ReturnType<typeof startMailServer>>;
    let refuses = false;
    before(async () => {
      mail = await startMailServer({
        recipientReply: (to) => (refuses ? { code: 550, text: `5.1.1 No ${to} here` } : undefined),
      });
      const env = {
        COUNTERSIGN_SMTP_URL: mail.url,
        COUNTERSIGN_MAIL_FROM: 'no-reply@shop.example',
      };
      server = await startTestServerOn(dialect, { env });
    });
    after(async () => {
      await server?.close();
      await mail?.close();
    });

    /** A code for a new device of a new user, and what became of it. */
    async function aCode() {
      const user = await aUser(server);
      server.secret(user.email);
      await aDevice(server, user, { status: 'ACTIVATION_REQUIRED' });
      await server.server.outboxIdle();
      const { body } = await server.api('/notifications?limit=1000');
      const shown = body._embedded.notifications.find(
        (one: { user?: { id: string } }) => one.user?.id === user.id,
      );
      return { user, shown };
    }
    const replay = (id: string) =>
      server.api(`/notifications/${id}`, { method: 'POST', type: REPLAY });
    const eventsOf = async (id: string) =>
      (await found(server, 'activities', `resources.id eq "${id}"`)).map(
        ({ action, result, data }) => [action.type, result.status, data.status],
      );

    test('say whom they were for, by which words and who took them, and no more', async () => {
      refuses = false;
      const { user, shown } = await aCode();
      const { _links, id, environment, createdAt, updatedAt, template, ...members } = shown;
      assert.deepEqual(members, {
        status: 'SENT',
        channel: 'EMAIL',
        kind: 'DEVICE_PAIRING',
        user: { id: user.id },
        attempts: 1,
        address: `${user.email.slice(0, 2)}****@${user.email.split('@')[1]}`,
        sender: { id: 'server:smtp', name: 'server:smtp' },
      });
      assert.equal(template.name, 'device_pairing');
      assert.ok(createdAt && updatedAt && environment.id === server.environmentId);
      const read = await send(_links.self.href, { token: server.token });
      assert.deepEqual(read.body, shown);
      assert.deepEqual(await eventsOf(id), [
        ['NOTIFICATION.UPDATED', 'SUCCESS', 'SENT'],
        ['NOTIFICATION.CREATED', 'SUCCESS', 'QUEUED'],
      ]);
      assert.deepEqual(errorOf(await replay(id)), {
        status: 400,
        code: 'REQUEST_FAILED',
        detail: 'CONSTRAINT_VIOLATION',
        target: 'status',
      });
    });

    test('that were given up are sent again as long as they are good', async () => {
      refuses = true;
      const { user, shown } = await aCode();
      const { id } = shown;
      assert.deepEqual([shown.status, shown.reason], ['FAILED', 'SMTP 550 5.1.1']);
      assert.ok(Date.parse(shown.replayableUntil) > server.now());
      refuses = false;
      const again = await replay(id);
      assert.deepEqual([again.status, again.body.status, again.body.attempts], [200, 'QUEUED', 0]);
      await server.server.outboxIdle();
      const { body } = await server.api(`/notifications/${id}`);
      assert.deepEqual(
        [body.status, body.reason, body.replayableUntil],
        ['SENT', undefined, undefined],
      );
      assert.ok(mail.received.some(({ recipients }) => recipients.includes(user.email)));
      assert.deepEqual(await eventsOf(id), [
        ['NOTIFICATION.UPDATED', 'SUCCESS', 'SENT'],
        ['NOTIFICATION.UPDATED', 'SUCCESS', 'QUEUED'],
        ['NOTIFICATION.UPDATED', 'FAILED', 'FAILED'],
        ['NOTIFICATION.CREATED', 'SUCCESS', 'QUEUED'],
      ]);
      assert.equal((await replay(id)).status, 400);
    });

    test('that have expired are sent to nobody, and forget what they said', async () => {
      refuses = true;
      const { shown } = await aCode();
      const { id } = shown;
      const row = async () => {
        const { store } = server.server.parts;
        return (await store.get('messages', server.environmentId, id))?.doc;
      };
      assert.ok((await row())?.sealedPayload);
      server.advance(Date.parse(shown.replayableUntil) - server.now());
      await server.renew();
      assert.equal((await replay(id)).status, 400);
      const { store, clock } = server.server.parts;
      assert.equal(await forgetPayloads({ store, clock }), false);
      const { sealedPayload, usableUntil, status } = (await row()) ?? {};
      assert.deepEqual([sealedPayload, usableUntil, status], [undefined, undefined, 'DEAD']);
    });

    test('are found by their status and channel', async () => {
      const statuses = async (filter: string) => {
        const { body } = await server.api(`/notifications?filter=${encodeURIComponent(filter)}`);
        return [
          ...new Set(body._embedded.notifications.map(({ status }: { status: string }) => status)),
        ];
      };
      for (const status of ['SENT', 'FAILED']) {
        assert.deepEqual(await statuses(`status eq "${status}"`), [status]);
      }
      assert.deepEqual(await statuses('status eq "REJECTED"'), []);
      assert.deepEqual(await statuses('status eq "queued" or status eq "nothing"'), []);
      assert.deepEqual(await statuses('channel eq "SMS"'), []);
      assert.equal((await statuses('channel eq "email" and status eq "SENT"')).length, 1);
      const wrong = await server.api('/notifications?filter=address%20eq%20%22x%22');
      assert.equal(errorOf(wrong).detail, 'INVALID_FILTER');
    });
  });

  describe(`what providers say later on ${dialect}`, () => {
    const SENDER: string = randomUUID();
    const SECRET = 'the secret of the account';
    const signed = (body: string) => createHmac('sha256', SECRET).update(body).digest('hex');
    let server: TestServer;
    const heard: string[] = [];
    const callbacks: DeliveryCallbacks = {
      async reportsOf(environmentId, senderId, { url, headers, body }) {
        heard.push(url);
        const isKnown = [SENDER, WHATSAPP_SENDER_ID].includes(senderId);
        const known = environmentId === server.environmentId && isKnown;
        if (!known || headers['x-signature'] !== signed(body)) return undefined;
        return JSON.parse(body).reports as DeliveryReport[];
      },
      challengeOf: async (_environmentId, senderId, url) =>
        senderId === SENDER && URL.parse(url)?.searchParams.get('hub.verify_token') === 'mine'
          ? (URL.parse(url)?.searchParams.get('hub.challenge') ?? undefined)
          : undefined,
    };
    before(async () => {
      server = await startTestServerOn(dialect);
      Object.assign(server.server.parts, { deliveryCallbacks: callbacks });
    });
    after(() => server?.close());

    async function aSentMessage(providerMessageId: string, senderId = SENDER) {
      const { store } = server.server.parts;
      const { environmentId } = server;
      const id = randomUUIDv7();
      const now = server.now();
      const doc: Message = {
        kind: 'DEVICE_AUTHENTICATION',
        channel: 'SMS',
        status: 'SENT',
        attempts: 1,
        availableAt: now,
        expiresAt: now + 60_000,
        sender: { id: senderId, name: 'North' },
        providerMessageId,
        createdAt: now,
        updatedAt: now,
      };
      await store.commit([{ op: 'insert', table: 'messages', environmentId, id, doc }]);
      return id;
    }
    const pathTo = (senderId = SENDER) =>
      callbackPath(server.server.parts.keyring, server.environmentId, senderId);
    const say = (
      reports: unknown,
      {
        path = pathTo(),
        signature = undefined as string | undefined,
        type = 'application/json',
      } = {},
    ) => {
      const body = JSON.stringify({ reports });
      return server.api(path, {
        method: 'POST',
        token: undefined,
        type,
        headers: { 'x-signature': signature ?? signed(body) },
        body: Buffer.from(body),
      });
    };
    const shown = async (id: string) => (await server.api(`/notifications/${id}`)).body;

    test('is kept once, with its moment, and told of once', async () => {
      const id = await aSentMessage('sid-1');
      const delivered = { providerMessageId: 'sid-1', status: 'delivered' };
      const failed = { providerMessageId: 'sid-1', status: 'failed', reason: '30007' };
      for (const report of [delivered, delivered, failed]) {
        const reply = await say([report]);
        assert.deepEqual([reply.status, reply.text], [204, '']);
      }
      const { status, delivery } = await shown(id);
      assert.deepEqual(
        [status, delivery.status, Date.parse(delivery.at)],
        ['SENT', 'DELIVERED', server.now()],
      );
      const events = await found(server, 'activities', `resources.id eq "${id}"`);
      assert.deepEqual(
        events.map(({ action, result }) => [action.type, result.status, result.description]),
        [['NOTIFICATION.UPDATED', 'SUCCESS', 'SMS: delivered by North.']],
      );
      assert.ok(heard.every((url) => url.startsWith(`${server.server.url}/v1/environments/`)));
    });

    test('may be that it failed: then the message has failed', async () => {
      const id = await aSentMessage('sid-2');
      const report = { providerMessageId: 'sid-2', status: 'failed', reason: '30007' };
      const reply = await say([report], { type: 'application/x-www-form-urlencoded' });
      assert.equal(reply.status, 204, reply.text);
      const { status, delivery } = await shown(id);
      assert.deepEqual([status, delivery.status, delivery.reason], ['FAILED', 'FAILED', '30007']);
      const [event] = await found(server, 'activities', `resources.id eq "${id}"`);
      assert.deepEqual([event.result.status, event.data.reason], ['FAILED', 'PROVIDER']);
      const filter = encodeURIComponent('status eq "FAILED"');
      assert.equal((await server.api(`/notifications?filter=${filter}`)).body.count, 1);
    });

    test('changes nothing where it is of no message, or of another sender’s', async () => {
      const other = await aSentMessage('sid-3', randomUUID());
      const single = await aSentMessage('sid-5', `${server.environmentId}:${WHATSAPP_SENDER_ID}`);
      const path = pathTo(WHATSAPP_SENDER_ID);
      await say([{ providerMessageId: 'sid-5', status: 'delivered' }], { path });
      assert.equal((await shown(single)).delivery.status, 'DELIVERED');
      for (const providerMessageId of ['sid-3', 'never seen']) {
        const reply = await say([{ providerMessageId, status: 'delivered' }]);
        assert.equal(reply.status, 204);
      }
      assert.equal((await say([])).status, 204);
      assert.equal((await shown(other)).delivery, undefined);
    });

    test('is heard only by the key of the path and the provider’s signature', async () => {
      const id = await aSentMessage('sid-4');
      const report = [{ providerMessageId: 'sid-4', status: 'delivered' }];
      const forged = await say(report, { signature: 'x' });
      assert.deepEqual([forged.status, forged.body.code], [403, 'ACCESS_FAILED']);
      const elsewhere = pathTo().replace(SENDER, randomUUID());
      for (const path of [
        elsewhere,
        `/notifications/callbacks/${SENDER}/${'x'.repeat(43)}`,
        `/notifications/callbacks/${SENDER}/x`,
        `/notifications/callbacks/not-an-id/${'x'.repeat(43)}`,
      ]) {
        const reply = await say(report, { path });
        assert.deepEqual([reply.status, reply.body.code], [404, 'NOT_FOUND'], path);
      }
      assert.equal((await shown(id)).delivery, undefined);
    });

    test('is bounded, has a body and one of two media types', async () => {
      const ask = (options: object) =>
        server.api(pathTo(), { method: 'POST', token: undefined, ...options });
      const large = Buffer.alloc(CALLBACK_BYTES_MAX + 1, 'x');
      assert.equal((await ask({ type: 'application/json', body: large })).status, 413);
      assert.equal((await ask({ type: 'text/plain', body: Buffer.from('x') })).status, 415);
      assert.equal((await ask({ type: 'application/json', body: Buffer.alloc(0) })).status, 400);
      for (const bytes of [Buffer.of(0, 255, 1), Buffer.from('[[['), Buffer.from('a=b&a=c')]) {
        assert.equal((await ask({ type: 'application/json', body: bytes })).status, 403);
      }
    });

    test('is verified as the sender’s own provider signs', async () => {
      const { parts } = server.server;
      const { environmentId } = server;
      const callbacks = senderCallbacks({ store: parts.store, vault: parts.keyring });
      const id = randomUUIDv7();
      const now = server.now();
      const authToken = 'the token of the account';
      const account = { settings: { sid: 'AC1' }, secrets: { authToken } };
      await parts.keyring.load(environmentId);
      const doc = {
        kind: 'PHONE' as const,
        provider: 'CUSTOM_TWILIO',
        ...sealedAccount(parts.keyring, { environmentId, id }, account),
        createdAt: now,
        updatedAt: now,
      };
      await parts.store.commit([
        { op: 'insert', table: 'message_senders', environmentId, id, doc },
      ]);
      const url = `${server.server.url}/v1/environments/${environmentId}${pathTo(id)}`;
      const fields = { MessageSid: 'SM1', MessageStatus: 'delivered' };
      const text = Object.entries(fields).flat().join('');
      const signature = createHmac('sha1', authToken).update(`${url}${text}`).digest('base64');
      const body = String(new URLSearchParams(fields));
      const ask = (given: string, of = id) =>
        callbacks.reportsOf(environmentId, of, {
          url,
          headers: { 'x-twilio-signature': given },
          body,
        });
      assert.deepEqual(await ask(signature), [{ providerMessageId: 'SM1', status: 'delivered' }]);
      assert.equal(await ask('x'), undefined);
      assert.equal(await ask(signature, randomUUID()), undefined);
      assert.equal(await callbacks.challengeOf(environmentId, id, url), undefined);
    });

    test('begins with a question, where the provider asks one', async () => {
      const ask = (token: string, path = pathTo()) =>
        server.api(`${path}?hub.mode=subscribe&hub.challenge=4711&hub.verify_token=${token}`, {
          token: undefined,
        });
      const answered = await ask('mine');
      assert.deepEqual([answered.status, answered.text], [200, '4711']);
      assert.equal((await ask('theirs')).status, 403);
      assert.equal((await ask('mine', pathTo().replace(SENDER, randomUUID()))).status, 404);
    });
  });
}
