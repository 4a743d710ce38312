/** The README's quick start, pasted into a shell as it stands, against a server that just started. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { HANG_MS } from '../packages/server/src/testing/until.ts';
import { cleanEnvironment, startServer } from './server.ts';

const README = new URL('../README.md', import.meta.url);

/** The `sh` blocks below a heading, in order. */
function blocksBelow(heading: string): string {
  const [, section = ''] = readFileSync(README, 'utf8').split(new RegExp(`^## ${heading}$`, 'm'));
  const [body = ''] = section.split(/^## /m);
  return [...body.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block]) => block).join('\n');
}

const CLI = fileURLToPath(new URL('../packages/cli/bin/countersign.mjs', import.meta.url));
/** The reader is in the folder of the clone; we are not. */
const NPX = `npx() { shift; node '${CLI}' "$@"; }\n`;

async function runInShell(script: string, cwd: string) {
  // The pinned Node.js first on the PATH stands for the reader's own.
  const { PATH, ...rest } = cleanEnvironment();
  const env = { ...rest, HOME: cwd, PATH: `${dirname(process.execPath)}:${PATH}` };
  const shell = spawn('sh', [], { cwd, env, stdio: ['pipe', 'pipe', 'pipe'] });
  shell.stdin.end(script);
  const [stdout, stderr] = await Promise.all([text(shell.stdout), text(shell.stderr)]);
  return { stdout, stderr };
}

test('the quick start of the README ends in COMPLETED, by mail and by phone', {
  timeout: HANG_MS,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-quick-start-'));
  // As on a first run: without given credentials the server makes its own and writes them down.
  const server = await startServer({
    COUNTERSIGN_DATA_DIR: join(folder, 'data'),
    COUNTERSIGN_BOOTSTRAP_ENVIRONMENT_ID: '',
    COUNTERSIGN_BOOTSTRAP_CLIENT_ID: '',
    COUNTERSIGN_BOOTSTRAP_CLIENT_SECRET: '',
  });
  try {
    const script = blocksBelow('Quick start') + NPX + blocksBelow('Approve on a phone');
    assert.match(script, /first-run\.env/);
    const { stdout, stderr } = await runInShell(script, folder);
    const explanation = `${stdout}\n${stderr}`;
    assert.equal(stderr, '', explanation);
    const lines = stdout.trim().split('\n');
    const link = lines.findIndex((line) => /^http.*\/pair#v=1/.test(line));
    assert.equal(lines[link - 1], 'COMPLETED', explanation);
    assert.deepEqual(lines.slice(-3, -1), ['→ COMPLETED', 'COMPLETED'], explanation);
    const page = lines.at(-1) ?? '';
    assert.match(page, /\/self-service\/phone#environmentId=.+&userId=.+&policyId=.+/);
    assert.equal((await fetch(page)).status, 200);
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
