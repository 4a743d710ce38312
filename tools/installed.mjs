/**
 * Makes a fresh clone usable: installs what `package-lock.json` names, then goes on with the
 * pinned Node.js. Plain JavaScript without dependencies, because it runs on the machine's own
 * Node.js (20 or later) before anything is installed.
 *
 * Two sizes of an installation count: all of it, and what a server needs (`npm ci --omit=dev`, or
 * `npm prune --omit=dev` after a build). A deployed tree is often not its user's to write.
 */
import { spawn, spawnSync } from 'node:child_process';
import {
  accessSync,
  closeSync,
  existsSync,
  constants as fileConstants,
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

const NODE_MAJOR_MIN = 20;

/** Ends the process with these words: who reads them can do something about it. */
function giveUp(words) {
  process.stderr.write(`Countersign: ${words}\n`);
  return process.exit(1);
}

// Before anything else happens: what an older one would do is to fail half-way.
if (Number(process.versions.node.split('.')[0]) < NODE_MAJOR_MIN) {
  giveUp(
    `this is Node.js ${process.versions.node}, and ${NODE_MAJOR_MIN} or later is needed to install and to start ` +
      '(the server itself runs on the version that it brings). https://nodejs.org has it.',
  );
}

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
 * Whether `node_modules` holds what the lock file asks for; `serverOnly`: without what only
 * development needs. npm keeps a list of what it installed and writes it last, so an install that
 * was interrupted counts as none. Packages for other platforms may be missing.
 */
export function isInstalled(root = ROOT, { serverOnly = false } = {}) {
  const wanted = readJson(join(root, 'package-lock.json'))?.packages;
  const present = readJson(join(root, 'node_modules', '.package-lock.json'))?.packages;
  if (!wanted || !present) return false;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '' || entry.link) return true;
    if (serverOnly && (entry.dev || entry.devOptional)) return true;
    const found = present[path];
    if (!found) return entry.optional === true;
    return found.version === entry.version && found.integrity === entry.integrity;
  });
}

/** Whether the tools of development were left out on purpose. */
const isForServing = (root) => !existsSync(viteOf(root)) && isInstalled(root, { serverOnly: true });

/** What builds the web applications. */
export const viteOf = (root = ROOT) => join(root, 'node_modules', 'vite', 'bin', 'vite.js');

/** Whether this user may change the folder. */
export function isWritable(folder) {
  try {
    accessSync(folder, fileConstants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** The path of the Node.js that `package.json` pins. Ends the process where npm didn't bring it. */
export function pinnedNode(root = ROOT) {
  const path = join(root, 'node_modules', 'node', 'bin', 'node');
  if (existsSync(path)) return path;
  return giveUp(
    'the pinned Node.js is missing, since npm may not run install scripts here. ' +
      'Run `npm rebuild node --ignore-scripts=false`.',
  );
}

/**
 * Installs what is missing; two that start at once share one installation. What a server needs is
 * enough where the rest was left out, unless `all` is wanted.
 */
export async function ensureInstalled(root = ROOT, { all = false } = {}) {
  if (isInstalled(root) || (!all && isForServing(root))) return;
  if (!isWritable(root)) {
    giveUp(
      `the packages in ${root}node_modules are not those of package-lock.json, and this user may ` +
        'not write there. Its owner runs `npm ci --include=dev && npm run build`.',
    );
  }
  const lock = join(root, '.tmp', 'install.lock');
  try {
    mkdirSync(dirname(lock), { recursive: true });
    await takeLock(lock);
  } catch (error) {
    giveUp(
      `${lock} can't be written (${error.code}): remove the folder .tmp, or give it to this user.`,
    );
  }
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
  // Building needs development's tools, whatever NODE_ENV says. What asks for a newer Node.js than
  // npm runs on gets it: everything is run by the pinned one.
  const options = [
    'ci',
    '--include=dev',
    '--engine-strict=false',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ];
  const { status, error } = spawnSync(command, [...first, ...options], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (error || status !== 0) {
    giveUp('the installation failed; `npm ci` shows why.');
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
  await ensureInstalled(root, { all: true });
  const version = readJson(join(root, 'package.json')).dependencies.node;
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
