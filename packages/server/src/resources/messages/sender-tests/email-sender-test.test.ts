// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are placeholders of providers' requests.
/** An e-mail that is tried by the environment's own sender: a provider over HTTP, or a mail server. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { selfSignedCertificate } from '../../../http/testing-certificate.ts';
import { type MailServer, startMailServer } from '../../../notifications/testing/mail-server.ts';
import { errorOf, invalidData } from '../../../testing/client.ts';
import { startHttpProvider } from '../../../testing/http-provider.ts';
import { startTestServer, type TestServer } from '../../../testing/server.ts';

const PATH = '/notificationsSettings/emailDeliverySettings';
const TYPE = 'application/vnd.countersign.sender.test+json';
const TO = 'kaisa@shop.example';
const SECRET = 'the-secret-of-the-provider';

describe('an e-mail that is tried by the e-mail sender', () => {
  let server: TestServer;
  let mail: MailServer;
  let provider: Awaited<ReturnType<typeof startHttpProvider>>;
  const certificate = selfSignedCertificate();
  before(async () => {
    const caFile = join(tmpdir(), `countersign-${process.pid}-test-ca.pem`);
    await writeFile(caFile, certificate.cert);
    server = await startTestServer({ env: { COUNTERSIGN_SENDERS_CA_FILE: caFile } });
    server.secret(SECRET);
    provider = await startHttpProvider({ answer: ({ json }) => [202, { queued: json }] });
    mail = await startMailServer({
      recipientReply: (address) =>
        address.startsWith('gone') ? { code: 550, text: 'No such user' } : undefined,
      options: {
        secure: true,
        ...certificate,
        authOptional: false,
        onAuth: ({ password }, _session, callback) =>
          password === SECRET ? callback(null, { user: 'shop' }) : callback(new Error('No')),
      },
    });
  });
  after(async () => {
    await server?.close();
    await mail?.close();
    provider?.close();
  });

  const put = async (body: object) => {
    const reply = await server.api(PATH, { method: 'PUT', body });
    assert.equal(reply.status, 200, reply.text);
  };
  const tryIt = (body: object) => server.api(PATH, { type: TYPE, body });

  test('is not found where the environment has none', async () => {
    assert.equal(errorOf(await tryIt({ to: TO })).code, 'NOT_FOUND');
  });

  test('shows what a provider over HTTP answers', async () => {
    await put({
      name: 'our-mail',
      provider: 'CUSTOM_PROVIDER',
      protocol: 'HTTP',
      authentication: { method: 'BEARER', authToken: SECRET },
      requests: [
        {
          deliveryMethod: 'EMAIL',
          method: 'POST',
          url: `${provider.url}/mails`,
          headers: { 'content-type': 'application/json' },
          body: '{"to":"${to}","from":"${from}","subject":"${subject}","text":"${message}"}',
        },
      ],
    });
    const reply = await tryIt({ to: TO, subject: 'One', message: 'Two' });
    assert.equal(reply.status, 200, reply.text);
    const { answer, ...told } = reply.body;
    assert.deepEqual(told, { taken: true, status: 202 });
    // Without a sender of its own it is from the server's.
    const queued = { to: TO, from: 'no-reply@localhost', subject: 'One', text: 'Two' };
    assert.deepEqual(JSON.parse(answer), { queued });
    assert.equal(provider.requests.at(-1)?.bearer, SECRET);
    provider.troubles.next.push('forbidden');
    const refused = await tryIt({ to: TO });
    const expected = { taken: false, reason: 'HTTP 403', status: 403, answer: '<p>No.</p>' };
    assert.deepEqual(refused.body, expected);
  });

  test('shows what a mail server answers', async () => {
    await put({
      host: '127.0.0.1',
      port: mail.port,
      username: 'shop',
      password: SECRET,
      from: { name: 'Shop', address: 'no-reply@shop.example' },
      replyTo: { address: 'help@shop.example' },
    });
    const reply = await tryIt({ to: TO, message: 'It works.' });
    assert.deepEqual(reply.body, { taken: true });
    const received = mail.received.at(-1);
    assert.deepEqual(received?.recipients, [TO]);
    assert.equal(received?.mail.from?.text, '"Shop" <no-reply@shop.example>');
    assert.equal(received?.mail.text?.trim(), 'It works.');
    const gone = await tryIt({ to: 'gone@shop.example' });
    assert.equal(gone.body.taken, false);
    assert.match(gone.body.reason, /^SMTP 550/);
  });

  test('is refused where it can not be sent', async () => {
    for (const to of ['nobody', 'a@b@c', '+15125550123', 'Kaisa <kaisa@shop.example>']) {
      assert.deepEqual(errorOf(await tryIt({ to })), invalidData('INVALID_VALUE', 'to'), to);
    }
  });
});
