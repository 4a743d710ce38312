import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import manifest from '../package.json' with { type: 'json' };
import { COMMANDS } from '../src/table.ts';

const CLI = fileURLToPath(new URL('../bin/countersign.mjs', import.meta.url));

/** What the former becomes; quicker. */
const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));

const runProgram = (program: string, args: readonly string[]) =>
  spawnSync(process.execPath, [program, ...args], { encoding: 'utf8' });
const run = (...args: string[]) => runProgram(CLI, args);

describe('the command line tells about itself', () => {
  test('--help lists the commands and ends well', () => {
    const { status, stdout } = run('--help');
    assert.equal(status, 0);
    for (const command of ['serve', 'migrate', 'doctor', 'bootstrap', 'backup', 'keys rotate']) {
      assert.match(stdout, new RegExp(`^ {2}${command}\\b`, 'm'));
    }
    for (const { name } of COMMANDS) assert.match(stdout, new RegExp(`^ {2}${name}\\b`, 'm'));
    assert.match(stdout, /Exit codes/);
    assert.match(stdout, /in the folder of the checkout/);
    assert.equal(run('-h').stdout, stdout);
    assert.equal(run('help').stdout, stdout);
  });

  test('--version and version print the version alone', () => {
    for (const word of ['--version', '-V', 'version']) {
      assert.equal(run(word).stdout, `${manifest.version}\n`);
    }
  });

  test('a command, and a group of them, has a help of its own', () => {
    const { stdout } = run('backup', '--help');
    assert.match(stdout, /^Usage: countersign backup FILE \[OPTIONS\]\n/);
    assert.match(stdout, /\n {2}--force +overwrite/);
    assert.match(stdout, /\nExample:\n {2}npx countersign backup .+\n$/);
    assert.equal(run('help', 'backup').stdout, stdout);
    assert.equal(run('backup', 'a-file', '-h').stdout, stdout);
    assert.match(
      run('users', '--help').stdout,
      /^Usage: npx countersign users COMMAND[\s\S]+users show/,
    );
    assert.equal(run('help', 'users').stdout, run('users', '--help').stdout);
    assert.match(run('help', 'authenticator').stdout, /^Usage: countersign authenticator/);
  });
});

describe('the command line refuses with one line and exit code 2', () => {
  const SENTENCES: readonly [string, string][] = [
    ['', 'which command? `countersign help` lists them.'],
    ['no-such-command', 'no such command: no-such-command.'],
    ['usrs', 'no such command: usrs. Did you mean users?'],
    ['user list', 'no such command: user. Did you mean users list?'],
    ['backpu file', 'no such command: backpu. Did you mean backup?'],
    ['help srve', 'no such command: srve. Did you mean serve?'],
    ['backup', 'backup needs a FILE: countersign backup FILE'],
    ['backup one two', 'backup doesn\'t take "two": countersign backup FILE'],
    ['keys', 'keys needs a command: rotate'],
    ['keys burn', 'no such command: keys burn. keys has: rotate'],
    ['keys rotaet', 'no such command: keys rotaet. Did you mean keys rotate?'],
    ['serve x', 'serve doesn\'t take "x": countersign serve'],
    ['serve --prot 1', 'serve has no option --prot. Did you mean --port?'],
    ['serve --port', '--port needs a value: --port N'],
    ['serve --port --host x', '--port needs a value: --port N'],
    ['doctor --json=yes', '--json takes no value.'],
    ['doctor --__proto__', 'doctor has no option --__proto__. It has --json, --help.'],
    ['doctor -x', 'doctor has no option -x. It has --json, --help.'],
    ['users show', 'users show needs a USER: countersign users show USER'],
    ['link kaisa', 'link needs passkey or phone: countersign link USER passkey|phone'],
    ['link kaisa phon', 'link takes passkey or phone, not "phon". Did you mean phone?'],
    ['applications create A --type web', '--type is one of worker, native, not "web".'],
    [
      '--json users list',
      '--json stands at no command; options come after it: countersign COMMAND [OPTIONS]',
    ],
    [`${'x'.repeat(100_000)}`, `no such command: ${'x'.repeat(100_000)}.`],
    ['us\u001b[31mers', 'no such command: us\\u001b[31mers.'],
  ];
  for (const [typed, sentence] of SENTENCES) {
    test(`"${typed.slice(0, 60)}"`, () => {
      const { status, stdout, stderr } = runProgram(MAIN, typed.split(' ').filter(Boolean));
      assert.deepEqual(
        { status, stdout, stderr },
        { status: 2, stdout: '', stderr: `countersign: ${sentence}\n` },
      );
    });
  }
});

describe('the table of commands', () => {
  test('has an example for each, which begins with it', () => {
    for (const { name, example } of COMMANDS) assert.ok(example.startsWith(name), name);
  });

  test('names each command once', () => {
    assert.equal(new Set(COMMANDS.map(({ name }) => name)).size, COMMANDS.length);
  });
});
