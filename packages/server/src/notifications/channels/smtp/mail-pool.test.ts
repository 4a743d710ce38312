import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { selfSignedCertificate } from '../../../http/testing-certificate.ts';
import { freePort, type MailServerBehaviour, startMailServer } from '../../testing/mail-server.ts';
import type { RenderedMessage } from '../channel.ts';
import { faultOfAccount } from './mail-pool.ts';
import { openMailSender } from './smtp.ts';
import type { SmtpServer } from './smtp-settings.ts';

const certificate = selfSignedCertificate();
const never = new AbortController().signal;
const mail: RenderedMessage = {
  id: 'message-1',
  to: { address: 'kaisa@shop.example' },
  locale: 'en',
  subject: 'Code',
  text: 'Use 482913.',
};
const from = { name: 'Shop', address: 'no-reply@shop.example' };

const opened: { close(): unknown }[] = [];
after(() => Promise.all(opened.map((part) => part.close())));

/** That takes one log-in, by TLS only: after STARTTLS, or at once. */
async function aServer(secure: boolean, behaviour: MailServerBehaviour = {}) {
  const server = await startMailServer({
    ...behaviour,
    options: {
      ...certificate,
      secure,
      hideSTARTTLS: false,
      authOptional: false,
      authMethods: ['PLAIN', 'LOGIN'],
      onAuth({ username, password }, _session, callback) {
        if (username === 'shop' && password === 's3cret') return callback(null, { user: 'shop' });
        callback(new Error('Wrong user or password'));
      },
      ...behaviour.options,
    },
  });
  opened.push(server);
  return server;
}

function accountOf(port: number, secure: boolean, more: Partial<SmtpServer> = {}): SmtpServer {
  return {
    host: '127.0.0.1',
    port,
    secure,
    requireTLS: !secure,
    ignoreTLS: false,
    auth: { user: 'shop', pass: 's3cret' },
    tls: { minVersion: 'TLSv1.2', rejectUnauthorized: true, ca: [certificate.cert] },
    ...more,
  };
}

function senderBy(server: SmtpServer, allowPrivate = true) {
  const sender = openMailSender({ server, allowPrivate }, 2);
  opened.push(sender);
  return sender;
}

describe('the mail server of an environment', () => {
  for (const secure of [false, true]) {
    test(`takes mail from whom it is, ${secure ? 'by TLS at once' : 'after STARTTLS'}`, async () => {
      const server = await aServer(secure);
      const replyTo = { name: 'Help, "desk"', address: 'help@shop.example' };
      const sender = senderBy(accountOf(server.port, secure));
      assert.deepEqual(await sender.send(mail, { from, replyTo }, never), { outcome: 'DELIVERED' });
      assert.deepEqual(await sender.send(mail, { from }, never), { outcome: 'DELIVERED' });
      const [first, second] = server.received;
      assert.deepEqual(first?.mail.from?.value[0], from);
      assert.deepEqual(first?.mail.replyTo?.value[0], replyTo);
      assert.equal(second?.mail.replyTo, undefined);
      assert.equal(server.connections, 1);
    });

    test(`is only one that the certificate is of (${secure ? 'at once' : 'STARTTLS'})`, async () => {
      const server = await aServer(secure);
      const tls = { minVersion: 'TLSv1.2', rejectUnauthorized: true } as const;
      const stranger = accountOf(server.port, secure, { tls });
      const receipt = await senderBy(stranger).send(mail, { from }, never);
      assert.equal(receipt.outcome, 'LATER');
      assert.equal(await faultOfAccount({ server: stranger }, 5_000), 'host');
      assert.equal(server.received.length, 0);
    });
  }

  test('is told no password before TLS', async () => {
    let logins = 0;
    const onAuth = () => {
      logins += 1;
    };
    const server = await aServer(false, {
      options: { disabledCommands: ['STARTTLS'], allowInsecureAuth: true, onAuth },
    });
    const receipt = await senderBy(accountOf(server.port, false)).send(mail, { from }, never);
    assert.deepEqual([receipt.outcome, logins], ['LATER', 0]);
    assert.equal(await faultOfAccount({ server: accountOf(server.port, false) }, 5_000), 'host');
    assert.equal(logins, 0);
  });

  test('is looked at before it is used: there, with TLS, and it takes the log-in', async () => {
    const server = await aServer(true);
    const right = accountOf(server.port, true);
    const wrong = { ...right, auth: { user: 'shop', pass: 'wrong' } };
    assert.equal(await faultOfAccount({ server: right }, 5_000), undefined);
    assert.equal(await faultOfAccount({ server: wrong }, 5_000), 'password');
    const nowhere = accountOf(await freePort(), true);
    assert.equal(await faultOfAccount({ server: nowhere }, 5_000), 'UNREACHABLE');
  });

  test('is not inside, by address or by name', async () => {
    const server = await aServer(true);
    for (const host of ['127.0.0.1', 'localhost', '::1', '2130706433', '169.254.169.254']) {
      const inside = accountOf(server.port, true, { host });
      const refused = { outcome: 'REFUSED', reason: 'PRIVATE_ADDRESS' };
      assert.deepEqual(await senderBy(inside, false).send(mail, { from }, never), refused, host);
      assert.equal(await faultOfAccount({ server: inside, allowPrivate: false }, 5_000), 'host');
    }
    assert.equal(server.connections, 0);
  });

  test('may refuse for good, put off, or go away in the middle', async () => {
    const server = await aServer(true, {
      recipientReply: (to) => (to.startsWith('no') ? { code: 550, text: '5.1.1 No' } : undefined),
      dataReply: () => ({ code: 451, text: '4.3.0 Later' }),
    });
    const sender = senderBy(accountOf(server.port, true));
    const gone = { ...mail, to: { address: 'nobody@shop.example' } };
    assert.deepEqual(await sender.send(gone, { from }, never), {
      outcome: 'REFUSED',
      reason: 'SMTP 550 5.1.1',
    });
    assert.deepEqual(await sender.send(mail, { from }, never), {
      outcome: 'LATER',
      reason: 'SMTP 451 4.3.0',
      providerFailed: false,
    });
    const cutting = await aServer(true, {
      beforeData: async () => cutting.cut(),
    });
    const cut = await senderBy(accountOf(cutting.port, true)).send(mail, { from }, never);
    assert.deepEqual([cut.outcome, 'providerFailed' in cut && cut.providerFailed], ['LATER', true]);
  });
});
