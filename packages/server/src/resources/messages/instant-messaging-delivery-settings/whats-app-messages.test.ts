/** Codes that leave by the environment's WhatsApp account; contract messages §10. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import type { MessagePayload } from '../../../notifications/message.ts';
import { messageWrite } from '../../../notifications/outbox.ts';
import { errorOf, invalidData } from '../../../testing/client.ts';
import { type KnownProviders, startKnownProviders } from '../../../testing/known-providers.ts';
import { aDefaultPolicy } from '../../../testing/policies.ts';
import { aUser } from '../../../testing/scenario.ts';

const PATH = '/notificationsSettings/instantMessagingDeliverySettings/whatsApp';
const PHONE = '+12125550123';
const WORDS = {
  whatsAppTemplate: {
    id: '1667192013751005',
    name: 'sign_in_code',
    category: 'AUTHENTICATION',
    language: 'en_US',
  },
};

function configure({ server, whatsApp }: KnownProviders, selected: boolean) {
  const { numbers, templates: _, ...account } = whatsApp.account;
  return server.api(PATH, {
    method: 'PUT',
    body: {
      provider: 'CUSTOM_WHATSAPP',
      ...account,
      numbers: [{ numberId: numbers[0]?.id, selected }],
    },
  });
}

/** What becomes of a code. */
async function sent({ server }: KnownProviders, words?: MessagePayload['words']) {
  const { store, keyring, clock, wakeOutbox } = server.server.parts;
  const { environmentId } = server;
  const now = clock.now();
  const write = messageWrite({
    vault: keyring,
    environmentId,
    kind: 'DEVICE_AUTHENTICATION',
    now,
    delivery: {
      channel: 'WHATSAPP',
      expiresAt: now + 60_000,
      payload: {
        to: { address: PHONE },
        template: 'strong_authentication',
        variables: { otp: '482913', 'user.username': 'kaisa', 'environment.name': 'Shop' },
        ...(words ? { words } : {}),
      },
    },
  });
  await store.commit([write]);
  wakeOutbox();
  await server.server.outboxIdle();
  const row = await store.get('messages', environmentId, write.id);
  return [row?.doc.status, row?.doc.lastError];
}

test('codes leave by the account, once a number is selected', async () => {
  const known = await startKnownProviders('sqlite');
  try {
    // In development what nobody sends is kept.
    assert.deepEqual(await sent(known, WORDS), ['KEPT', undefined]);
    assert.equal((await configure(known, false)).status, 200);
    assert.deepEqual(await sent(known, WORDS), ['KEPT', undefined]);
    assert.equal((await configure(known, true)).status, 200);
    assert.deepEqual(await sent(known, WORDS), ['SENT', undefined]);
    const [message] = known.whatsApp.taken;
    assert.equal(known.whatsApp.taken.length, 1);
    assert.equal(message?.to, PHONE);
    assert.match(JSON.stringify(message), /482913/);
    // Meta is told by the account's administrator where to say what became of it.
    const { store } = known.server.server.parts;
    const newest = async () => {
      const page = { limit: 1, descending: true } as const;
      return (await store.list('messages', known.server.environmentId, page))[0]?.doc;
    };
    const { href } = (await known.server.api(PATH)).body._links.deliveryReports;
    const report = known.whatsApp.callbackOf({
      id: (await newest())?.providerMessageId,
      status: 'delivered',
    });
    const told = await fetch(href, { method: 'POST', ...report });
    assert.equal(told.status, 204);
    assert.equal((await newest())?.delivery?.status, 'DELIVERED');
    // A content names the template: without one there is nothing to send.
    assert.deepEqual(await sent(known), ['DEAD', 'NO_CONTENT']);
    const rows = await store.list('activities', known.server.environmentId, { limit: 1_000 });
    assert.equal(rows.at(-1)?.doc.action, 'NOTIFICATION.REJECTED');
    assert.equal(rows.at(-1)?.doc.data?.reason, 'NO_CONTENT');
    assert.equal(known.whatsApp.taken.length, 1);
  } finally {
    await known.close();
  }
});

test('in production a device needs a sender, which has a number selected', async () => {
  const known = await startKnownProviders('sqlite', {
    NODE_ENV: 'production',
    COUNTERSIGN_MASTER_KEY: randomBytes(32).toString('base64'),
    COUNTERSIGN_SENDERS_PRIVATE: 'true',
    COUNTERSIGN_ALLOW_TEST_DEVICES: 'true',
  });
  const { server } = known;
  try {
    await aDefaultPolicy(server, {
      whatsApp: {
        enabled: true,
        otp: {
          lifeTime: { duration: 30, timeUnit: 'MINUTES' },
          failure: { count: 3, coolDown: { duration: 2, timeUnit: 'MINUTES' } },
        },
      },
    });
    const user = await aUser(server);
    const pair = (more: object = {}) =>
      server.api(`/users/${user.id}/devices`, {
        body: { type: 'WHATSAPP', phone: PHONE, status: 'ACTIVATION_REQUIRED', ...more },
      });
    const refused = invalidData('INVALID_VALUE', 'type');
    assert.deepEqual(errorOf(await pair()), refused);
    await configure(known, false);
    assert.deepEqual(errorOf(await pair()), refused);
    // Nothing is sent to one of those.
    assert.equal((await pair({ testMode: true, phone: '+12125550124' })).status, 201);
    await configure(known, true);
    assert.equal((await pair()).status, 201);
  } finally {
    await known.close();
  }
});
