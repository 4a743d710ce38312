/** The README's quick start, pasted into a shell as it stands, against a server that just started. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
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

const HEADINGS = ['Quick start', 'Approve on a phone', 'Sign in with a passkey'];

test('every block of the README can be pasted twice, and ends in COMPLETED by mail and by phone', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-quick-start-'));
  // As on a first run: without given credentials the server makes its own and writes them down.
  const server = await startServer({
    COUNTERSIGN_DATA_DIR: join(folder, 'data'),
    COUNTERSIGN_BOOTSTRAP_ENVIRONMENT_ID: '',
    COUNTERSIGN_BOOTSTRAP_CLIENT_ID: '',
    COUNTERSIGN_BOOTSTRAP_CLIENT_SECRET: '',
  });
  try {
    const [mail, ...others] = HEADINGS.map(blocksBelow);
    assert.match(mail ?? '', /first-run\.env/);
    const once = [mail, NPX, ...others, 'echo END'].join('\n');
    const { stdout, stderr } = await runInShell(`${once}\n${once}\n`, folder);
    const explanation = `${stdout}\n${stderr}`;
    // Beside its result, a link says for whom and until when.
    const complaints = stderr.replaceAll(/^For kaisa-\d+, until 20\d\d-\S+Z\.\n/gm, '');
    assert.equal(complaints, '', explanation);
    assert.doesNotMatch(stdout, /undefined/, explanation);
    const rounds = stdout.trim().split(/^END$/m).slice(0, 2);
    for (const round of rounds) {
      const lines = round.trim().split('\n');
      const link = lines.findIndex((line) => /^http.*\/pair#v=1/.test(line));
      assert.equal(lines[link - 1], 'COMPLETED', explanation);
      const phone = lines.findIndex((line) => /\/self-service\/phone#/.test(line));
      assert.deepEqual(lines.slice(phone - 2, phone), ['→ COMPLETED', 'COMPLETED'], explanation);
      const page = lines[phone] ?? '';
      assert.match(page, /\/self-service\/phone#environmentId=.+&userId=.+&policyId=.+&token=.+/);
      assert.equal((await fetch(page)).status, 200);
      assert.match(
        lines.at(-1) ?? '',
        /\/self-service\/passkeys#environmentId=.+&userId=.+&token=.+/,
      );
      assert.equal((await fetch(lines.at(-1) ?? '')).status, 200);
    }
    assert.equal(rounds.length, 2, explanation);
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});

test('an error of the API is shown, and not swallowed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-quick-start-'));
  const server = await startServer({ COUNTERSIGN_DATA_DIR: join(folder, 'data') });
  try {
    const script = `${blocksBelow('Quick start').split('NAME=')[0]}
call -d '{}' "$API/users" | field .id
`;
    const { stdout, stderr } = await runInShell(script, folder);
    assert.equal(stdout, '');
    assert.match(stderr, /"code":"INVALID_DATA".*"target":"username"/);
    assert.doesNotMatch(stderr, /TypeError|at .*node:/);
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});

test('all that the README shows to paste can be pasted', () => {
  const blocks = [
    ...readFileSync(README, 'utf8').matchAll(/^```(?:sh|console)\n([\s\S]*?)^```$/gm),
  ];
  assert.ok(blocks.length >= 6);
  for (const [, block = ''] of blocks) assert.doesNotMatch(block, /^\$ |<[a-z ]+>/m);
});
