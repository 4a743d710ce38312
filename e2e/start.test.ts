/** `npm start` as an operator's service manager uses it: ready soon, and gone when told to. */

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { until } from '../packages/server/src/testing/until.ts';
import { cleanEnvironment, freePort } from './server.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

const answers = (url: string) =>
  fetch(url).then(
    ({ status }) => status === 200,
    () => false,
  );

function killGroup(leader: number | undefined): void {
  try {
    if (leader !== undefined) process.kill(-leader, 'SIGKILL');
  } catch {
    // Nobody is left, as it should be.
  }
}

test('npm start takes the options of serve, and refuses others', async () => {
  const start = (...args: string[]) =>
    spawn('npm', ['start', '--silent', '--', ...args], {
      cwd: ROOT,
      env: { ...cleanEnvironment(), COUNTERSIGN_DATA_DIR: data, PORT: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
  const data = mkdtempSync(join(tmpdir(), 'countersign-start-'));
  const port = await freePort();
  const help = start('--help');
  assert.match(await text(help.stdout), /^Usage: countersign serve/);
  const refused = start('--prot', String(port));
  const refusal = 'countersign: serve has no option --prot. Did you mean --port?\n';
  assert.equal(await text(refused.stderr), refusal);
  const starter = start('--port', String(port));
  const exited = once(starter, 'exit');
  try {
    await until(() => answers(`http://127.0.0.1:${port}/readyz`));
    starter.kill('SIGTERM');
    assert.deepEqual(await exited, [0, null]);
  } finally {
    killGroup(starter.pid);
    rmSync(data, { recursive: true, force: true });
  }
});

describe('a started server ends with its starter', () => {
  for (const [name, command] of [
    ['npm start', ['npm', 'start', '--silent']],
    ['the start tool', [process.execPath, join(ROOT, 'tools/start.mjs')]],
  ] as const) {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      test(`${name}, ${signal}: exit code 0 and nobody answers any more`, async () => {
        const data = mkdtempSync(join(tmpdir(), 'countersign-start-'));
        const port = await freePort();
        const [program, ...args] = command;
        const starter = spawn(program, args, {
          cwd: ROOT,
          env: { ...cleanEnvironment(), PORT: String(port), COUNTERSIGN_DATA_DIR: data },
          stdio: ['ignore', 'ignore', 'inherit'],
          // A process group of its own, so that nothing is left of a failed test.
          detached: true,
        });
        const exited = once(starter, 'exit');
        try {
          const url = `http://127.0.0.1:${port}/readyz`;
          await until(() => answers(url));
          starter.kill(signal);
          assert.deepEqual(await exited, [0, null]);
          assert.equal(await answers(url), false);
        } finally {
          killGroup(starter.pid);
          rmSync(data, { recursive: true, force: true });
        }
      });
    }
  }
});

describe('what stands behind `npm start --` is understood or refused', () => {
  const start = (...args: string[]) =>
    spawnSync('npm', ['start', '--silent', '--', ...args], {
      cwd: ROOT,
      env: cleanEnvironment(),
      encoding: 'utf8',
    });

  test('--help says what there is', () => {
    const { status, stdout } = start('--help');
    assert.equal(status, 0);
    assert.match(stdout, /--port N/);
  });

  test('an option that there is not starts nothing', () => {
    const { status, stderr } = start('--prot', '4613');
    assert.equal(status, 2);
    assert.match(stderr, /serve has no option --prot\. Did you mean --port\?/);
  });
});
