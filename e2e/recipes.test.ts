/** The recipes of docs/recipes, started as a reader would start them, against a real server. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { FAILURE } from '../packages/server/src/testing/policies.ts';
import { type ApiClient, apiClient } from './api-client.ts';
import { freePort, type RunningServer, startServer } from './server.ts';

const recipe = (path: string) => fileURLToPath(new URL(`../docs/recipes/${path}`, import.meta.url));
const CLI = fileURLToPath(new URL('../packages/cli/bin/countersign.mjs', import.meta.url));

let server: RunningServer;
let api: ApiClient;
let folder: string;
const children: ChildProcess[] = [];

before(async () => {
  server = await startServer();
  api = await apiClient(server);
  folder = mkdtempSync(join(tmpdir(), 'countersign-recipes-'));
});
after(async () => {
  for (const child of children) child.kill();
  await server?.stop();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

/** What `data/first-run.env` says, and nothing else of ours. */
const environment = () => ({
  PATH: process.env.PATH ?? '',
  HOME: process.env.HOME ?? '',
  COUNTERSIGN_URL: server.origin,
  ENVIRONMENT_ID: server.environmentId,
  CLIENT_ID: server.clientId,
  CLIENT_SECRET: server.clientSecret,
});

/** A started recipe: what it has said, and how to wait for it to say something. */
function start(command: string, args: readonly string[], more: Record<string, string> = {}) {
  const child = spawn(command, args, { env: { ...environment(), ...more }, cwd: folder });
  children.push(child);
  let said = '';
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      for (const listener of listeners) listener();
    });
  }
  const exited = once(child, 'exit').then(([code]) => {
    for (const listener of listeners) listener();
    return code as number | null;
  });
  return {
    said: () => said,
    exited,
    type: (line: string) => child.stdin.write(`${line}\n`),
    /** What matched first, after as many characters. */
    async hear(pattern: RegExp): Promise<RegExpExecArray> {
      for (;;) {
        const found = pattern.exec(said);
        if (found) return found;
        assert.ok(child.exitCode === null, `It ended, and said:\n${said}`);
        await new Promise<void>((resolve) => {
          const listener = () => {
            listeners.delete(listener);
            resolve();
          };
          listeners.add(listener);
        });
      }
    },
  };
}

async function aUserWithMail() {
  const user = await api.user();
  await api.post(`/users/${user.id}/devices`, { type: 'EMAIL', email: user.email });
  return user;
}

async function codeFor(email: string): Promise<string> {
  const response = await fetch(`${server.origin}/dev/outbox?to=${encodeURIComponent(email)}`);
  const { messages } = (await response.json()) as { messages: { otp: string }[] };
  assert.ok(messages[0]);
  return messages[0].otp;
}

/** As many digits, and certainly another code. */
const wrong = (otp: string) => otp.replaceAll(/./g, (digit) => String((Number(digit) + 1) % 10));

/** Whether a language is there, in a version that its recipe says; else the reason. */
function missing(command: string, pattern: RegExp): string | false {
  const { status, stdout, stderr } = spawnSync(command, ['--version'], { encoding: 'utf8' });
  if (status !== 0) return `${command} is not installed here`;
  return pattern.test(stdout + stderr) ? false : `${command} is too old here`;
}

/** How long the policy lets three wrong codes lock an e-mail device. */
async function lockFor(minutes: number): Promise<void> {
  const lifeTime = { duration: 30, timeUnit: 'MINUTES' };
  const failure = { count: 3, coolDown: { duration: minutes, timeUnit: 'MINUTES' } };
  await api.changePolicy({ email: { enabled: true, otp: { lifeTime, failure } } });
}

const LANGUAGES = [
  { name: 'plain fetch', command: process.execPath, file: 'fetch/login.mjs', skip: false },
  {
    name: 'Python',
    command: 'python3',
    file: 'python/login.py',
    skip: missing('python3', /Python 3\.(?:9|\d\d)/),
  },
  {
    name: 'Java',
    command: 'java',
    file: 'java/Login.java',
    skip: missing('java', /(?:openjdk|java) (?:1[7-9]|[2-9]\d)/),
  },
] as const;

for (const { name, command, file, skip } of LANGUAGES) {
  describe(`the recipe for ${name}`, { skip }, () => {
    test('lets in by the right code, and says how many tries are left', async () => {
      const user = await aUserWithMail();
      const run = start(command, [recipe(file), user.username]);
      await run.hear(/Code\?/);
      const otp = await codeFor(user.email);
      run.type(wrong(otp));
      await run.hear(/not right\. Tries left: 2\.\s+Code\?/);
      run.type(otp);
      assert.equal(await run.exited, 0, run.said());
      assert.match(run.said(), /You are in\./);
    });

    async function saidToThreeWrongCodes(): Promise<string> {
      const user = await aUserWithMail();
      const run = start(command, [recipe(file), user.username]);
      await run.hear(/Code\?/);
      const otp = wrong(await codeFor(user.email));
      for (let tries = 0; tries < 3; tries += 1) run.type(otp);
      assert.equal(await run.exited, 1, run.said());
      assert.doesNotMatch(run.said(), /[A-Z]+_[A-Z]+/, 'no codes for a user');
      return run.said();
    }

    test('tells in words that a flow has ended, where the policy locks nothing', async () => {
      await lockFor(0);
      assert.match(await saidToThreeWrongCodes(), /start again/);
    });

    test('tells of a locked device in words, and of a user that there is not', async () => {
      await lockFor(2);
      assert.match(await saidToThreeWrongCodes(), /locked/);
      const nobody = start(command, [recipe(file), 'no"body']);
      assert.equal(await nobody.exited, 1);
      assert.match(nobody.said(), /There is no such user\./);
    });

    test('waits for the phone, which shows the application', async () => {
      const { user, listen } = await aUserWithPhone(file);
      const run = start(command, [recipe(file), user.username]);
      const [, number = ''] = await run.hear(/choose (\d+)\./);
      const phone = listen(number);
      assert.equal(await run.exited, 0, run.said() + phone.said());
      assert.match(run.said(), /You are in\./);
      await phone.exited;
      assert.match(phone.said(), /Shop/);
    });
  });
}

/** The authenticator of the terminal is the phone. */
async function aUserWithPhone(name: string) {
  const application = await api.post('/applications', {
    name: `Phone of ${name}`,
    type: 'NATIVE_APP',
    protocol: 'OPENID_CONNECT',
    enabled: true,
    grantTypes: ['AUTHORIZATION_CODE'],
    tokenEndpointAuthMethod: 'NONE',
  });
  const [policy] = (await api.get('/deviceAuthenticationPolicies'))._embedded
    .deviceAuthenticationPolicies;
  await api.put(`/deviceAuthenticationPolicies/${policy.id}`, {
    ...policy,
    mobile: {
      enabled: true,
      otp: { failure: FAILURE },
      applications: [
        { id: application.id, push: { enabled: true, numberMatching: { enabled: true } } },
      ],
    },
  });
  const user = await api.user();
  const { uri } = await api.post(`/users/${user.id}/pairingKeys`, {});
  const phone = [CLI, 'authenticator', '--file', join(folder, `${application.id}.json`)];
  const paired = spawnSync(process.execPath, [...phone, 'pair', uri], { encoding: 'utf8' });
  assert.equal(paired.status, 0, paired.stderr);
  const listen = (number: string) =>
    start(process.execPath, [...phone, 'listen', '--once', '--approve', '--number', number]);
  return { user, listen };
}

for (const framework of ['express', 'fastify']) {
  describe(`the recipe for ${framework}`, () => {
    let url: string;
    before(async () => {
      const run = start(process.execPath, [recipe(`${framework}/server.mjs`)], {
        PORT: String(await freePort()),
      });
      [url] = (await run.hear(/http:\/\/127\.0\.0\.1:\d+/)) as unknown as [string];
    });

    /** A browser: keeps the cookie. */
    function browser() {
      const seen: string[] = [];
      return {
        seen,
        async ask(path: string, body?: object) {
          const response = await fetch(url + path, {
            method: body ? 'POST' : 'GET',
            headers: {
              ...(seen.length > 0 ? { cookie: seen.at(-1) ?? '' } : {}),
              ...(body ? { 'content-type': 'application/json' } : {}),
            },
            ...(body ? { body: JSON.stringify(body) } : {}),
          });
          const set = response.headers.getSetCookie().at(-1);
          if (set) {
            assert.match(set, /; HttpOnly; SameSite=Lax/);
            seen.push(set.split(';', 1)[0] ?? '');
          }
          // biome-ignore lint/suspicious/noExplicitAny: the recipe's own answers.
          return { status: response.status, body: (await response.json()) as any };
        },
      };
    }

    test('asks for a code after the password, and then lets in under a new session', async () => {
      const user = await aUserWithMail();
      const { ask, seen } = browser();
      const refused = await ask('/login', { username: user.username, password: 'wrong' });
      assert.equal(refused.status, 401);
      const login = { username: user.username, password: 'correct horse' };
      assert.deepEqual((await ask('/login', login)).body, { next: 'CODE' });
      assert.equal((await ask('/transfer', { amount: 5 })).status, 401, 'not signed in yet');
      const otp = await codeFor(user.email);
      const wrongly = await ask('/login/code', { code: wrong(otp) });
      assert.deepEqual(
        [wrongly.status, wrongly.body.message],
        [400, 'That code is not right. Tries left: 2.'],
      );
      const before = seen.at(-1);
      assert.deepEqual((await ask('/login/code', { code: otp })).body, { next: 'DONE' });
      assert.notEqual(seen.at(-1), before);
      assert.equal((await ask('/login/code', { code: otp })).status, 409, 'nothing is pending');
    });

    test('asks again for what needs a fresh proof', async () => {
      const user = await aUserWithMail();
      const { ask } = browser();
      await ask('/login', { username: user.username, password: 'correct horse' });
      await ask('/login/code', { code: await codeFor(user.email) });
      assert.deepEqual((await ask('/transfer', { amount: 5 })).body, { transferred: 5 });
      const again = { amount: 5_000, proveAgain: true };
      assert.deepEqual((await ask('/transfer', again)).body, { next: 'CODE' });
      await ask('/login/code', { code: await codeFor(user.email) });
      assert.deepEqual((await ask('/transfer', { amount: 5_000 })).body, { transferred: 5_000 });
    });

    test('a session of nobody is told to start', async () => {
      const { ask } = browser();
      assert.deepEqual((await ask('/login/status')).body, { next: 'START' });
      assert.equal((await ask('/login/code', { code: '123456' })).status, 409);
    });
  });
}
