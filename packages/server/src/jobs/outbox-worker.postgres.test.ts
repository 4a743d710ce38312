import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openSmtpChannel } from '../notifications/channels/smtp/smtp.ts';
import { startMailServer } from '../notifications/testing/mail-server.ts';
import { openStore } from '../storage/open.ts';
import { startPostgres } from '../testing/postgres.ts';
import { aDelivery, openOutbox } from './testing/outbox.ts';

test('nodes on one PostgreSQL send each message once', async () => {
  await using postgres = await startPostgres().then((server) => ({
    ...server,
    [Symbol.asyncDispose]: () => server.stop(),
  }));
  const databaseUrl = await postgres.freshDatabase();
  const openNode = async () => {
    const store = await openStore({ databaseUrl, dataDirectory: '' });
    return { store, close: () => store.close() };
  };
  await using outbox = await openOutbox(openNode);
  const other = await openNode();
  const server = await startMailServer();
  const channel = openSmtpChannel({ smtpUrl: server.url, mailFrom: 'no-reply@shop.example' });
  try {
    outbox.startWorker({ channels: [channel] });
    outbox.startWorker({ channels: [channel], store: other.store });
    const ids = await Promise.all(Array.from({ length: 250 }, () => outbox.add(aDelivery())));
    const kept = await outbox.add(aDelivery({ channel: 'SMS', to: '+15125551234' }));
    await outbox.idle();
    const sent = server.received.map(({ mail }) => mail.messageId?.slice(1, 37));
    assert.deepEqual(sent.toSorted(), ids.toSorted());
    const messages = await Promise.all(ids.map(outbox.read));
    assert.ok(messages.every(({ status, attempts }) => status === 'SENT' && attempts === 1));
    assert.equal((await outbox.read(kept)).status, 'KEPT');
  } finally {
    await outbox.stopWorkers();
    await channel.close();
    await server.close();
    await other.close();
  }
});
