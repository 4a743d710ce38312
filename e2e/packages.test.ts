/** The packages that we publish, built and put beside a program as npm would, against a real server. */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { type ApiClient, apiClient } from './api-client.ts';
import { type RunningServer, startServer } from './server.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const run = promisify(execFile);

/** JavaScript of the package itself, gzipped, in bytes. */
const BUDGETS = { client: 5_000, device: 16_000 };

let folder: string;

/** Builds a package into a program's `node_modules`. */
async function publish(name: string): Promise<string> {
  const source = join(ROOT, 'packages', name);
  const target = join(folder, 'node_modules/@countersign', name);
  mkdirSync(target, { recursive: true });
  cpSync(join(source, 'package.json'), join(target, 'package.json'));
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  await run(process.execPath, [tsc, '-p', source, '--outDir', join(target, 'dist')]);
  return target;
}

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-packages-'));
  await run(process.execPath, [join(ROOT, 'packages/client/generate.ts')]);
  for (const library of ['openapi-fetch', 'openapi-typescript-helpers', 'jose']) {
    cpSync(join(ROOT, 'node_modules', library), join(folder, 'node_modules', library), {
      recursive: true,
    });
  }
});
after(() => {
  if (folder) rmSync(folder, { recursive: true, force: true });
});

const filesOf = (path: string, ending: string) =>
  readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(ending))
    .map((file) => join(path, file));

describe('the packages', () => {
  for (const [name, budget] of Object.entries(BUDGETS)) {
    test(`${name} is plain ESM with types, and small`, async () => {
      const target = await publish(name);
      const manifest = JSON.parse(readFileSync(join(target, 'package.json'), 'utf8'));
      assert.equal(manifest.type, 'module');
      assert.equal('private' in manifest, false);
      const entries = Object.values<string | { types: string; default: string }>(manifest.exports);
      for (const entry of entries.filter((one) => typeof one !== 'string')) {
        for (const file of Object.values(entry)) readFileSync(join(target, file));
      }
      const code = filesOf(join(target, 'dist'), '.js').map((file) => readFileSync(file));
      const size = gzipSync(Buffer.concat(code)).length;
      assert.ok(size <= budget, `${size} bytes, ${budget} are allowed`);
    });
  }
});

describe('the examples of the client', () => {
  let server: RunningServer;
  let api: ApiClient;

  before(async () => {
    server = await startServer();
    api = await apiClient(server);
    cpSync(join(ROOT, 'packages/client/examples'), folder, { recursive: true });
    await publish('client');
  });
  after(() => server?.stop());

  function start(example: string, args: readonly string[]) {
    const child = spawn(process.execPath, [example, ...args], {
      cwd: folder,
      env: {
        PATH: process.env.PATH ?? '',
        COUNTERSIGN_URL: server.origin,
        ENVIRONMENT_ID: server.environmentId,
        CLIENT_ID: server.clientId,
        CLIENT_SECRET: server.clientSecret,
      },
    });
    const words = { out: '' };
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        words.out += text;
      });
    }
    return { child, words };
  }

  /** Answers a question each time it is asked; what was said until the end. */
  async function talk(
    { child, words }: ReturnType<typeof start>,
    question: string,
    answers: (() => string | Promise<string>)[],
  ): Promise<string> {
    let asked = 0;
    child.stdout.on('data', async () => {
      if (words.out.split(question).length - 1 <= asked) return;
      const answer = answers[asked];
      asked += 1;
      if (answer) child.stdin.write(`${await answer()}\n`);
    });
    await once(child, 'close');
    return words.out;
  }

  async function newestCode(email: string): Promise<string> {
    const response = await fetch(`${server.origin}/dev/outbox?to=${encodeURIComponent(email)}`);
    const { messages } = (await response.json()) as { messages: { otp: string }[] };
    return messages[0]?.otp ?? '';
  }

  test('sign in, after a wrong passcode', async () => {
    const user = await api.user();
    await api.post(`/users/${user.id}/devices`, { type: 'EMAIL', email: user.email });
    const wrong = async () => ((await newestCode(user.email)) === '000000' ? '111111' : '000000');
    const said = await talk(start('sign-in.mjs', [user.username]), 'Passcode: ', [
      wrong,
      () => newestCode(user.email),
    ]);
    assert.match(said, /Not right. Tries left: \d/);
    assert.match(said, /COMPLETED\n$/);
  });

  test('sign in, and give up', async () => {
    const user = await api.user();
    await api.post(`/users/${user.id}/devices`, { type: 'EMAIL', email: user.email });
    const said = await talk(start('sign-in.mjs', [user.username]), 'Passcode: ', [() => '']);
    assert.match(said, /OTP_REQUIRED\n$/);
  });

  test('make a user, and say what is wrong with an address', async () => {
    const good = await talk(
      start('new-user.mjs', ['mira', 'mira@shop.example']),
      'no question',
      [],
    );
    assert.match(good, /^Made mira: [0-9a-f-]{36}\nUsers: \d+\n$/);
    const bad = await talk(start('new-user.mjs', ['odd', 'no address']), 'no question', []);
    assert.match(bad, /^\w+ at email\nUsers: \d+\n$/);
  });
});
