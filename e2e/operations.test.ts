/** docs/operations.md is run: what it says to type, its files, its list of paths, its alerts. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { startMailServer } from '../packages/server/src/notifications/testing/mail-server.ts';
import { startPostgres } from '../packages/server/src/testing/postgres.ts';
import { readBlocks, scriptOf } from './operations/document.ts';
import { type Machine, makeMachine } from './operations/machine.ts';
import { freePort } from './server.ts';

const UUID = '0f9e8d7c-1a2b-4c3d-8e4f-5a6b7c8d9e0f';

describe('the recipes, by a user who may not write into the installation', () => {
  let machine: Machine;
  let port: number;
  let mail: Awaited<ReturnType<typeof startMailServer>>;
  let postgres: Awaited<ReturnType<typeof startPostgres>>;
  before(async () => {
    mail = await startMailServer();
    postgres = await startPostgres();
    port = await freePort();
    machine = makeMachine({
      4110: String(port),
      4111: String(await freePort()),
      4112: String(await freePort()),
      'smtps://user:password@mail.example.com': mail.url,
      'postgres://countersign:password@db.example.com/countersign': await postgres.freshDatabase(),
    });
  });
  after(async () => {
    await machine?.remove();
    await postgres?.stop();
    await mail?.close();
  });

  test('one machine: install, start, backup, restore, upgrade and back', async () => {
    const output = await machine.run(scriptOf('one-machine'));
    assert.match(output, /Written and verified: .*first\.sqlite/);
    assert.match(output, /Restored: 1 environment\(s\)/);
    assert.match(output, /ok +the authenticator is built/);
    assert.doesNotMatch(output, /^BAD/m);
    // No address leads nowhere, and nothing was written into the installation by its user.
    for (const path of ['/authenticator/', '/docs', '/openapi.json']) {
      assert.equal((await fetch(`http://127.0.0.1:${port}${path}`)).status, 200, path);
    }
    assert.equal(existsSync(machine.at('/opt/countersign/node_modules/vite')), false);
    if (process.getuid?.() === 0) {
      const found = execFileSync('find', [machine.at('/opt/countersign'), '-uid', '65534']);
      assert.equal(found.toString(), '');
    }
    const log = readFileSync(machine.at('/countersign.log'), 'utf8');
    for (const line of log.trim().split('\n')) JSON.parse(line);
    assert.match(log, /"msg":"Ready\."/);
    // The alerts ask for what is measured.
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    const alerts = readBlocks().find(({ mark }) => mark === 'alerts');
    const names = alerts?.text.match(/countersign_\w+/g) ?? [];
    assert.ok(names.length > 3);
    for (const name of names) {
      assert.ok(metrics.includes(`# HELP ${name.replace(/_bucket$/, '')} `), name);
    }
  });

  test('two nodes on one database', async () => {
    await machine.run(scriptOf('two-nodes'));
  });

  test('the units are understood by systemd, where it is', () => {
    const units = readBlocks().flatMap(
      ({ mark }) => /^file=(.*\/system\/.*)$/.exec(mark)?.[1] ?? [],
    );
    assert.equal(units.length, 3);
    const { stderr, error } = spawnSync(
      'systemd-analyze',
      ['verify', ...units.map((unit) => machine.at(unit))],
      { encoding: 'utf8' },
    );
    if (error) return;
    assert.doesNotMatch(
      stderr,
      /Unknown (?:key|section|lvalue)|Failed to parse|Invalid|Missing '='/i,
    );
  });
});

test('every other block for a shell is at least one', () => {
  for (const { language, text, line } of readBlocks()) {
    if (language !== 'sh') continue;
    const { status, stderr } = spawnSync('sh', ['-n'], { input: text, encoding: 'utf8' });
    assert.equal(status, 0, `line ${line}: ${stderr}`);
  }
});

test('the proxies publish what clients need, and nothing else', () => {
  const lists = readBlocks().flatMap(({ text }) => /\^(\/\(v1.*\$\))/.exec(text)?.[1] ?? []);
  assert.equal(lists.length, 2);
  for (const list of lists) {
    const published = new RegExp(`^${list}`);
    for (const path of [
      `/v1/environments/${UUID}/users`,
      `/${UUID}/as/token`,
      `/${UUID}/deviceAuthentications`,
      `/${UUID}/device/v1/channel`,
      '/device/v1/pair',
      '/authenticator/',
      '/pair',
      '/self-service/passkeys',
      '/docs',
      '/openapi.json',
    ]) {
      assert.match(path, published);
    }
    for (const path of ['/metrics', '/healthz', '/readyz', '/dev/outbox', '/v1x']) {
      assert.doesNotMatch(path, published);
    }
  }
});
