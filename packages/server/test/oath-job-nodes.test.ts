/** Jobs of OATH tokens on several nodes, of which one dies. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import {
  OATH_JOB_ATTEMPTS_MAX,
  OATH_JOB_LEASE_MS,
  OATH_JOB_PART_ROWS,
  OATH_TOKENS_MAX,
} from '../src/config/limits.ts';
import { startOathJobs } from '../src/jobs/oath-jobs.ts';
import { oathJobOperations } from '../src/resources/devices/oath-jobs/oath-jobs.ts';
import { type OathJobRow, stepOathJob } from '../src/resources/devices/oath-jobs/step-oath-job.ts';
import type { OperationRequest } from '../src/resources/kit/operation.ts';
import { oathTokenBody } from '../src/testing/oath.ts';
import { DIALECTS } from '../src/testing/postgres.ts';
import { startTestServerOn, type TestServer } from '../src/testing/server.ts';
import { until } from '../src/testing/until.ts';

/** After the clock of the test's own server, which so takes none of these jobs. */
const LATER_MS = 3_600_000;

for (const dialect of DIALECTS) {
  describe(`nodes with jobs of OATH tokens on ${dialect}`, () => {
    let server: TestServer;
    before(async () => {
      server = await startTestServerOn(dialect);
    });
    after(() => server?.close());

    const later = () => server.now() + LATER_MS;

    const randomNumber = () => randomUUID().replaceAll('-', '');

    /** Asks for a job of these tokens, `async` or not. */
    async function submit(body: object, parts = server.server.parts) {
      const create = oathJobOperations(parts).find(({ id }) => id === 'createOathTokens');
      const request = {
        params: { envID: server.environmentId },
        body,
        actor: { type: 'APPLICATION', environmentId: server.environmentId, applicationId: 'a' },
        now: later(),
        correlationId: 'c',
        remoteAddress: '127.0.0.1',
        headers: {},
      } as unknown as OperationRequest;
      const reply = await (create ?? assert.fail()).handle(request);
      return reply.body as { id: string; status: string; reason?: string; result: object };
    }
    const newTokens = (count: number) =>
      Array.from({ length: count }, () => oathTokenBody({ serialNumber: randomNumber() }));
    const aJob = async (rows: number) => (await submit({ tokens: newTokens(rows) })).id;
    const jobOf = async (id: string) => {
      const job = await server.server.parts.store.get('oath_jobs', server.environmentId, id);
      assert.ok(job);
      return job;
    };
    const countTokens = () => server.server.parts.store.count('oath_tokens', server.environmentId);
    function aNode(step: (job: OathJobRow, now: number) => ReturnType<typeof stepOathJob>, ms = 0) {
      const { store, log } = server.server.parts;
      const clock = { now: () => later() + ms };
      return startOathJobs({ store, clock, log, step: (job) => step(job, clock.now()) });
    }

    test('go on with what a dead one has begun, and nothing is done twice', async () => {
      const before = await countTokens();
      const id = await aJob(1_000);
      let steps = 0;
      let isDead = false;
      const dead = aNode(async (job, now) => {
        if (++steps <= 2) return stepOathJob(server.server.parts, job, now);
        isDead = true;
        return new Promise(() => {});
      });
      dead.wake();
      await until(() => isDead);
      assert.equal((await jobOf(id)).doc.partsDone, 2);
      let others = 0;
      const count = async (job: OathJobRow, now: number) => {
        others++;
        return stepOathJob(server.server.parts, job, now);
      };
      const early = aNode(count, OATH_JOB_LEASE_MS - 1);
      early.wake();
      await early.stop();
      assert.equal(others, 0, 'it is the first one’s until the lease ends');
      const heir = aNode(count, OATH_JOB_LEASE_MS);
      heir.wake();
      await until(async () => (await jobOf(id)).doc.status === 'DONE');
      await heir.stop();
      const { result, attempts } = (await jobOf(id)).doc;
      assert.deepEqual(
        [result.created, attempts, others],
        [1_000, 2, 1_000 / OATH_JOB_PART_ROWS - 2],
      );
      assert.equal(await countTokens(), before + 1_000);
    });

    test('share jobs, each of which runs on one of them', async () => {
      const before = await countTokens();
      const ids = [];
      for (let job = 0; job < 8; job++) ids.push(await aJob(200));
      const ranOn = new Map<string, Set<string>>();
      const nodes = ['one', 'other'].map((name) =>
        aNode((job, now) => {
          ranOn.set(job.id, (ranOn.get(job.id) ?? new Set()).add(name));
          return stepOathJob(server.server.parts, job, now);
        }),
      );
      for (const node of nodes) node.wake();
      for (const id of ids) await until(async () => (await jobOf(id)).doc.status === 'DONE');
      await Promise.all(nodes.map((node) => node.stop()));
      for (const id of ids) assert.equal(ranOn.get(id)?.size, 1);
      assert.equal(await countTokens(), before + 8 * 200);
    });

    test('hand a job back when they stop', async () => {
      const id = await aJob(1_000);
      let steps = 0;
      let stopped: Promise<void> | undefined;
      const node = aNode(async (job, now) => {
        const next = await stepOathJob(server.server.parts, job, now);
        if (++steps === 2) stopped = node.stop();
        return next;
      });
      node.wake();
      await until(() => stopped !== undefined);
      await stopped;
      const { status, partsDone, attempts } = (await jobOf(id)).doc;
      assert.deepEqual([status, partsDone, attempts], ['IN_PROGRESS', 2, 0]);
      assert.equal((await jobOf(id)).doc.availableAt, later());
      const next = aNode((job, now) => stepOathJob(server.server.parts, job, now));
      next.wake();
      await until(async () => (await jobOf(id)).doc.status === 'DONE');
      await next.stop();
      assert.deepEqual((await jobOf(id)).doc.result.created, 1_000);
    });

    test('of which a part is lost to another node leave the job to that one', async () => {
      const { parts } = server.server;
      const id = await aJob(100);
      const job = await jobOf(id);
      assert.ok(await stepOathJob(parts, job, later()));
      assert.equal(await stepOathJob(parts, job, later()), undefined);
      assert.equal((await jobOf(id)).doc.result.created, 100);
    });

    test('make no token at all where there would be more than an environment may have', async () => {
      const { parts } = server.server;
      const { store } = parts;
      const count: typeof store.count = async (table, ...more) =>
        table === 'oath_tokens' ? OATH_TOKENS_MAX - 5 : store.count(table, ...more);
      const full = { ...parts, store: { ...store, count } };
      const before = await countTokens();
      const failed = await submit({ async: false, tokens: newTokens(600) }, full);
      assert.deepEqual([failed.status, failed.result], ['FAILED', { created: 0 }]);
      assert.match(failed.reason ?? '', /100000/);
      assert.equal(await countTokens(), before);
      assert.equal(
        await store.get('oath_job_parts', server.environmentId, `${failed.id}.0`),
        undefined,
      );
      const five = newTokens(5);
      // What makes no token takes no room.
      const tokens = [...five, ...five, ...five, 'none', {}];
      assert.equal((await submit({ async: false, tokens }, full)).status, 'DONE');
      assert.equal(await countTokens(), before + 5);
    });

    test('give up a job that brings each of them down', async () => {
      const id = await aJob(1);
      for (let node = 0; node < OATH_JOB_ATTEMPTS_MAX; node++) {
        let isDead = false;
        aNode(() => {
          isDead = true;
          return new Promise(() => {});
        }, node * OATH_JOB_LEASE_MS).wake();
        await until(() => isDead);
      }
      const last = aNode(() => assert.fail(), OATH_JOB_ATTEMPTS_MAX * OATH_JOB_LEASE_MS);
      last.wake();
      await until(async () => (await jobOf(id)).doc.status === 'FAILED');
      await last.stop();
      assert.equal((await jobOf(id)).doc.reason, 'The job could not be run.');
    });
  });
}
