/** Runs an import: records side by side, in bounds, each told as soon as it is done. */
import type { Api } from '../api.ts';
import { progressOf } from './progress.ts';
import type { Pending } from './record.ts';
import type { Report } from './report.ts';
import { attempt, type Outcome, tryRecord, writeRecord } from './write-record.ts';

/** As many at once as help a server that commits in groups, and hurt none. */
const AT_ONCE = 8;

/** How many things of each kind ended how. */
export type Counts = Record<string, Record<string, number>>;

function countInto(counts: Counts, outcomes: readonly Outcome[]): void {
  for (const { thing, outcome } of outcomes) {
    const { [outcome]: before = 0 } = counts[thing] ?? {};
    counts[thing] = { ...counts[thing], [outcome]: before + 1 };
  }
}

/** What there is to do, and what has become of that which stands before it. */
export interface Work {
  told: readonly Outcome[];
  pending: readonly Pending[];
}

/** Where an import reads. */
export interface Source {
  /** The same in a run that goes on with this one. */
  identity: string;
  /** `target`: absent in a dry run, which makes nothing. */
  work(target?: Api): Promise<Work>;
}

/** Without `api` nothing is written. Throws where a server can't be worked with at all. */
export async function runImport(
  { told, pending }: Work,
  report: Report,
  api?: Api,
): Promise<Counts> {
  const counts: Counts = {};
  report.note(told);
  countInto(counts, told);
  const progress = progressOf(pending.length);
  const rows = pending.values();

  async function one({ at, key, read }: Pending): Promise<void> {
    if (report.isDone(key)) {
      return countInto(counts, [{ at, thing: 'row', outcome: 'DONE_BEFORE' }]);
    }
    const outcomes = await attempt(at, async () => {
      const record = await read();
      return api ? writeRecord(api, record) : tryRecord(record);
    });
    report.add(key, outcomes);
    countInto(counts, outcomes);
  }
  // The workers share one iterator: each takes the next row.
  async function work(): Promise<void> {
    for (const row of rows) {
      await one(row);
      progress.step();
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  progress.end();
  report.finish();
  return counts;
}
