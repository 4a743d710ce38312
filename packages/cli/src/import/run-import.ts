/** Runs an import: records side by side, in bounds, each told as soon as it is done. */
import type { Api } from '../api.ts';
import { progressOf } from './progress.ts';
import type { ImportRecord, Reading } from './record.ts';
import type { Report } from './report.ts';
import { type Outcome, tryRecord, writeRecord } from './write-record.ts';

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

/** Without `api` nothing is written. Throws where the server can't be worked with at all. */
export async function runImport(
  { records, errors }: Reading,
  report: Report,
  api?: Api,
): Promise<Counts> {
  const counts: Counts = {};
  const bad = errors.map(
    ({ at, message }): Outcome => ({ at, thing: 'row', outcome: 'FAILED', reason: message }),
  );
  report.note(bad);
  countInto(counts, bad);
  const progress = progressOf(records.length);
  const rows = records.entries();

  async function one(index: number, record: ImportRecord): Promise<void> {
    if (report.isDone(index)) {
      return countInto(counts, [{ at: record.at, thing: 'row', outcome: 'DONE_BEFORE' }]);
    }
    const outcomes = api ? await writeRecord(api, record) : tryRecord(record);
    report.add(index, outcomes);
    countInto(counts, outcomes);
  }
  // The workers share one iterator: each takes the next row.
  async function work(): Promise<void> {
    for (const [index, record] of rows) {
      await one(index, record);
      progress.step();
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  progress.end();
  report.finish();
  return counts;
}
