/** The server's commands as real processes: what they make, refuse and say. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, test } from 'node:test';
import { postgresOfSuite } from '../packages/server/src/testing/postgres.ts';
import { until } from '../packages/server/src/testing/until.ts';
import { runCommand } from './command.ts';
import { freePort, startServer } from './server.ts';

const scratch = mkdtempSync(join(tmpdir(), 'countersign-commands-'));
after(() => rmSync(scratch, { recursive: true, force: true }));
let made = 0;
const freshPath = (name = 'x') => {
  made += 1;
  return join(scratch, `${name}-${made}`);
};
const NO_STACK = /\n\s+at /;

describe('commands that read make nothing', () => {
  for (const args of [
    ['doctor'],
    ['backup', freshPath('copy')],
    ['keys', 'rotate'],
    ['migrate', '--dry-run'],
  ]) {
    test(`${args.join(' ').replace(scratch, '')}, where there is no store`, async () => {
      const folder = freshPath('mistyped');
      const { code, stdout, stderr } = await runCommand(args, { COUNTERSIGN_DATA_DIR: folder });
      assert.equal(existsSync(folder), false);
      if (args[0] !== 'migrate') {
        assert.equal(code, 1);
        assert.ok(`${stdout}${stderr}`.includes(`There is no Countersign store in ${folder}`));
      }
      assert.doesNotMatch(stderr, NO_STACK);
    });
  }

  test('doctor and a dry run leave the folder of a stopped server as it is', async () => {
    const server = await startServer();
    await server.stop({ keepData: true });
    const folder = server.dataDirectory;
    const present = readdirSync(folder).sort();
    for (const args of [['doctor'], ['migrate', '--dry-run'], ['bootstrap']]) {
      const { code, stderr } = await runCommand(args, { COUNTERSIGN_DATA_DIR: folder });
      assert.equal(code, 0, stderr);
      assert.deepEqual(readdirSync(folder).sort(), present, args.join(' '));
    }
    rmSync(folder, { recursive: true });
  });

  test('doctor says BAD to what would fail or leak in production', async () => {
    const key = { COUNTERSIGN_MASTER_KEY: randomBytes(32).toString('base64') };
    const server = await startServer(key);
    await server.stop({ keepData: true });
    const folder = server.dataDirectory;
    const { code, stdout } = await runCommand(['doctor'], {
      ...key,
      NODE_ENV: 'production',
      HOST: '0.0.0.0',
      COUNTERSIGN_DATA_DIR: folder,
      COUNTERSIGN_PUBLIC_URL: `http://127.0.0.1:${await freePort()}`,
      COUNTERSIGN_SMTP_URL: `smtp://user:geheim@127.0.0.1:${await freePort()}`,
    });
    rmSync(folder, { recursive: true });
    assert.equal(code, 1);
    for (const said of [
      /^BAD Plain HTTP on 0\.0\.0\.0/m,
      /^BAD COUNTERSIGN_PUBLIC_URL is http/m,
      /^BAD the mail server 127\.0\.0\.1:\d+ can't be used \(E\w+/m,
      /^! {3}http:\/\/127\.0\.0\.1:\d+ can't be reached from here \(ECONNREFUSED\)/m,
      /^! {3}no backup was ever taken/m,
    ]) {
      assert.match(stdout, said);
    }
    assert.doesNotMatch(stdout, /geheim/);
  });

  test('a folder whose key is missing gets no new one', async () => {
    const server = await startServer();
    await server.stop({ keepData: true });
    const folder = server.dataDirectory;
    rmSync(join(folder, 'master.key'));
    const { code, stdout } = await runCommand(['doctor'], { COUNTERSIGN_DATA_DIR: folder });
    assert.equal(code, 1);
    assert.match(stdout, /BAD The master key is missing/);
    assert.equal(existsSync(join(folder, 'master.key')), false);
    rmSync(folder, { recursive: true });
  });
});

describe('beside a running server', () => {
  let server: Awaited<ReturnType<typeof startServer>>;
  let env: Record<string, string>;
  before(async () => {
    server = await startServer();
    env = { COUNTERSIGN_DATA_DIR: server.dataDirectory };
  });
  after(() => server.stop());

  test('a backup is verified, counted and not written over another file', async () => {
    const file = freshPath('copy');
    const { code, stdout, stderr } = await runCommand(['backup', file], env);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /environments: 1\n.*users: +0\n.*size: +\d+ bytes/);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.deepEqual(
      readdirSync(scratch).filter((name) => name.endsWith('.part')),
      [],
    );
    const nowhere = await runCommand(['backup', join(scratch, 'no', 'copy')], env);
    assert.equal(nowhere.code, 1);
    assert.match(nowhere.stderr, /There is no folder .*no: make it first/);
    const again = await runCommand(['backup', file], env);
    assert.equal(again.code, 1);
    assert.match(again.stderr, /exists.*--force/);
    const forced = await runCommand(['backup', file, '--force', '--json'], env);
    assert.equal(forced.code, 0);
    const { environments, users, takenAt, bytes } = JSON.parse(forced.stdout);
    assert.deepEqual([environments, users, bytes], [1, 0, statSync(file).size]);
    assert.ok(Math.abs(Date.now() - Date.parse(takenAt)) < 600_000);
    const copy = new DatabaseSync(file, { readOnly: true });
    assert.equal(copy.prepare('select count(*) as n from environments').get()?.n, 1);
    copy.close();
  });

  test('doctor tells what it found, also as JSON, and changes nothing', async () => {
    const files = () => readdirSync(server.dataDirectory).sort();
    const before = files();
    const { code, stdout } = await runCommand(['doctor', '--json'], env);
    assert.deepEqual(files(), before);
    assert.equal(code, 0, stdout);
    const { ok, findings } = JSON.parse(stdout);
    assert.equal(ok, true);
    const texts = findings.map(({ text }: { text: string }) => text).join('\n');
    assert.match(texts, new RegExp(`process ${server.pid} serves`));
    for (const said of [
      /can read passcodes/,
      /opens the store's keys/,
      /MiB are free/,
      /last backup is 0 h/,
    ]) {
      assert.match(texts, said);
    }
  });

  test('a second server on its folder is refused, by folder and process', async () => {
    const { code, stderr } = await runCommand(['serve'], { ...env, PORT: '0' });
    assert.equal(code, 1);
    assert.ok(stderr.includes(`process ${server.pid}`), stderr);
    assert.ok(stderr.includes(server.dataDirectory), stderr);
  });

  test('bootstrap says that there is an environment already', async () => {
    const { code, stdout } = await runCommand(['bootstrap'], env);
    assert.equal(code, 0);
    assert.match(stdout, /already/);
  });

  test('a copy of its folder, lock and all, can be served', async () => {
    const copy = freshPath('folder');
    const file = freshPath('copy');
    await runCommand(['backup', file], env);
    cpSync(server.dataDirectory, copy, { recursive: true });
    cpSync(file, join(copy, 'countersign.sqlite'));
    const other = await startServer({ COUNTERSIGN_DATA_DIR: copy });
    assert.equal(await other.stop(), 0);
  });
});

test('keys rotate says from when and until when; --revoke ends the tokens of before', async () => {
  const server = await startServer();
  const env = { COUNTERSIGN_DATA_DIR: server.dataDirectory };
  const statusWith = async (token: string) => {
    const url = `${server.origin}/v1/environments/${server.environmentId}`;
    return (await fetch(url, { headers: { authorization: `Bearer ${token}` } })).status;
  };
  const issue = async () => {
    const basic = Buffer.from(`${server.clientId}:${server.clientSecret}`).toString('base64');
    const reply = await fetch(`${server.origin}/${server.environmentId}/as/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${basic}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    });
    return String(JSON.parse(await reply.text()).access_token);
  };
  try {
    const leaked = await issue();
    const plain = await runCommand(['keys', 'rotate'], env);
    assert.equal(plain.code, 0, plain.stderr);
    assert.match(plain.stdout, /sign by the new keys from 20\d\d-.*Z on/);
    assert.match(plain.stdout, /stay valid, the last one until 20\d\d-.*Z/);
    assert.equal(await statusWith(leaked), 200);
    const revoked = await runCommand(['keys', 'rotate', '--revoke'], env);
    assert.equal(revoked.code, 0, revoked.stderr);
    // The running node hears of it: nothing is restarted.
    await until(async () => (await statusWith(leaked)) === 401);
    assert.equal(await statusWith(await issue()), 200);
  } finally {
    assert.equal(await server.stop(), 0);
  }
});

test('a server that was killed holds no lock', async () => {
  const first = await startServer();
  first.process.kill('SIGKILL');
  await first.stop({ keepData: true });
  const next = await startServer({ COUNTERSIGN_DATA_DIR: first.dataDirectory });
  assert.equal(await next.stop(), 0);
});

describe('what the operator can mend is said in a sentence', () => {
  const serve = (env: Record<string, string>, args: string[] = []) =>
    runCommand(['serve', ...args], { PORT: '0', COUNTERSIGN_DATA_DIR: freshPath(), ...env });

  test('a taken port', async () => {
    const server = await startServer();
    const { code, stderr } = await serve({ PORT: new URL(server.origin).port });
    await server.stop();
    assert.equal(code, 1);
    assert.match(stderr, /is taken by another program: set PORT/);
    assert.doesNotMatch(stderr, NO_STACK);
  });

  test('a data directory that is a file, a database that nobody serves, a file that is no database', async () => {
    const file = freshPath('file');
    writeFileSync(file, '');
    const broken = freshPath('broken');
    mkdirSync(broken);
    writeFileSync(
      join(broken, 'countersign.sqlite'),
      'This is text, and it is no database.'.repeat(99),
    );
    for (const [env, said] of [
      [
        { COUNTERSIGN_DATA_DIR: file },
        /COUNTERSIGN_DATA_DIR names .* is a file; it must be a folder/,
      ],
      [{ COUNTERSIGN_DATA_DIR: join(file, 'below') }, /COUNTERSIGN_DATA_DIR/],
      [
        { DATABASE_URL: `postgres://u:geheim@127.0.0.1:${await freePort()}/mfa` },
        /database of DATABASE_URL \(127\.0\.0\.1:\d+\/mfa\) doesn't answer/,
      ],
      [{ COUNTERSIGN_DATA_DIR: broken }, /is no database.*restore/],
      [{ HOST: 'no.such.host.invalid' }, /^Countersign can't start: HOST/],
      [
        { COUNTERSIGN_TLS_CERT_FILE: '/no/cert.pem', COUNTERSIGN_TLS_KEY_FILE: '/no/key.pem' },
        /COUNTERSIGN_TLS_(CERT|KEY)_FILE names \/no\/(cert|key)\.pem, which does not exist/,
      ],
      [{ NODE_ENV: 'prod' }, /Did you mean production\?/],
      [{ COUNTERSIGN_PUBLICURL: 'https://x' }, /Did you mean COUNTERSIGN_PUBLIC_URL\?/],
    ] as const) {
      const { code, stderr } = await serve({ ...env });
      assert.equal(code, 1, stderr);
      assert.match(stderr, said);
      assert.doesNotMatch(stderr, NO_STACK);
      assert.doesNotMatch(stderr, /geheim/);
    }
  });

  test('options are understood or refused, never ignored', async () => {
    const help = await serve({}, ['--help']);
    assert.equal(help.code, 0);
    assert.match(help.stdout, /--port N/);
    const unknown = await serve({}, ['--prot', '1']);
    assert.equal(unknown.code, 2);
    assert.match(unknown.stderr, /Unknown option '--prot'/);
    const wrong = await serve({}, ['--port', 'many']);
    assert.equal(wrong.code, 1);
    assert.match(wrong.stderr, /PORT is "many"/);
  });
});

describe('what a start says', () => {
  test('in development: mode, store, end, and who can read passcodes; credentials each time', async () => {
    const first = await startServer();
    await first.stop({ keepData: true });
    assert.match(first.output(), /Credentials: .*first-run\.env \(made now/);
    const again = await startServer({ COUNTERSIGN_DATA_DIR: first.dataDirectory, HOST: '0.0.0.0' });
    await again.stop();
    for (const said of [
      /Countersign \d+\.\d+\.\d+ is ready .* Ctrl\+C ends it/,
      /Mode: +development/,
      /Store: +SQLite, .*countersign\.sqlite/,
      /Credentials: .*first-run\.env \(of the first run\)/,
      /WARNING: Development mode: everybody who reaches port \d+ of 0\.0\.0\.0 can read passcodes/,
    ]) {
      assert.match(again.output(), said);
    }
  });

  test('in production: only JSON, and a word on plain HTTP', async () => {
    const server = await startServer({
      NODE_ENV: 'production',
      COUNTERSIGN_MASTER_KEY: randomBytes(32).toString('base64'),
      HOST: '0.0.0.0',
    });
    assert.equal(await server.stop(), 0);
    const lines = server.output().trim().split('\n');
    const said = lines.map((line) => JSON.parse(line));
    assert.ok(said.some(({ msg, version }) => msg === 'Ready.' && version));
    assert.ok(
      said.some(({ level, msg }) => level === 'warn' && /Plain HTTP on 0\.0\.0\.0/.test(msg)),
    );
  });
});

describe('several nodes start on an empty PostgreSQL', () => {
  const postgres = postgresOfSuite();

  test('one makes the environment, and only that one says so', async () => {
    const shared = {
      DATABASE_URL: await postgres.freshDatabase(),
      COUNTERSIGN_MASTER_KEY: randomBytes(32).toString('base64'),
      // Each would make its own.
      COUNTERSIGN_BOOTSTRAP_ENVIRONMENT_ID: '',
      COUNTERSIGN_BOOTSTRAP_CLIENT_ID: '',
      COUNTERSIGN_BOOTSTRAP_CLIENT_SECRET: '',
    };
    const nodes = await Promise.all([1, 2, 3].map(() => startServer({ ...shared })));
    const doctor = await runCommand(['doctor'], {
      ...shared,
      COUNTERSIGN_DATA_DIR: nodes[0]?.dataDirectory ?? '',
    });
    await Promise.all(nodes.map((node) => node.stop()));
    assert.match(doctor.stdout, /1 environment\(s\)/);
    const makers = nodes.filter((node) => node.output().includes('made now'));
    assert.equal(makers.length, 1);
  });
});
