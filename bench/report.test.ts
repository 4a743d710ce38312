import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Measurement, median, mergeRepetitions, renderReport } from './report.ts';

const measured = (more: Partial<Measurement>): Measurement => ({
  store: 'SQLite',
  kind: 'otp',
  connections: 64,
  subject: 'countersign',
  flows: 100,
  errors: 0,
  flowsPerSecond: 5_000,
  p50Ms: 10,
  p99Ms: 20,
  cpuUsPerFlow: 200,
  residentMiB: 100,
  ...more,
});

describe('the report', () => {
  test('takes the middle value, so that one bad run does not count', () => {
    assert.equal(median([3, 1, 1000]), 3);
    assert.equal(median([4, 2]), 2);
  });

  test('merges each number by itself and adds flows and errors up', () => {
    const runs = [
      measured({ flowsPerSecond: 1, p50Ms: 30 }),
      measured({ flowsPerSecond: 2, p50Ms: 10, errors: 1 }),
      measured({ flowsPerSecond: 3, p50Ms: 20 }),
    ];
    const { flowsPerSecond, p50Ms, flows, errors } = mergeRepetitions(runs);
    assert.deepEqual(
      { flowsPerSecond, p50Ms, flows, errors },
      {
        flowsPerSecond: 2,
        p50Ms: 20,
        flows: 300,
        errors: 1,
      },
    );
  });

  test('draws the ratio to the limit at the same connections and of the same kind', () => {
    const page = renderReport({
      date: '2026-01-02',
      machine: '2 cores',
      command: 'npm run bench',
      repetitions: 3,
      starts: [{ store: 'SQLite', firstReadyMs: 400, laterReadyMs: 300, restingMiB: 90 }],
      measurements: [
        measured({}),
        measured({ kind: 'email', flowsPerSecond: 2_000 }),
        measured({ subject: 'limit', flowsPerSecond: 8_000 }),
        measured({ subject: 'limit', flowsPerSecond: 1, connections: 1 }),
      ],
    });
    assert.match(page, /e-mail OTP, test device \| 64 \| 5,000 \| 8,000 \| 0\.63 /);
    assert.match(page, /e-mail OTP, delivered \| 64 \| 2,000 \| 8,000 \| 0\.25 /);
    assert.match(page, /Start to ready: 400 ms on an empty store, 300 ms later/);
  });
});
