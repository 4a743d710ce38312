import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { readSettings } from '../config/settings.ts';
import { aDeliveryRow, aSubscription } from '../jobs/testing/events.ts';
import type { DeviceAuthenticationPolicySettings } from '../model/policy.ts';
import { openStore } from '../storage/open.ts';
import { insert } from '../storage/testing-documents.ts';
import { DIALECTS, postgresOfSuite } from '../testing/postgres.ts';
import { freshDataDirectory } from '../testing/sqlite.ts';
import { run } from './doctor.ts';

const HOUR_MS = 3_600_000;

for (const dialect of DIALECTS) {
  describe(`doctor (${dialect})`, () => {
    const postgres = dialect === 'postgres' ? postgresOfSuite() : undefined;
    let directory: Awaited<ReturnType<typeof freshDataDirectory>>;
    before(async () => {
      directory = await freshDataDirectory();
    });
    after(() => directory?.remove());

    test('names the environments that allow messages and have no sender for them', async () => {
      const databaseUrl = await postgres?.freshDatabase();
      const folder = await freshDataDirectory();
      const settings = readSettings({
        COUNTERSIGN_DATA_DIR: folder.path,
        ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
      });
      async function said(more: object = {}): Promise<string[]> {
        const lines: string[] = [];
        const say = (line: string) => void lines.push(line);
        const all = { ...settings, ...more };
        await run({ settings: all, operands: [], options: {}, say, note: say });
        return lines.filter((line) => line.includes('no sender for it'));
      }
      const store = await openStore(settings);
      const moments = { createdAt: 1, updatedAt: 1 };
      const allow = (environmentId: string, ...names: string[]) => {
        const off = { sms: { enabled: false }, email: { enabled: false } };
        const on = Object.fromEntries(names.map((name) => [name, { enabled: true }]));
        const settings: DeviceAuthenticationPolicySettings = {
          authentication: { deviceSelection: 'DEFAULT_TO_FIRST' },
          newDeviceNotification: 'NONE',
          ignoreUserLock: false,
          methods: { ...off, ...on },
        };
        const policy = { name: 'P', isDefault: true, settings, ...moments };
        return insert('policies', environmentId, environmentId, policy);
      };
      const send = (environmentId: string, kind: 'EMAIL' | 'PHONE') =>
        insert('message_senders', environmentId, `${environmentId}-${kind}`, {
          ...{ kind, provider: 'ANY', settings: {}, ...moments },
        });
      try {
        await store.commit([allow('silent')]);
        assert.deepEqual(await said(), []);
        await store.commit([
          allow('well', 'sms', 'voice', 'email'),
          send('well', 'PHONE'),
          send('well', 'EMAIL'),
          allow('bad', 'email', 'sms', 'whatsApp'),
          send('bad', 'EMAIL'),
          allow('mute', 'email'),
        ]);
        const bad = 'environment bad allows sms, whatsApp and has no sender for it';
        const mute = 'environment mute allows email and has no sender for it';
        assert.deepEqual(await said(), [`--  ${bad}`, `--  ${mute}`]);
        assert.deepEqual(await said({ production: true }), [`!   ${bad}`, `!   ${mute}`]);
        const smtpUrl = 'smtp://127.0.0.1:9';
        assert.deepEqual(await said({ smtpUrl, production: true }), [`!   ${bad}`]);
      } finally {
        await store.close();
        await folder.remove();
      }
    });

    test('names the subscriptions whose receivers have failed for more than an hour', async () => {
      const databaseUrl = await postgres?.freshDatabase();
      const settings = readSettings({
        COUNTERSIGN_DATA_DIR: directory.path,
        ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
      });
      async function said(): Promise<string> {
        const lines: string[] = [];
        const say = (line: string) => void lines.push(line);
        await run({ settings, operands: [], options: {}, say, note: say });
        return lines.filter((line) => line.includes('receivers of events')).join('\n');
      }
      const store = await openStore(settings);
      const now = Date.now();
      const add = (id: string, failingForMs: number | undefined, enabled = true) => {
        const failure =
          failingForMs === undefined
            ? {}
            : { failingSince: now - failingForMs, lastFailure: { at: now, reason: 'HTTP_503' } };
        return store.commit([
          insert('subscriptions', 'e', id, aSubscription(now, { enabled })),
          insert('event_deliveries', 'e', id, aDeliveryRow(now, failure)),
        ]);
      };
      try {
        await add('well', undefined);
        await add('new', HOUR_MS / 2);
        await add('disabled', 2 * HOUR_MS, false);
        assert.equal(await said(), '');
        await add('old', 2 * HOUR_MS);
        assert.equal(
          await said(),
          '!   receivers of events have failed for more than an hour; subscriptions: old (HTTP_503)',
        );
      } finally {
        await store.close();
      }
    });
  });
}
