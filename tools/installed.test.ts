import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { until } from '../packages/server/src/testing/until.ts';

const MODULE = new URL('installed.mjs', import.meta.url).href;
const { isInstalled } = await import(MODULE);

const scratch = mkdtempSync(join(tmpdir(), 'countersign-tools-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

/** A project folder with these entries in the lock file and in the list of what is installed. */
function project(name: string, wanted: object, present?: object): string {
  const root = join(scratch, name);
  mkdirSync(join(root, 'node_modules'), { recursive: true });
  writeFileSync(
    join(root, 'package-lock.json'),
    JSON.stringify({ packages: { '': {}, ...wanted } }),
  );
  if (present) {
    const list = JSON.stringify({ packages: present });
    writeFileSync(join(root, 'node_modules', '.package-lock.json'), list);
  }
  return root;
}

const A1 = { 'node_modules/a': { version: '1.0.0', integrity: 'sha512-1' } };
const A2 = { 'node_modules/a': { version: '2.0.0', integrity: 'sha512-2' } };
const OPTIONAL = { 'node_modules/o': { version: '1.0.0', integrity: 'x', optional: true } };

describe('isInstalled', () => {
  test('says yes when every package is there in its version', () => {
    assert.equal(isInstalled(project('same', A1, A1)), true);
  });
  test('says no for another version, for a missing package and for no installation', () => {
    assert.equal(isInstalled(project('other', A2, A1)), false);
    assert.equal(isInstalled(project('missing', A1, {})), false);
    assert.equal(isInstalled(project('none', A1)), false);
  });
  test('does without packages for other platforms', () => {
    assert.equal(isInstalled(project('optional', { ...A1, ...OPTIONAL }, A1)), true);
  });
  test('what only development needs may be left out of a server', () => {
    const dev = { 'node_modules/d': { version: '1.0.0', integrity: 'x', dev: true } };
    const root = project('server', { ...A1, ...dev }, A1);
    assert.equal(isInstalled(root), false);
    assert.equal(isInstalled(root, { serverOnly: true }), true);
    assert.equal(isInstalled(project('less', { ...A1, ...dev }, {}), { serverOnly: true }), false);
  });
  test('says yes for this repository, whose tests are running', () => {
    assert.equal(isInstalled(), true);
  });
});

function runModule(code: string, env: NodeJS.ProcessEnv = process.env): ChildProcess {
  const program = `import * as tools from ${JSON.stringify(MODULE)};\n${code}`;
  return spawn(process.execPath, ['--input-type=module', '-e', program], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

test('two that start at once on a fresh clone install once', async () => {
  const root = project('fresh', A1);
  const bin = join(scratch, 'bin');
  mkdirSync(bin);
  // Stands in for npm: notes that it was called and leaves what an installation leaves.
  const calls = join(root, 'calls');
  writeFileSync(
    join(bin, 'npm'),
    `#!/bin/sh\necho "$1" >> '${calls}'\nsleep 0.3\n` +
      `echo '${JSON.stringify({ packages: A1 })}' > '${root}/node_modules/.package-lock.json'\n`,
  );
  chmodSync(join(bin, 'npm'), 0o755);
  const { npm_execpath: _, ...rest } = process.env;
  const env = { ...rest, PATH: `${bin}:${process.env.PATH}` };
  const code = `await tools.ensureInstalled(${JSON.stringify(root)});`;
  const exits = [runModule(code, env), runModule(code, env)].map((child) => once(child, 'exit'));
  assert.deepEqual(await Promise.all(exits), [
    [0, null],
    [0, null],
  ]);
  assert.equal(readFileSync(calls, 'utf8'), 'ci\n');
});

async function ending(child: ChildProcess) {
  let text = '';
  child.stderr?.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  const [code] = await once(child, 'close');
  return { code, text };
}

test('an old Node.js is told so before anything else happens', async () => {
  const old = "Object.defineProperty(process, 'versions', { value: { node: '18.20.4' } });";
  const child = spawn(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(old)}`, fileURLToPath(MODULE)],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const { code, text } = await ending(child);
  assert.equal(code, 1);
  assert.match(text, /^Countersign: this is Node\.js 18\.20\.4, and 20 or later is needed/);
});

test('where a lock can not be made, a sentence says what to do', async () => {
  const root = project('blocked', A1);
  // A file stands where the folder should be: so it is for root, too, who may write everywhere.
  writeFileSync(join(root, '.tmp'), '');
  const code = `await tools.ensureInstalled(${JSON.stringify(`${root}/`)});`;
  const program = `import * as tools from ${JSON.stringify(MODULE)};\n${code}`;
  const { code: exit, text } = await ending(
    spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'ignore', 'pipe'],
    }),
  );
  assert.equal(exit, 1);
  assert.match(text, /install\.lock can't be written \(E\w+\)/);
  assert.doesNotMatch(text, /\n\s+at /);
});

// Says its process id, and ends with 7 when it is asked to.
const SERVER =
  "process.on('SIGTERM', () => process.exit(7)); console.log(process.pid); setInterval(() => {}, 1000);";

async function startedBy(wrapper: ChildProcess): Promise<number> {
  assert.ok(wrapper.stdout);
  for await (const line of createInterface({ input: wrapper.stdout })) return Number(line);
  throw new Error('The program said nothing.');
}

function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const gone = (pid: number) => until(() => !runs(pid));

describe('a program that a tool runs', () => {
  for (const how of ['become', 'runChild']) {
    test(`gets the signal and gives its exit code (${how})`, async () => {
      const wrapper = runModule(
        `await tools.${how}(process.execPath, ['-e', ${JSON.stringify(SERVER)}]);`,
      );
      const pid = await startedBy(wrapper);
      wrapper.kill('SIGTERM');
      assert.deepEqual(await once(wrapper, 'exit'), [7, null]);
      await gone(pid);
    });
  }

  test('ends when the shell between npm and the tool dies without a word', async () => {
    const file = join(scratch, 'wrapper.mjs');
    writeFileSync(
      file,
      `import { runChild } from ${JSON.stringify(MODULE)};\n` +
        `await runChild(process.execPath, ['-e', ${JSON.stringify(SERVER)}]);\n`,
    );
    const shell = spawn('sh', ['-c', '"$0" "$1"; exit $?', process.execPath, file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const pid = await startedBy(shell);
    shell.kill('SIGKILL');
    await gone(pid);
  });

  test('is the server itself: the pinned Node.js is where npm puts it', async () => {
    const { pinnedNode } = await import(MODULE);
    const root = fileURLToPath(new URL('../', import.meta.url));
    assert.ok(pinnedNode().startsWith(join(root, 'node_modules')));
  });
});
