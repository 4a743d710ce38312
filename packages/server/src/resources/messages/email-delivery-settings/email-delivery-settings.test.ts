// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are placeholders of providers' requests.
/** `…/emailDeliverySettings` over HTTP; contract messages §6. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { selfSignedCertificate } from '../../../http/testing-certificate.ts';
import {
  freePort,
  type MailServer,
  startMailServer,
} from '../../../notifications/testing/mail-server.ts';
import { errorOf, invalidData, type Reply } from '../../../testing/client.ts';
import { DIALECTS } from '../../../testing/postgres.ts';
import { startTestServer, startTestServerOn, type TestServer } from '../../../testing/server.ts';

const PATH = '/notificationsSettings/emailDeliverySettings';
const GET = {
  name: 'CustomProviderName',
  provider: 'CUSTOM_PROVIDER',
  protocol: 'HTTP',
  authentication: { method: 'BASIC', username: 'customuser', password: 'customuserpassword' },
  from: { address: 'no-reply@pingidentity.com' },
  replyTo: { address: 'updated-reply@pingidentity.com' },
  requests: [
    {
      deliveryMethod: 'EMAIL',
      method: 'GET',
      headers: {
        'Content-Type': 'application/x-www-form-urlencoded',
        subject: '${subject}',
        'reply-to': '${reply_to}',
        from: '${from}',
      },
      url: 'https://mail.example/send-email.apx?${to}-${message}',
    },
  ],
};
const post = (contentType: string, body?: string) => ({
  ...GET,
  name: 'Updated',
  authentication: { method: 'BEARER', authToken: 'customauthtoken' },
  from: { name: 'Updated Test Sender', address: 'updated@pingidentity.com' },
  requests: [
    {
      deliveryMethod: 'EMAIL',
      method: 'POST',
      url: 'https://mail.example/send-email',
      headers: { 'Content-Type': contentType, from: 'updated-${from}' },
      ...(body === undefined ? {} : { body }),
    },
  ],
});

function members({ body }: Reply) {
  const { _links, environment, createdAt, updatedAt, ...rest } = body;
  assert.ok(_links.self && _links.environment && environment.id && createdAt && updatedAt);
  return rest;
}

const SECRETS = ['password', 'authToken'];
function withoutSecrets(body: object): object {
  const shown = Object.entries(body).filter(([name]) => !SECRETS.includes(name));
  return Object.fromEntries(
    shown.map(([name, value]) => [name, name === 'authentication' ? withoutSecrets(value) : value]),
  );
}

for (const dialect of DIALECTS) {
  describe(`pingone_notification_settings_email on ${dialect}`, () => {
    let server: TestServer;
    let smtp: object;
    before(async () => {
      server = await startTestServerOn(dialect);
      smtp = {
        host: '127.0.0.1',
        port: await freePort(),
        username: 'smtpuser',
        password: 'smtpuserpassword',
        from: { name: 'Stubbed From Address', address: 'noreply@pingidentity.com' },
        replyTo: { address: 'reply@pingidentity.com' },
      };
    });
    after(() => server?.close());
    const put = (body: object) => server.api(PATH, { method: 'PUT', body });

    test('of both forms, one after the other: what comes back is what was sent', async () => {
      const none = await server.api(PATH);
      assert.equal(none.status, 200);
      assert.deepEqual(Object.keys(none.body).sort(), ['_links', 'environment']);
      const form = 'application/x-www-form-urlencoded';
      for (const body of [
        GET,
        smtp,
        post(form),
        post(form, 'to=${to}&message=${message}'),
        smtp,
        post('application/json', '{\n  ${message},\n  "to": [\n    "${to}"\n  ]\n}\n'),
        GET,
      ]) {
        const replaced = await put(body);
        assert.equal(replaced.status, 200, replaced.text);
        const protocol = body === smtp ? { protocol: 'SMTPS' } : {};
        assert.deepEqual(members(replaced), { ...withoutSecrets(body), ...protocol });
        const read = await server.api(PATH);
        assert.deepEqual(read.body, replaced.body);
        const again = await put(read.body);
        assert.equal(again.status, 200, again.text);
        assert.deepEqual(members(again), members(read));
      }
      for (const text of ['customuserpassword', 'customauthtoken', 'smtpuserpassword']) {
        server.secret(text);
      }
      assert.equal((await server.api(PATH, { method: 'DELETE' })).status, 204);
      assert.deepEqual((await server.api(PATH)).body, none.body);
      assert.equal((await server.api(PATH, { method: 'DELETE' })).status, 204);
    });

    test('made by two at the same time are one', async () => {
      const replies = await Promise.all([put(GET), put(smtp)]);
      assert.deepEqual(
        replies.map(({ status }) => status),
        [200, 200],
      );
      await server.api(PATH, { method: 'DELETE' });
    });
  });
}

describe('an e-mail sender', () => {
  let server: TestServer;
  let mail: MailServer;
  const { cert, key } = selfSignedCertificate();
  const logins: string[] = [];
  before(async () => {
    const caFile = join(tmpdir(), `countersign-${process.pid}-ca.pem`);
    await writeFile(caFile, cert);
    server = await startTestServer({ env: { COUNTERSIGN_SENDERS_CA_FILE: caFile } });
    mail = await startMailServer({
      options: {
        secure: true,
        cert,
        key,
        authOptional: false,
        onAuth({ username, password }, _session, callback) {
          logins.push(`${username}:${password}`);
          if (password === 's3cret') return callback(null, { user: 'shop' });
          callback(new Error('Wrong user or password'));
        },
      },
    });
  });
  after(async () => {
    await server?.close();
    await mail?.close();
  });

  const put = (body: object) => server.api(PATH, { method: 'PUT', body });
  const smtp = (changes: object = {}) => ({
    host: '127.0.0.1',
    port: mail.port,
    username: 'shop',
    password: 's3cret',
    from: { address: 'no-reply@shop.example' },
    ...changes,
  });

  test('is logged in to when it is made, and refused where that fails', async () => {
    assert.equal((await put(smtp())).status, 200);
    assert.deepEqual(logins, ['shop:s3cret']);
    const wrong = await put(smtp({ password: 'wrong' }));
    assert.deepEqual(errorOf(wrong), invalidData('INVALID_VALUE', 'password'));
    const untrusted = await startMailServer({
      options: { secure: true, ...selfSignedCertificate() },
    });
    const refused = await put(smtp({ port: untrusted.port }));
    await untrusted.close();
    assert.deepEqual(errorOf(refused), invalidData('INVALID_VALUE', 'host'));
    // The one that works is still there.
    assert.equal((await server.api(PATH)).body.port, mail.port);
  });

  test('keeps its password while host, port and user stay', async () => {
    await put(smtp());
    logins.length = 0;
    const from = { name: 'Shop', address: 'other@shop.example' };
    const kept = await put(smtp({ password: undefined, from }));
    assert.deepEqual([kept.status, kept.body.from], [200, from]);
    assert.deepEqual(logins, ['shop:s3cret']);
    for (const changes of [{ host: 'localhost' }, { port: 1 }, { username: 'other' }]) {
      const refused = await put(smtp({ ...changes, password: undefined }));
      assert.deepEqual(errorOf(refused), invalidData('REQUIRED_VALUE', 'password'));
    }
    assert.deepEqual(logins, ['shop:s3cret']);
  });

  test('says what it must say', async () => {
    for (const [body, detail, target] of [
      [smtp({ host: undefined }), 'REQUIRED_VALUE', 'host'],
      [smtp({ username: undefined }), 'REQUIRED_VALUE', 'username'],
      [smtp({ from: undefined }), 'REQUIRED_VALUE', 'from.address'],
      [smtp({ from: { address: 'x' } }), 'INVALID_VALUE', 'from.address'],
      [smtp({ host: 'a b' }), 'INVALID_VALUE', 'host'],
      [smtp({ port: 70_000 }), 'OUT_OF_RANGE', 'port'],
      [{ ...GET, name: undefined }, 'REQUIRED_VALUE', 'name'],
      [{ ...GET, provider: undefined }, 'REQUIRED_VALUE', 'provider'],
      [{ ...GET, requests: undefined }, 'REQUIRED_VALUE', 'requests'],
      [{ ...GET, authentication: undefined }, 'REQUIRED_VALUE', 'authentication'],
      [post('text/plain', '${to} ${from}'), 'INVALID_VALUE', 'requests[0].body'],
      [post('application/json', '{"a":"${to}${message}"'), 'INVALID_VALUE', 'requests[0].body'],
    ] as const) {
      assert.deepEqual(errorOf(await put(body)), invalidData(detail, target), JSON.stringify(body));
    }
  });
});

test('an e-mail sender is not inside, unless the operator says so', async () => {
  const server = await startTestServer({ env: { COUNTERSIGN_SENDERS_PRIVATE: 'false' } });
  const from = { address: 'no-reply@shop.example' };
  for (const host of ['127.0.0.1', 'localhost', '169.254.169.254']) {
    const body = { host, port: 25, username: 'u', password: 'p', from };
    const refused = await server.api(PATH, { method: 'PUT', body });
    assert.deepEqual(errorOf(refused), invalidData('INVALID_VALUE', 'host'));
  }
  await server.close();
});
