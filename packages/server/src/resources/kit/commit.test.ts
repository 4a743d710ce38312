import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { CommitOutcome, Store, Write } from '../../storage/store.ts';
import { commitOrRetry, commitWithin } from './commit.ts';

/** A store with one row, and how often it was tried to change it. */
function aRow() {
  const row = { version: 1, tries: 0 };
  const store: Pick<Store, 'commit'> = {
    async commit(writes): Promise<CommitOutcome> {
      row.tries += 1;
      await turn();
      const [write] = writes;
      if (write?.op !== 'delete' || write.version !== row.version) {
        return { committed: false, conflict: 'VERSION' };
      }
      row.version += 1;
      return { committed: true };
    },
  };
  const change = async () => {
    const { version } = row;
    const write: Write = { op: 'delete', table: 'users', environmentId: 'e', id: 'u', version };
    await turn();
    return { writes: [write], result: version };
  };
  return { row, store, change };
}

test('a burst of a thousand on one row ends, each decided on what the one before it left', async () => {
  const { row, store, change } = aRow();
  const results = await Promise.all(
    Array.from({ length: 1_000 }, () => commitOrRetry(store, change)),
  );
  assert.equal(new Set(results).size, 1_000);
  assert.equal(row.version, 1_001);
  assert.ok(row.tries < 20_000, `${row.tries} tries`);
});

test('a decision within a decision waits for no turn', async () => {
  const { store, change } = aRow();
  const nested = async () => {
    await commitWithin(store, change);
    return change();
  };
  const all = Array.from({ length: 60 }, (_, index) =>
    commitOrRetry(store, index % 2 ? nested : change),
  );
  assert.equal((await Promise.all(all)).length, 60);
});
