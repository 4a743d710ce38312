/** Where an import says what became of each row, and how far it has come. */
import { createHash } from 'node:crypto';
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Outcome } from './write-record.ts';

/** Names of people stand in it: nobody else reads it. */
const MODE = 0o600;

export interface Report {
  /** Whether a run before this one, which did not reach its end, has done this record. */
  isDone(key: string): boolean;
  /** One record, whole. */
  add(key: string, outcomes: readonly Outcome[]): void;
  /** What stands before the records. */
  note(outcomes: readonly Outcome[]): void;
  /** There is nothing to go on with. */
  finish(): void;
}

function readState(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n');
  } catch (error) {
    if (Reflect.get(Object(error), 'code') === 'ENOENT') return [];
    throw error;
  }
}

const NONE: Report = { isDone: () => false, add() {}, note() {}, finish() {} };

/**
 * JSON lines at `path`, and beside it the state of a run: which source (the text of a file, or where
 * it is; by its hash) into which environment, and the records that are done. Without a path, nothing is kept.
 */
export function openReport(
  path: string | undefined,
  source: string,
  environmentId: string,
  isDryRun: boolean,
): Report {
  if (path === undefined) return NONE;
  const state = `${path}.state`;
  const run = `${createHash('sha256').update(source).digest('hex')} ${environmentId}`;
  const [before, ...lines] = readState(state);
  const isSame = before === run;
  const done = new Set(isSame ? lines.filter((line) => line !== '') : []);
  if (!isSame || isDryRun) writeFileSync(path, '', { mode: MODE });
  if (!isSame && !isDryRun) writeFileSync(state, `${run}\n`, { mode: MODE });
  const write = (outcomes: readonly Outcome[]) => {
    if (outcomes.length === 0) return;
    appendFileSync(path, outcomes.map((one) => `${JSON.stringify(one)}\n`).join(''));
  };
  return {
    isDone: (key) => !isDryRun && done.has(key),
    add(key, outcomes) {
      write(outcomes);
      const isWell = outcomes.every(({ outcome }) => outcome !== 'FAILED');
      if (!isDryRun && isWell) appendFileSync(state, `${key}\n`);
    },
    note: write,
    finish: () => (isDryRun ? undefined : rmSync(state, { force: true })),
  };
}
