import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { readSettings } from '../config/settings.ts';
import { aDeliveryRow, aSubscription } from '../jobs/testing/events.ts';
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
