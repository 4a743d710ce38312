import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openStore } from '../../../storage/open.ts';
import type { Store } from '../../../storage/store.ts';
import { DIALECTS, postgresOfSuite } from '../../../testing/postgres.ts';
import { freshDataDirectory } from '../../../testing/sqlite.ts';
import { type MessageTally, startMessageTally } from './message-tally.ts';

const ENVIRONMENT = 'e1';
const HOUR_MS = 3_600_000;

for (const dialect of DIALECTS) {
  describe(`the tally of messages: ${dialect}`, () => {
    const postgres = dialect === 'postgres' ? postgresOfSuite() : undefined;
    let directory: Awaited<ReturnType<typeof freshDataDirectory>>;
    let store: Store;
    let now = HOUR_MS;
    const nodes: MessageTally[] = [];
    const clock = { now: () => now };
    const log = { warn: () => assert.fail('nothing is to fail') };
    const node = () => {
      const made = startMessageTally({ store, clock, log }, 0);
      nodes.push(made);
      return made;
    };
    const key = (id: string) => ({ environmentId: ENVIRONMENT, id, expiresAt: 2 * HOUR_MS });

    before(async () => {
      directory = await freshDataDirectory();
      const databaseUrl = await postgres?.freshDatabase();
      store = await openStore({
        dataDirectory: directory.path,
        ...(databaseUrl === undefined ? {} : { databaseUrl }),
      });
    });
    after(async () => {
      await Promise.all(nodes.map((made) => made.stop()));
      await store?.close();
      await directory?.remove();
    });

    test('what nodes count adds up, whoever writes first', async () => {
      const [one, other] = [node(), node()];
      one.add(key('a'), { total: 3 });
      other.add(key('a'), { total: 2, claimed: 1 });
      assert.deepEqual(one.read(key('a')), { total: 3, claimed: 0 }, 'its own at once');
      for (let round = 0; round < 3; round++) {
        one.read(key('a'));
        other.read(key('a'));
        await Promise.all([one.flush(), other.flush()]);
      }
      assert.deepEqual(one.read(key('a')), { total: 5, claimed: 1 });
      assert.deepEqual(other.read(key('a')), { total: 5, claimed: 1 });
    });

    test('a node that begins later finds what was counted', async () => {
      const one = node();
      one.add(key('b'), { total: 7 });
      await one.stop();
      const later = node();
      assert.deepEqual(later.read(key('b')), { total: 0, claimed: 0 }, 'not yet looked up');
      await later.flush();
      assert.deepEqual(later.read(key('b')), { total: 7, claimed: 0 });
    });

    test('nothing is counted twice while it is being written', async () => {
      const one = node();
      one.add(key('c'), { total: 1 });
      const writing = one.flush();
      one.add(key('c'), { total: 1 });
      await writing;
      assert.equal(one.read(key('c')).total, 2);
      await one.flush();
      assert.equal(one.read(key('c')).total, 2);
    });

    test('what is over is forgotten', async () => {
      const one = node();
      one.add(key('d'), { total: 4 });
      now = 2 * HOUR_MS;
      await one.flush();
      assert.equal(one.read(key('d')).total, 0);
    });
  });
}
