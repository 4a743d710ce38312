// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are placeholders of providers' requests.
/** A message that is tried by one phone sender: what its provider says is shown, and no secret. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { errorOf, invalidData } from '../../../testing/client.ts';
import { startHttpProvider } from '../../../testing/http-provider.ts';
import { found } from '../../../testing/scenario.ts';
import { startTestServer, type TestServer } from '../../../testing/server.ts';

const PATH = '/notificationsSettings/phoneDeliverySettings';
const TOKEN = 'the-token-of-the-gateway';
const TYPE = 'application/vnd.countersign.sender.test+json';

describe('a message that is tried by a phone sender', () => {
  let gateway: Awaited<ReturnType<typeof startHttpProvider>>;
  let server: TestServer;
  let path: string;
  before(async () => {
    gateway = await startHttpProvider({
      answer: ({ json, headers }) => [202, { queued: json, told: headers.authorization }],
    });
    server = await startTestServer();
    server.secret(TOKEN);
    const made = await server.api(PATH, {
      body: {
        name: 'our-gateway',
        provider: 'CUSTOM_PROVIDER',
        authentication: { method: 'BEARER', authToken: TOKEN },
        requests: [
          {
            deliveryMethod: 'SMS',
            method: 'POST',
            url: `${gateway.url}/messages`,
            headers: { 'content-type': 'application/json' },
            body: '{"to":"${to}","text":"${message}"}',
          },
        ],
      },
    });
    assert.equal(made.status, 201, made.text);
    path = `${PATH}/${made.body.id}`;
  });
  after(async () => {
    await server?.close();
    gateway?.close();
  });

  const tryIt = (body: object, where = path) => server.api(where, { type: TYPE, body });

  test('is taken: status and body are those of the provider, without what it knows us by', async () => {
    const reply = await tryIt({ to: '+1 512 555 0123', message: 'A "test".' });
    assert.equal(reply.status, 200, reply.text);
    const { answer, ...told } = reply.body;
    assert.deepEqual(told, { taken: true, status: 202 });
    const queued = { to: '+15125550123', text: 'A "test".' };
    assert.deepEqual(JSON.parse(answer), { queued, told: 'Bearer ***' });
    assert.equal(gateway.requests.at(-1)?.bearer, TOKEN);
    const records = await found(server, 'activities', 'action.type eq "NOTIFICATION.CREATED"');
    assert.equal(records[0].result.status, 'SUCCESS');
    assert.ok(!JSON.stringify(records).includes('5550123'), 'never the number');
    const { store } = server.server.parts;
    assert.deepEqual(await store.list('messages', server.environmentId, { limit: 5 }), []);
  });

  test('is not taken: the reason, and what the provider says', async () => {
    gateway.troubles.next.push([422, { error: 'no such sender' }]);
    const refused = await tryIt({ to: '+15125550123' });
    assert.deepEqual(refused.body, {
      taken: false,
      reason: 'HTTP 422',
      status: 422,
      answer: '{"error":"no such sender"}',
    });
    gateway.troubles.next.push('broken', 'broken');
    const silent = await tryIt({ to: '+15125550123' });
    assert.equal(silent.status, 200, silent.text);
    const { taken, status, answer } = silent.body;
    assert.deepEqual([taken, status, answer], [false, undefined, undefined]);
    const records = await found(server, 'activities', 'action.type eq "NOTIFICATION.CREATED"');
    assert.equal(records[0].result.status, 'FAILED');
  });

  test('is refused where it can not be sent', async () => {
    const wrong: [object, string, string][] = [
      [{}, 'REQUIRED_VALUE', 'to'],
      [{ to: '5125550123' }, 'INVALID_VALUE', 'to'],
      [{ to: 'kaisa@shop.example' }, 'INVALID_VALUE', 'to'],
      [{ to: '+88213300000' }, 'INVALID_VALUE', 'to'],
      [{ to: '+15125550123', deliveryMethod: 'VOICE' }, 'INVALID_VALUE', 'deliveryMethod'],
      [{ to: '+15125550123', deliveryMethod: 'PIGEON' }, 'INVALID_VALUE', 'deliveryMethod'],
      [{ to: '+15125550123', message: 'x'.repeat(1_001) }, 'SIZE_LIMIT_EXCEEDED', 'message'],
    ];
    for (const [body, detail, target] of wrong) {
      assert.deepEqual(errorOf(await tryIt(body)), invalidData(detail, target));
    }
    const nobody = await tryIt({ to: '+15125550123' }, `${PATH}/${randomUUID()}`);
    assert.equal(errorOf(nobody).code, 'NOT_FOUND');
  });

  test('is bounded: nobody is flooded by it', async () => {
    const statuses = new Set<number>();
    for (let round = 0; round < 40; round++) {
      const reply = await tryIt({ to: '+15125550199' });
      statuses.add(reply.status);
      if (reply.status === 200) continue;
      const { detail, target } = errorOf(reply);
      assert.deepEqual([detail, target], ['LIMIT_EXCEEDED', 'to']);
    }
    assert.deepEqual(statuses, new Set([200, 400]));
  });
});
