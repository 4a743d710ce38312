import assert from 'node:assert/strict';
import { randomUUIDv7 } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { after, describe, test } from 'node:test';
import { selfSignedCertificate } from '../../../http/testing-certificate.ts';
import { renderWords } from '../../templates/render.ts';
import { freePort, type MailServerBehaviour, startMailServer } from '../../testing/mail-server.ts';
import type { Channel, DeliveryReceipt, RenderedMessage } from '../channel.ts';
import { openSmtpChannel } from './smtp.ts';

const never = new AbortController().signal;

function aMail(changes: Partial<RenderedMessage> = {}): RenderedMessage {
  return {
    id: randomUUIDv7(),
    to: { address: 'kaisa@shop.example' },
    locale: 'en',
    subject: 'Your passcode for Shop',
    text: 'Use 482913.',
    html: '<p>Use <b>482913</b>.</p>',
    ...changes,
  };
}

const opened: { close(): unknown }[] = [];
after(() => Promise.all(opened.map((part) => part.close())));

async function setUp(behaviour: MailServerBehaviour = {}) {
  const server = await startMailServer(behaviour);
  const channel = openSmtpChannel({
    smtpUrl: server.url,
    mailFrom: 'Shop Sign-on <no-reply@shop.example>',
  });
  opened.push(channel, server);
  return { server, channel };
}

describe('e-mail over SMTP', () => {
  test('arrives with sender, recipient, subject, both bodies and the id of the message', async () => {
    const { server, channel } = await setUp();
    const message = aMail({ subject: 'Code für Söhne', text: 'Käyttäjä: 482913' });
    assert.deepEqual(await channel.send(message, never), { outcome: 'DELIVERED' });
    const [mail] = server.received;
    assert.ok(mail);
    assert.deepEqual(mail.recipients, ['kaisa@shop.example']);
    assert.equal(mail.sender, 'no-reply@shop.example');
    assert.equal(mail.mail.subject, 'Code für Söhne');
    assert.equal(mail.mail.text?.trim(), 'Käyttäjä: 482913');
    assert.match(String(mail.mail.html), /<b>482913<\/b>/);
    assert.equal(mail.mail.messageId, `<${message.id}@shop.example>`);
    assert.equal(mail.mail.from?.value[0]?.name, 'Shop Sign-on');
    assert.equal(mail.mail.headers.get('auto-submitted'), 'auto-generated');
  });

  test('has a head in ASCII, whatever the names of the domains', async () => {
    const server = await startMailServer();
    const channel = openSmtpChannel({
      smtpUrl: server.url,
      mailFrom: 'Müller & Söhne <no-reply@müller.example>',
    });
    opened.push(channel, server);
    const message = aMail({ to: { address: 'kaisa@söhne.example' }, subject: 'Käyttäjä' });
    assert.deepEqual(await channel.send(message, never), { outcome: 'DELIVERED' });
    const [mail] = server.received;
    assert.ok(mail);
    const [head = ''] = mail.source.split('\r\n\r\n');
    assert.match(head, /^[\x20-\x7e\r\n\t]+$/);
    assert.equal(mail.mail.messageId, `<${message.id}@xn--mller-kva.example>`);
  });

  for (const locale of ['ar', 'fr', 'ja']) {
    test(`brings the words in ${locale} as they were written`, async () => {
      const { server, channel } = await setUp();
      const variables = { otp: '482913', 'user.username': 'kaisa', 'environment.name': 'Shop' };
      const words = renderWords('EMAIL', { template: 'strong_authentication', locale, variables });
      assert.deepEqual(await channel.send(aMail(words), never), { outcome: 'DELIVERED' });
      const [received] = server.received;
      assert.equal(received?.mail.subject, words.subject);
      assert.equal(received?.mail.text?.trim(), words.text);
      assert.equal(String(received?.mail.html).trim(), words.html);
    });
  }

  test('greets by the name that it is given', async () => {
    const greetings: unknown[] = [];
    const server = await startMailServer({
      options: {
        onMailFrom: (_address, session, callback) => {
          greetings.push(session.hostNameAppearsAs);
          callback();
        },
      },
    });
    const channel = openSmtpChannel({
      smtpUrl: server.url,
      mailFrom: 'no-reply@shop.example',
      greetAs: 'mfa.shop.example',
    });
    opened.push(channel, server);
    await channel.send(aMail(), never);
    assert.deepEqual(greetings, ['mfa.shop.example']);
  });

  test('reaches the mailbox that a quoted address means, and no other', async () => {
    const { server, channel } = await setUp();
    for (const address of ['"john.doe"@shop.example', 'john."doe"@shop.example']) {
      await channel.send(aMail({ to: { address } }), never);
    }
    const recipients = server.received.flatMap((mail) => mail.recipients);
    assert.deepEqual(recipients, ['john.doe@shop.example', 'john.doe@shop.example']);
  });

  test('goes over connections that stay open', async () => {
    const { server, channel } = await setUp();
    for (let count = 0; count < 5; count++) await channel.send(aMail(), never);
    assert.equal(server.received.length, 5);
    assert.equal(server.connections, 1);
  });

  test('goes over TLS with smtps://, and not to a server that anybody could be', async () => {
    const server = await startMailServer({
      options: { secure: true, ...(await selfSignedCertificate()) },
    });
    opened.push(server);
    const url = `smtps://127.0.0.1:${server.port}`;
    const outcomes = await Promise.all(
      [url, `${url}?tls.rejectUnauthorized=false`].map(async (smtpUrl) => {
        const channel = openSmtpChannel({ smtpUrl, mailFrom: 'no-reply@shop.example' });
        opened.push(channel);
        return channel.send(aMail(), never);
      }),
    );
    assert.deepEqual(outcomes, [
      { outcome: 'LATER', reason: 'SMTP DEPTH_ZERO_SELF_SIGNED_CERT', providerFailed: true },
      { outcome: 'DELIVERED' },
    ]);
    assert.equal(server.received.length, 1);
  });

  test('tells no password where TLS is required and not offered', async () => {
    let logins = 0;
    const server = await startMailServer({
      options: {
        authMethods: ['PLAIN'],
        allowInsecureAuth: true,
        onAuth(_auth, _session, callback) {
          logins++;
          callback(null, { user: 'user' });
        },
      },
    });
    const channel = openSmtpChannel({
      smtpUrl: `smtp://user:secret@127.0.0.1:${server.port}?requireTLS=true`,
      mailFrom: 'no-reply@shop.example',
    });
    opened.push(channel, server);
    const receipt = await channel.send(aMail(), never);
    assert.equal(receipt.outcome, 'LATER');
    assert.equal(logins, 0);
  });

  test('with a line break in an address is not sent at all', async () => {
    const { server, channel } = await setUp();
    const addresses = [
      'kaisa@shop.example\r\nBcc: eve@evil.example',
      'kaisa@shop.example\nRCPT TO:<eve@evil.example>',
      'kaisa@shop.example, eve@evil.example',
      'kaisa@shop.example> <eve@evil.example',
      '"kaisa@shop.example" <eve@evil.example>',
      'kaisa@shop.example;eve@evil.example',
      'kaisa@shop.example\0',
      '',
    ];
    for (const address of addresses) {
      const receipt = await channel.send(aMail({ to: { address } }), never);
      assert.deepEqual(receipt, { outcome: 'REFUSED', reason: 'INVALID_ADDRESS' });
    }
    assert.equal(server.received.length, 0);
  });

  test('with line breaks in its subject gets no other header', async () => {
    const { server, channel } = await setUp();
    const subject = 'Code\r\nBcc: eve@evil.example\r\nX-Evil: 1\r\n\r\nBody';
    await channel.send(aMail({ subject, text: 'a\r\n.\r\nMAIL FROM:<x@y>\r\n' }), never);
    const [mail] = server.received;
    assert.ok(mail);
    assert.equal(server.received.length, 1);
    assert.deepEqual(mail.recipients, ['kaisa@shop.example']);
    assert.equal(mail.mail.bcc, undefined);
    assert.ok(!mail.mail.headers.has('x-evil'));
    assert.match(mail.mail.text ?? '', /^a\n\.\nMAIL FROM/);
  });
});

describe('what a mail server says', () => {
  const CASES: readonly {
    name: string;
    behaviour: MailServerBehaviour;
    receipt: DeliveryReceipt;
  }[] = [
    {
      name: '550 to the recipient is final',
      behaviour: { recipientReply: (to) => ({ code: 550, text: `5.1.1 No user ${to} here` }) },
      receipt: { outcome: 'REFUSED', reason: 'SMTP 550 5.1.1' },
    },
    {
      name: '450 to the recipient is not (greylisting)',
      behaviour: { recipientReply: (to) => ({ code: 450, text: `4.2.0 ${to} greylisted` }) },
      receipt: { outcome: 'LATER', reason: 'SMTP 450 4.2.0', providerFailed: false },
    },
    {
      name: '554 after the message is final',
      behaviour: { dataReply: () => ({ code: 554, text: 'Spam to kaisa@shop.example' }) },
      receipt: { outcome: 'REFUSED', reason: 'SMTP 554' },
    },
    {
      name: '452 after the message is not',
      behaviour: { dataReply: () => ({ code: 452, text: 'Disk full' }) },
      receipt: { outcome: 'LATER', reason: 'SMTP 452', providerFailed: false },
    },
    {
      name: 'a refused sender is our mistake, not the message’s',
      behaviour: {
        options: {
          onMailFrom: (_address, _session, callback) =>
            callback(Object.assign(new Error('Not you'), { responseCode: 553 })),
        },
      },
      receipt: { outcome: 'LATER', reason: 'SMTP 553', providerFailed: true },
    },
    ...[
      '504 5.5.2 <[127.0.0.1]>: Helo command rejected: need fully-qualified hostname',
      '450 4.7.1 <mx>: Helo command rejected: Host not found',
      '554 5.7.1 <unknown[203.0.113.9]>: Client host rejected: Access denied',
      '553 5.7.1 <no-reply@shop.example>: Sender address rejected: not owned by user',
    ].map((said) => ({
      name: `at RCPT, ${said} is not the message’s fault`,
      behaviour: {
        recipientReply: () => ({ code: Number(said.slice(0, 3)), text: said.slice(4) }),
      },
      receipt: {
        outcome: 'LATER',
        reason: `SMTP ${said.slice(0, 9)}`,
        providerFailed: true,
      } as const,
    })),
    {
      name: 'a greeting of 554 is the server’s state',
      behaviour: {
        options: {
          onConnect: (_session, callback) =>
            callback(Object.assign(new Error('Go away'), { responseCode: 554 })),
        },
      },
      receipt: { outcome: 'LATER', reason: 'SMTP 554', providerFailed: true },
    },
  ];
  for (const { name, behaviour, receipt } of CASES) {
    test(name, async () => {
      const { channel } = await setUp(behaviour);
      assert.deepEqual(await channel.send(aMail(), never), receipt);
    });
  }

  test('nothing, because nobody listens, is its failure', async () => {
    const channel = openSmtpChannel({
      smtpUrl: `smtp://127.0.0.1:${await freePort()}`,
      mailFrom: 'no-reply@shop.example',
    });
    opened.push(channel);
    assert.deepEqual(await channel.send(aMail(), never), {
      outcome: 'LATER',
      reason: 'SMTP ECONNREFUSED',
      providerFailed: true,
    });
  });

  test('a refused login is its failure', async () => {
    const server = await startMailServer({
      options: {
        authMethods: ['PLAIN'],
        allowInsecureAuth: true,
        onAuth: (_auth, _session, callback) => callback(new Error('Wrong password')),
      },
    });
    const channel = openSmtpChannel({
      smtpUrl: `smtp://user:secret@127.0.0.1:${server.port}`,
      mailFrom: 'no-reply@shop.example',
    });
    opened.push(channel, server);
    assert.deepEqual(await channel.send(aMail(), never), {
      outcome: 'LATER',
      reason: 'SMTP 535',
      providerFailed: true,
    });
  });

  test('nothing at all ends with the signal', async () => {
    const sockets: Socket[] = [];
    const silent = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const channel: Channel = openSmtpChannel({
      smtpUrl: `smtp://127.0.0.1:${port}`,
      mailFrom: 'no-reply@shop.example',
    });
    const ending = new AbortController();
    const sending = channel.send(aMail(), ending.signal);
    await once(silent, 'connection');
    ending.abort();
    assert.deepEqual(await sending, { outcome: 'LATER', reason: 'TIMEOUT', providerFailed: true });
    await channel.close();
    for (const socket of sockets) socket.destroy();
    silent.close();
  });
});
