/** The scripts of `countersign completion`, in the shells that this machine has. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { completionScript } from '../src/completion.ts';
import { COMMANDS } from '../src/table.ts';

const has = (shell: string) => spawnSync(shell, ['--version']).error === undefined;

/** What bash offers after these words, the last of which is being typed. */
function complete(...words: string[]): string[] {
  const script = [
    completionScript('bash', COMMANDS),
    'COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()',
    '_countersign',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the shell's.
    'printf "%s\\n" "${COMPREPLY[@]}"',
  ].join('\n');
  const { status, stdout, stderr } = spawnSync(
    'bash',
    [
      '--norc',
      '-c',
      `source /dev/stdin "$@" <<'END'\n${script}\nEND`,
      'bash',
      'countersign',
      ...words,
    ],
    { encoding: 'utf8' },
  );
  // bash says so where no completion is under way, as here: files can't be asked for.
  assert.equal(stderr.replaceAll(/.*compopt: not currently.*\n/g, ''), '');
  assert.equal(status, 0);
  return stdout.split('\n').filter(Boolean);
}

describe('completion', () => {
  test('bash: commands, then the second word, then options and choices', () => {
    assert.deepEqual(complete('us'), ['users']);
    assert.ok(complete('').includes('authenticator'));
    assert.deepEqual(complete('keys', ''), ['rotate']);
    assert.deepEqual(complete('users', 'sh'), ['show']);
    assert.deepEqual(complete('users', 'show', 'kaisa', '--js'), ['--json']);
    assert.deepEqual(complete('serve', '--port', '1', '--h'), ['--host', '--help']);
    assert.deepEqual(complete('completion', ''), ['bash', 'zsh', 'fish', '--help']);
    assert.deepEqual(complete('applications', 'create', 'Shop', '--type', ''), [
      'worker',
      'native',
    ]);
    assert.deepEqual(complete('environments', 'create', '--type', 's'), ['sandbox']);
    assert.deepEqual(complete('users', 'list', '--credentials', ''), []);
    assert.deepEqual(complete('users', 'list', '--url', 'x', '--js'), ['--json']);
    assert.deepEqual(complete('help', 'dev'), ['devices']);
    assert.deepEqual(complete('help', 'devices', 'unb'), ['unblock']);
    assert.deepEqual(complete('authenticator', 'sig'), ['sign-on']);
    assert.deepEqual(complete('no-such', ''), []);
  });

  test('bash: the script says for which word it completes', () => {
    const script = `${completionScript('bash', COMMANDS)}\ncomplete -p countersign`;
    const { stdout, stderr } = spawnSync('bash', ['--norc'], { input: script, encoding: 'utf8' });
    assert.deepEqual([stdout, stderr], ['complete -F _countersign countersign\n', '']);
  });

  for (const shell of ['zsh', 'fish']) {
    test(`${shell}: names every command and option`, () => {
      const script = completionScript(shell, COMMANDS);
      for (const { name, options = {} } of COMMANDS) {
        for (const word of [...name.split(' '), ...Object.keys(options)]) {
          assert.ok(script.includes(word), word);
        }
      }
    });

    test(`${shell}: is well-formed`, { skip: !has(shell) && `${shell} is not here` }, () => {
      const folder = mkdtempSync(join(tmpdir(), 'countersign-completion-'));
      const file = join(folder, 'script');
      writeFileSync(file, completionScript(shell, COMMANDS));
      const { status, stderr } = spawnSync(shell, ['-n', file], { encoding: 'utf8' });
      rmSync(folder, { recursive: true });
      assert.deepEqual([status, stderr], [0, '']);
    });
  }
});
