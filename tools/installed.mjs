/**
 * Makes a fresh clone usable: installs what `package-lock.json` names, then goes on with the
 * pinned Node.js. Plain JavaScript without dependencies, because it runs on the machine's own
 * Node.js (20 or later) before anything is installed.
 */
import { spawn, spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the repository, with a trailing slash. */
export const ROOT = fileURLToPath(new URL('../', import.meta.url));

const LOCK_WAIT_MS = 10 * 60_000;
const LOCK_POLL_MS = 200;

const readJson = (path) => {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
};

/**
 * Whether `node_modules` holds what the lock file asks for. npm keeps a list of what it installed
 * and writes it last, so an install that was interrupted counts as none. Packages for other
 * platforms may be missing.
 */
export function isInstalled(root = ROOT) {
  const wanted = readJson(join(root, 'package-lock.json'))?.packages;
  const present = readJson(join(root, 'node_modules', '.package-lock.json'))?.packages;
  if (!wanted || !present) return false;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '' || entry.link) return true;
    const found = present[path];
    if (!found) return entry.optional === true;
    return found.version === entry.version && found.integrity === entry.integrity;
  });
}

/** The path of the Node.js that `package.json` pins. Ends the process where npm didn't bring it. */
export function pinnedNode(root = ROOT) {
  const path = join(root, 'node_modules', 'node', 'bin', 'node');
  if (existsSync(path)) return path;
  process.stderr.write(
    'Countersign: the pinned Node.js is missing, since npm may not run install scripts here. ' +
      'Run `npm rebuild node --ignore-scripts=false`.\n',
  );
  return process.exit(1);
}

/** Installs what is missing; two that start at once share one installation. */
export async function ensureInstalled(root = ROOT) {
  if (isInstalled(root)) return;
  const lock = join(root, '.tmp', 'install.lock');
  mkdirSync(dirname(lock), { recursive: true });
  await takeLock(lock);
  try {
    if (!isInstalled(root)) install(root);
  } finally {
    rmSync(lock, { force: true });
  }
}

function install(root) {
  process.stderr.write('Countersign: installing the packages of package-lock.json …\n');
  // npm tells its scripts where it is; without npm (`node tools/start.mjs`) the PATH knows.
  const npm = process.env.npm_execpath;
  const [command, first] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []];
  // The pinned Node.js is a development dependency, so NODE_ENV=production must not leave it out.
  const options = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status, error } = spawnSync(command, [...first, ...options], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (error || status !== 0) {
    process.stderr.write('Countersign: the installation failed; `npm ci` shows why.\n');
    process.exit(1);
  }
}

async function takeLock(lock) {
  const giveUpAt = Date.now() + LOCK_WAIT_MS;
  for (;;) {
    try {
      const file = openSync(lock, 'wx');
      writeSync(file, String(process.pid));
      closeSync(file);
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (!isHeld(lock) || Date.now() > giveUpAt) rmSync(lock, { force: true });
    else await new Promise((resolve) => setTimeout(resolve, LOCK_POLL_MS));
  }
}

/** Whether the process that wrote the lock still runs; a crashed one must not stop the others. */
function isHeld(lock) {
  let pid;
  try {
    pid = Number(readFileSync(lock, 'utf8'));
  } catch {
    return false;
  }
  // Just made, its process id not yet written.
  if (pid === 0) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/**
 * Installs what is missing and makes sure that the pinned Node.js runs the calling tool. Resolves
 * to true there; elsewhere the tool was run again by the pinned Node.js, its exit code is this
 * process's, and the caller has nothing left to do.
 */
export async function onPinnedNode(root = ROOT) {
  await ensureInstalled(root);
  const version = readJson(join(root, 'package.json')).devDependencies.node;
  if (process.version === `v${version}`) return true;
  await become(pinnedNode(root), process.argv.slice(1));
  return false;
}

/**
 * Runs a program in place of this process: where the platform can, this process becomes it, so
 * that no wrapper stands between a signal and the program. Elsewhere a child gets the signals, and
 * its end is the end of this process.
 */
export function become(program, args) {
  if (typeof process.execve === 'function' && process.platform !== 'win32') {
    process.execve(program, [program, ...args], process.env);
  }
  return runChild(program, args);
}

/** The part of `become` for platforms and versions that can’t replace a process. */
export function runChild(program, args) {
  const child = spawn(program, args, { stdio: 'inherit' });
  const forward = (signal) => child.kill(signal);
  const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'];
  for (const signal of signals) process.on(signal, forward);
  const orphaned = watchParent(() => child.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      clearInterval(orphaned);
      for (const name of signals) process.off(name, forward);
      process.exitCode = code ?? 128 + constants.signals[signal];
      resolve();
    });
  });
}

/**
 * A shell between npm and this process may die of a signal without passing it on; then this
 * process gets another parent, and the program must end as if the signal had come.
 */
function watchParent(onOrphaned) {
  const { ppid } = process;
  const timer = setInterval(() => {
    if (process.ppid === ppid) return;
    clearInterval(timer);
    onOrphaned();
  }, 500);
  timer.unref();
  return timer;
}
