/**
 * Runs the jobs of OATH tokens, one after the other and part by part. A job belongs to the node that
 * has claimed it until its lease ends; each part renews it. What a dead node had is gone on with.
 * Between the parts the node rests, so that it has most of its time for everybody else.
 */
import type { Logger } from 'pino';
import {
  OATH_JOB_ATTEMPTS_MAX,
  OATH_JOB_KEPT_MS,
  OATH_JOB_LEASE_MS,
  OATH_JOB_POLL_MS,
} from '../config/limits.ts';
import type { Clock } from '../model/instant.ts';
import type { OathJob } from '../model/oath.ts';
import { ANY_ENVIRONMENT, type Store, type Stored } from '../storage/store.ts';
import { logFailure } from './log-failure.ts';

export interface OathJobRunnerParts {
  store: Pick<Store, 'list' | 'commit'>;
  clock: Clock;
  log: Logger;
  /** Does one part; undefined: the job is another node's. */
  step(job: Stored<OathJob>): Promise<Stored<OathJob> | undefined>;
  /** From 0 to 1; tests pass their own. */
  random?: () => number;
}

export interface OathJobRunner {
  /** A job was committed: look soon. */
  wake(): void;
  /** Begins no other part, waits for the present one and lets another node go on. */
  stop(): Promise<void>;
}

/** Of the time that a part took: so who comes alone has two thirds of the node's time. */
const REST_FACTOR = 2;
/** Where the node has much to do, many are served while a part waits; a job is to end all the same. */
const REST_MAX_MS = 50;
const CLAIMS_MAX = 20;

export function startOathJobs(parts: OathJobRunnerParts): OathJobRunner {
  const { store, clock, log, step, random = Math.random } = parts;
  let isStopping = false;
  let endRest = () => {};

  const rest = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      timer.unref();
      endRest = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  /** Writes another state of a job; undefined: another node was faster. */
  async function change(job: Stored<OathJob>, more: Partial<OathJob>) {
    const { environmentId, id, version } = job;
    const doc: OathJob = { ...job.doc, ...more };
    const outcome = await store.commit([
      { op: 'update', table: 'oath_jobs', environmentId, id, version, doc },
    ]);
    return outcome.committed ? { ...job, version: version + 1, doc } : undefined;
  }

  /** A job that brings each node down that takes it must come to an end. */
  async function giveUp(job: Stored<OathJob>): Promise<void> {
    const now = clock.now();
    const { availableAt: _lease, ...doc } = job.doc;
    const ended = {
      status: 'FAILED',
      reason: 'The job could not be run.',
      updatedAt: now,
      expiresAt: now + OATH_JOB_KEPT_MS,
    } as const;
    log.warn({ jobId: job.id }, 'OATH jobs: one was given up.');
    await change({ ...job, doc }, ended);
  }

  async function claim(): Promise<Stored<OathJob> | undefined> {
    const now = clock.now();
    const due = await store.list('oath_jobs', ANY_ENVIRONMENT, {
      where: { column: 'available_at', is: 'le', value: now },
      limit: CLAIMS_MAX,
    });
    for (const job of due) {
      if (job.doc.attempts >= OATH_JOB_ATTEMPTS_MAX) {
        await giveUp(job);
        continue;
      }
      const claimed = await change(job, {
        status: 'IN_PROGRESS',
        attempts: job.doc.attempts + 1,
        availableAt: now + OATH_JOB_LEASE_MS,
      });
      if (claimed) return claimed;
    }
    return undefined;
  }

  async function run(claimed: Stored<OathJob>): Promise<void> {
    let job: Stored<OathJob> | undefined = claimed;
    while (job && job.doc.availableAt !== undefined) {
      if (isStopping) {
        await change(job, { availableAt: clock.now(), attempts: job.doc.attempts - 1 });
        return;
      }
      const startedAt = performance.now();
      job = await step(job);
      const took = performance.now() - startedAt;
      await rest(Math.min(REST_MAX_MS, REST_FACTOR * took));
    }
  }

  let again = false;
  let round: Promise<void> | undefined;

  async function runAll(): Promise<void> {
    while (!isStopping) {
      again = false;
      let job: Stored<OathJob> | undefined;
      try {
        job = await claim();
        if (job) await run(job);
      } catch (error) {
        logFailure(log, error, 'OATH jobs: one is left until its lease ends.', {
          jobId: job?.id ?? 'none',
        });
      }
      if (!job && !again) return;
    }
  }

  function look(): void {
    again = true;
    round ??= runAll().finally(() => {
      round = undefined;
    });
  }

  const polling = setInterval(look, Math.round(OATH_JOB_POLL_MS * (0.75 + random() / 2)));
  polling.unref();

  return {
    wake: look,
    async stop() {
      isStopping = true;
      clearInterval(polling);
      endRest();
      await round;
    },
  };
}
