import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../bin/countersign.mjs', import.meta.url));

const run = (...args: string[]) =>
  spawnSync(process.execPath, [CLI, ...args], { encoding: 'utf8' });

describe('the command line', () => {
  test('--help lists the commands and ends well', () => {
    const { status, stdout } = run('--help');
    assert.equal(status, 0);
    for (const command of ['serve', 'migrate', 'doctor', 'bootstrap', 'backup', 'keys rotate']) {
      assert.match(stdout, new RegExp(`^ {2}${command}\\b`, 'm'));
    }
  });

  for (const args of [
    [],
    ['no-such-command'],
    ['backup'],
    ['keys'],
    ['keys', 'burn'],
    ['serve', 'x'],
  ]) {
    test(`refuses "${args.join(' ')}" with the usage and exit code 2`, () => {
      const { status, stdout, stderr } = run(...args);
      assert.equal(status, 2);
      assert.equal(stdout, '');
      assert.match(stderr, /Usage: countersign COMMAND/);
    });
  }
});
