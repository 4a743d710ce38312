/**
 * A machine for the recipes of docs/operations.md, below one folder: their paths lead there, and
 * what only a whole system has (users, systemd, the network) is stood in for. The service is run by
 * `nobody` where the test is run by root, else by the test's own user.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cleanEnvironment } from '../server.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SYSTEMCTL = fileURLToPath(new URL('systemctl.ts', import.meta.url));
const FOLDERS = ['/opt', '/etc/systemd/system', '/usr/local/bin', '/var/lib', '/var/backups'];
const PATHS =
  /(?<![\w/.-])\/(?:opt\/countersign|etc\/countersign|etc\/systemd\/system|usr\/local\/bin|var\/lib\/countersign|var\/backups\/countersign)/g;
/** What a clone doesn't have. */
const NOT_CLONED = new Set(['node_modules', '.git', 'data', 'dist', '.tmp']);
/** Of a whole drill: it installs twice. */
const ENDS_WITHIN_MS = 15 * 60_000;

const isRoot = process.getuid?.() === 0;
const AS_SERVICE = isRoot ? 'setpriv --reuid=65534 --regid=65534 --clear-groups' : '';

export interface Machine {
  folder: string;
  /** The place on this machine of what the document calls so. */
  at(path: string): string;
  /** Runs a script of the document; resolves to what it printed, rejects with it. */
  run(script: string): Promise<string>;
  /** Ends what the scripts have started, and removes the folder. */
  remove(): Promise<void>;
}

/** The stand-ins: short, since whatever they do isn't tried. */
function standIns(folder: string): Record<string, string> {
  const npm = execFileSync('sh', ['-c', 'command -v npm'], { encoding: 'utf8' }).trim();
  return {
    git: `case "$1" in clone) cp -R '${folder}/clone' "$3";; esac`,
    useradd: 'exit 0',
    // What was installed once serves again: links to the files, but for npm's own list, which npm
    // writes anew where it stands.
    npm: `if [ "$1" = ci ]; then
        rm -rf node_modules
        cp -al '${ROOT}node_modules' . 2>/dev/null || { rm -rf node_modules; cp -a '${ROOT}node_modules' .; }
        cp --remove-destination '${ROOT}node_modules/.package-lock.json' node_modules/
      else exec '${npm}' "$@"; fi`,
    runuser: `shift 3; exec ${AS_SERVICE} "$@"`,
    systemctl: `exec '${process.execPath}' '${SYSTEMCTL}' '${folder}' '${AS_SERVICE}' "$@"`,
  };
}

/** `words` are replaced by others: addresses that this machine has in their place. */
export function makeMachine(words: Readonly<Record<string, string>>): Machine {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-machine-'));
  chmodSync(folder, 0o755);
  for (const path of [...FOLDERS, '/stand-ins']) mkdirSync(join(folder, path), { recursive: true });
  cpSync(ROOT, join(folder, 'clone'), {
    recursive: true,
    filter: (path) =>
      !relative(ROOT, path)
        .split(sep)
        .some((name) => NOT_CLONED.has(name)),
  });
  for (const [name, text] of Object.entries(standIns(folder))) {
    writeFileSync(join(folder, 'stand-ins', name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  }
  const owner = isRoot ? '-o 65534 -g 65534' : '';

  function translate(script: string): string {
    let text = script
      .replaceAll(/-o (?:countersign|root) -g countersign/g, owner)
      .replaceAll(PATHS, (path) => `${folder}${path}`);
    for (const [word, other] of Object.entries(words)) text = text.replaceAll(word, other);
    return text;
  }

  async function run(script: string): Promise<string> {
    const { PATH, ...rest } = cleanEnvironment();
    const shell = spawn('sh', ['-c', translate(script)], {
      cwd: folder,
      env: {
        ...rest,
        // As in a deploying shell: it must not leave out what building needs.
        NODE_ENV: 'production',
        PATH: `${join(folder, 'stand-ins')}:${join(folder, 'usr/local/bin')}:${PATH}`,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let output = '';
    for (const stream of [shell.stdout, shell.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    const timer = setTimeout(() => killGroup(shell.pid), ENDS_WITHIN_MS);
    const [code] = await once(shell, 'exit');
    clearTimeout(timer);
    if (code !== 0) {
      killGroup(shell.pid);
      throw new Error(`The script ended with ${code}:\n${output.slice(-4_000)}`);
    }
    return output;
  }

  return {
    folder,
    at: (path) => join(folder, path),
    run,
    async remove() {
      await run('systemctl stop countersign');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function killGroup(leader: number | undefined): void {
  try {
    if (leader !== undefined) process.kill(-leader, 'SIGKILL');
  } catch {
    // Nobody is left, as it should be.
  }
}
