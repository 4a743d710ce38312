import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  CIRCUIT_FAILURES_MAX,
  CIRCUIT_OPEN_MS,
  OUTBOX_ATTEMPTS_MAX,
  OUTBOX_LEASE_MS,
  OUTBOX_RETRY_MAX_MS,
} from '../config/limits.ts';
import type { Channel } from '../notifications/channels/channel.ts';
import { openSmtpChannel } from '../notifications/channels/smtp/smtp.ts';
import {
  freePort,
  type MailServerBehaviour,
  startMailServer,
} from '../notifications/testing/mail-server.ts';
import { until } from '../testing/until.ts';
import { aDelivery, type Outbox, openOutbox } from './testing/outbox.ts';

const MAIL_FROM = 'Shop <no-reply@shop.example>';
const MINUTE = 60_000;

/** An outbox with one worker that sends e-mail to a server on loopback. */
async function withMail(
  behaviour: MailServerBehaviour,
  run: (outbox: Outbox, server: Awaited<ReturnType<typeof startMailServer>>) => Promise<void>,
): Promise<void> {
  const server = await startMailServer(behaviour);
  await using outbox = await openOutbox();
  const channel = openSmtpChannel({ smtpUrl: server.url, mailFrom: MAIL_FROM });
  try {
    outbox.startWorker({ channels: [channel] });
    await run(outbox, server);
  } finally {
    await outbox.stopWorkers();
    await channel.close();
    await server.close();
  }
}

describe('the outbox worker', () => {
  test('sends a message and forgets what it said', async () => {
    await withMail({}, async (outbox, server) => {
      const id = await outbox.add(aDelivery());
      await outbox.idle();
      const message = await outbox.read(id);
      assert.equal(message.status, 'SENT');
      assert.equal(message.attempts, 1);
      assert.equal(message.sealedPayload, undefined);
      const [mail] = server.received;
      assert.equal(mail?.mail.messageId, `<${id}@shop.example>`);
      assert.match(mail?.mail.text ?? '', /482913/);
      assert.match(
        await outbox.metrics.text(),
        /messages_total\{channel="EMAIL",outcome="SENT"\} 1/,
      );
    });
  });

  test('is woken by a commit', async () => {
    await withMail({}, async (outbox, server) => {
      await outbox.idle();
      await outbox.add(aDelivery());
      outbox.wake();
      outbox.wake();
      await until(() => server.received.length > 0);
      assert.equal(server.received.length, 1);
    });
  });

  test('tries again after a temporary refusal, later each time', async () => {
    let refusals = 2;
    const recipientReply = () => (refusals-- > 0 ? { code: 450, text: '4.2.0 Later' } : undefined);
    await withMail({ recipientReply }, async (outbox, server) => {
      const id = await outbox.add(aDelivery());
      await outbox.idle();
      const first = await outbox.read(id);
      assert.equal(first.status, 'PENDING');
      assert.equal(first.lastError, 'SMTP 450 4.2.0');
      await outbox.idle();
      assert.equal((await outbox.read(id)).attempts, 1);
      outbox.clock.advance(first.availableAt - outbox.clock.now());
      await outbox.idle();
      const second = await outbox.read(id);
      assert.ok(second.availableAt - outbox.clock.now() > first.availableAt - first.createdAt);
      outbox.clock.advance(MINUTE);
      await outbox.idle();
      assert.equal((await outbox.read(id)).status, 'SENT');
      assert.equal(server.received.length, 1);
    });
  });

  test('gives up after a final refusal, and the audit log knows', async () => {
    const recipientReply = (to: string) => ({ code: 550, text: `5.1.1 No ${to} here` });
    await withMail({ recipientReply }, async (outbox) => {
      const id = await outbox.add(aDelivery());
      await outbox.idle();
      const message = await outbox.read(id);
      assert.equal(message.status, 'DEAD');
      assert.equal(message.lastError, 'SMTP 550 5.1.1');
      const [activity] = await outbox.activities();
      assert.equal(activity?.action, 'NOTIFICATION.UPDATED');
      assert.equal(activity.result, 'FAILED');
      assert.deepEqual(activity?.resource, { type: 'NOTIFICATION', id });
    });
  });

  test('gives up after so many tries', async () => {
    const dataReply = () => ({ code: 452, text: 'Disk full' });
    await withMail({ dataReply }, async (outbox) => {
      const id = await outbox.add(aDelivery({ lifetimeMs: 24 * 60 * MINUTE }));
      for (let tries = 1; tries < OUTBOX_ATTEMPTS_MAX; tries++) {
        await outbox.idle();
        assert.equal((await outbox.read(id)).status, 'PENDING');
        outbox.clock.advance(2 * OUTBOX_RETRY_MAX_MS);
      }
      await outbox.idle();
      const message = await outbox.read(id);
      assert.equal(message.status, 'DEAD');
      assert.equal(message.attempts, OUTBOX_ATTEMPTS_MAX);
    });
  });

  test('does not send what has expired', async () => {
    await withMail({}, async (outbox, server) => {
      const id = await outbox.add(aDelivery({ lifetimeMs: MINUTE }));
      outbox.clock.advance(MINUTE);
      await outbox.idle();
      assert.equal((await outbox.read(id)).lastError, 'EXPIRED');
      assert.equal(server.received.length, 0);
    });
  });

  test('gives up what it can’t open: a payload of another message', async () => {
    await withMail({}, async (outbox, server) => {
      const [first, second] = [await outbox.add(aDelivery()), await outbox.add(aDelivery())];
      await outbox.swapPayload(first, second);
      await outbox.idle();
      assert.equal((await outbox.read(second)).lastError, 'UNREADABLE');
      assert.equal(server.received.length, 1);
    });
  });

  test('gives no one else a header, a recipient or template code', async () => {
    await withMail({}, async (outbox, server) => {
      const hostile = 'x\r\nBcc: eve@evil.example\r\n\r\n{{ 7 | times: 7 }}{% raw %}<b>';
      await outbox.add(
        aDelivery({
          template: 'transaction',
          variables: { 'user.username': hostile, 'environment.name': hostile, amount: hostile },
        }),
      );
      const evil = await outbox.add(
        aDelivery({ to: 'kaisa@shop.example\r\nBcc: eve@evil.example' }),
      );
      await outbox.idle();
      assert.equal(server.received.length, 1);
      const [mail] = server.received;
      assert.ok(mail);
      assert.deepEqual(mail.recipients, ['kaisa@shop.example']);
      assert.equal(mail.mail.bcc, undefined);
      assert.doesNotMatch(mail.source.split('\r\n\r\n')[0] ?? '', /^bcc/im);
      assert.match(mail.mail.text ?? '', /\{\{ 7 \| times: 7 \}\}\{% raw %\}<b>/);
      assert.doesNotMatch(String(mail.mail.html), /<b>|49/);
      assert.equal((await outbox.read(evil)).lastError, 'INVALID_ADDRESS');
    });
  });

  test('finishes what is under way when it is stopped, and begins nothing else', async () => {
    let letThrough = () => {};
    const gate = new Promise<void>((resolve) => {
      letThrough = resolve;
    });
    let begun = () => {};
    const sending = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const beforeData = () => {
      begun();
      return gate;
    };
    await withMail({ beforeData }, async (outbox, server) => {
      const id = await outbox.add(aDelivery());
      const idle = outbox.idle();
      await sending;
      const stopped = outbox.stopWorkers();
      const late = await outbox.add(aDelivery());
      letThrough();
      await Promise.all([stopped, idle]);
      assert.equal((await outbox.read(id)).status, 'SENT');
      assert.equal((await outbox.read(late)).status, 'PENDING');
      assert.equal(server.received.length, 1);
    });
  });
});

describe('at least once', () => {
  test('a message whose worker died is sent after its lease', async () => {
    await withMail({}, async (outbox, server) => {
      await outbox.idle();
      const id = await outbox.add(aDelivery());
      const now = outbox.clock.now();
      const claim = await outbox.store.claimMessages(now, now + OUTBOX_LEASE_MS, 10);
      assert.equal(claim.messages.length, 1);
      await outbox.idle();
      outbox.clock.advance(OUTBOX_LEASE_MS - 1);
      await outbox.idle();
      assert.equal(server.received.length, 0);
      outbox.clock.advance(1);
      await outbox.idle();
      assert.equal((await outbox.read(id)).status, 'SENT');
      assert.equal(server.received.length, 1);
    });
  });

  test('a crash between sending and noting it sends again, under the same id', async () => {
    const server = await startMailServer();
    const channel = openSmtpChannel({ smtpUrl: server.url, mailFrom: MAIL_FROM });
    await using outbox = await openOutbox();
    let crashes = 1;
    outbox.startWorker({
      channels: [channel],
      store: {
        claimMessages: outbox.store.claimMessages,
        renewMessages: outbox.store.renewMessages,
        waitingMessages: outbox.store.waitingMessages,
        commit: async (writes) => {
          if (crashes-- > 0) throw new Error('The process has died here.');
          return outbox.store.commit(writes);
        },
      },
    });
    const id = await outbox.add(aDelivery());
    await outbox.idle();
    assert.equal((await outbox.read(id)).status, 'PENDING');
    outbox.clock.advance(OUTBOX_LEASE_MS);
    await outbox.idle();
    assert.equal((await outbox.read(id)).status, 'SENT');
    const ids = server.received.map(({ mail }) => mail.messageId);
    assert.deepEqual(ids, [`<${id}@shop.example>`, `<${id}@shop.example>`]);
    await outbox.stopWorkers();
    await channel.close();
    await server.close();
  });

  test('workers side by side send each message once', async () => {
    await withMail({}, async (outbox, server) => {
      const channel = openSmtpChannel({ smtpUrl: server.url, mailFrom: MAIL_FROM });
      outbox.startWorker({ channels: [channel] });
      outbox.startWorker({ channels: [channel] });
      const ids = await Promise.all(Array.from({ length: 250 }, () => outbox.add(aDelivery())));
      await outbox.idle();
      const sent = server.received.map(({ mail }) => mail.messageId?.slice(1, 37));
      assert.deepEqual(sent.toSorted(), ids.toSorted());
      await outbox.stopWorkers();
      await channel.close();
    });
  });
});

describe('no channel waits for another', () => {
  test('an e-mail leaves beside pushes that nobody takes', async () => {
    const server = await startMailServer();
    const email = openSmtpChannel({ smtpUrl: server.url, mailFrom: MAIL_FROM });
    await using outbox = await openOutbox();
    const ends: (() => void)[] = [];
    let isOver = false;
    const hanging: Channel = {
      name: 'WEB_PUSH',
      send: async () => {
        if (!isOver) await new Promise<void>((resolve) => ends.push(resolve));
        return { outcome: 'DELIVERED' };
      },
      close: async () => {},
    };
    const worker = outbox.startWorker({ channels: [hanging, email] });
    const pushes = await Promise.all(
      Array.from({ length: 250 }, () => outbox.add(aDelivery({ channel: 'WEB_PUSH' }))),
    );
    const idle = worker.idle();
    await until(() => ends.length > 0);
    const code = await outbox.add(aDelivery());
    worker.wake();
    await until(async () => (await outbox.read(code)).status === 'SENT');
    // Those that hang are all there still, and go out when they can.
    const statuses = await Promise.all(pushes.map(async (id) => (await outbox.read(id)).status));
    assert.deepEqual(new Set(statuses), new Set(['PENDING']));
    isOver = true;
    for (const end of ends) end();
    await idle;
    await outbox.idle();
    for (const id of pushes) assert.equal((await outbox.read(id)).status, 'SENT');
    await outbox.stopWorkers();
    await email.close();
    await server.close();
  });

  test('the lease of what is being sent is renewed, so nobody else sends it', async () => {
    await using outbox = await openOutbox();
    let sent = 0;
    let finish: (() => void) | undefined;
    const slow: Channel = {
      name: 'EMAIL',
      send: async () => {
        sent += 1;
        await new Promise<void>((resolve) => {
          finish = resolve;
        });
        return { outcome: 'DELIVERED' };
      },
      close: async () => {},
    };
    const id = await outbox.add(aDelivery());
    outbox.startWorker({ channels: [slow] });
    await until(() => finish !== undefined);
    const end = (await outbox.read(id)).availableAt;
    outbox.clock.advance(OUTBOX_LEASE_MS - 1);
    await until(async () => (await outbox.read(id)).availableAt > end);
    outbox.clock.advance(1);
    const other = outbox.startWorker({ channels: [slow] });
    await other.idle();
    finish?.();
    await outbox.idle();
    assert.equal((await outbox.read(id)).status, 'SENT');
    assert.equal(sent, 1);
  });
});

describe('a provider that is down', () => {
  test('is left alone after some failures, and used again when it is back', async () => {
    const port = await freePort();
    const channel = openSmtpChannel({ smtpUrl: `smtp://127.0.0.1:${port}`, mailFrom: MAIL_FROM });
    await using outbox = await openOutbox();
    outbox.startWorker({ channels: [channel] });
    const ids: string[] = [];
    for (let count = 0; count < CIRCUIT_FAILURES_MAX + 10; count++) {
      ids.push(await outbox.add(aDelivery({ lifetimeMs: 60 * MINUTE })));
      await outbox.idle();
    }
    const messages = await Promise.all(ids.map(outbox.read));
    assert.ok(messages.every(({ status }) => status === 'PENDING'));
    // Those after it opened were not tried, so they have all their tries left.
    assert.deepEqual(
      messages.map(({ attempts }) => attempts),
      ids.map((_, index) => (index < CIRCUIT_FAILURES_MAX ? 1 : 0)),
    );

    const server = await startMailServer({ port });
    for (let rounds = 0; rounds < 10; rounds++) {
      outbox.clock.advance(CIRCUIT_OPEN_MS);
      await outbox.idle();
    }
    const healed = await Promise.all(ids.map(outbox.read));
    assert.deepEqual([...new Set(healed.map(({ status }) => status))], ['SENT']);
    assert.equal(server.received.length, ids.length);
    const said = outbox.logLines().map(({ msg }) => String(msg));
    assert.equal(said.filter((line) => /provider is down/.test(line)).length, 1);
    assert.equal(said.filter((line) => /provider is back/.test(line)).length, 1);
    await outbox.stopWorkers();
    await channel.close();
    await server.close();
  });
});

describe('a message without a provider', () => {
  test('is kept in development', async () => {
    await using outbox = await openOutbox();
    outbox.startWorker({});
    const ids = await Promise.all(
      Array.from({ length: 350 }, () =>
        outbox.add(aDelivery({ channel: 'SMS', to: '+15125551234' })),
      ),
    );
    await outbox.idle();
    for (const message of await Promise.all(ids.map(outbox.read))) {
      assert.equal(message.status, 'KEPT');
      assert.ok(message.recipientHash);
      assert.ok(message.sealedPayload);
    }
    await outbox.stopWorkers();
  });

  test('is dead in production, which log and metrics show', async () => {
    await using outbox = await openOutbox();
    outbox.startWorker({ settings: { production: true } });
    const id = await outbox.add(aDelivery({ channel: 'SMS', to: '+15125551234' }));
    await outbox.idle();
    const message = await outbox.read(id);
    assert.equal(message.status, 'DEAD');
    assert.equal(message.lastError, 'NO_PROVIDER');
    const [activity] = await outbox.activities();
    assert.deepEqual(
      [activity?.action, activity?.data?.reason],
      ['NOTIFICATION.REJECTED', 'NO_SENDER'],
    );
    assert.ok(outbox.logLines().some((line) => line.reason === 'NO_PROVIDER'));
    assert.match(await outbox.metrics.text(), /messages_total\{channel="SMS",outcome="DEAD"\} 1/);
    await outbox.stopWorkers();
  });
});

test('neither log, audit nor metrics hold a code or an address', async () => {
  let replies = 0;
  const recipientReply = (to: string) => {
    replies++;
    if (replies % 3 === 0) return { code: 550, text: `5.1.1 <${to}> unknown 482913` };
    return replies % 3 === 1 ? { code: 450, text: `4.2.0 <${to}> later` } : undefined;
  };
  await withMail({ recipientReply }, async (outbox) => {
    for (let count = 0; count < 6; count++) await outbox.add(aDelivery());
    await outbox.add(aDelivery({ channel: 'SMS', to: '+15125551234' }));
    await outbox.add(aDelivery({ template: 'no_such_template' }));
    await outbox.add(aDelivery({ lifetimeMs: 0 }));
    await outbox.idle();
    outbox.clock.advance(MINUTE);
    await outbox.idle();
    const seen = [
      outbox.logText(),
      JSON.stringify(await outbox.activities()),
      await outbox.metrics.text(),
    ].join('\n');
    assert.match(seen, /KEPT/);
    assert.match(seen, /550 5\.1\.1/);
    assert.match(seen, /UNRENDERABLE/);
    for (const secret of ['482913', 'kaisa', '5125551234']) {
      assert.ok(!seen.includes(secret), `${secret} was found`);
    }
  });
});
