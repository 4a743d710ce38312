/** Builds the web applications whose sources are newer than what was built of them. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isWritable, pinnedNode, ROOT, viteOf } from './installed.mjs';

/** The applications, and what each is made of. */
const UI = '../../packages/ui/src';
const APPS = {
  'apps/authenticator': [
    'src',
    'public',
    'index.html',
    'vite.config.ts',
    'service-worker.js',
    'service-worker-plugin.ts',
    '../../packages/device/src',
    `${UI}/tokens.css`,
  ],
  'apps/sign-on': ['src', 'index.html', 'vite.config.ts', UI],
};

function newest(path) {
  if (!existsSync(path)) return 0;
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name))));
}

/** Whether an application is there, as its sources are now. */
function isBuilt(root, app) {
  const built = join(root, app, 'dist', 'index.html');
  if (!existsSync(built)) return false;
  const made = statSync(built).mtimeMs;
  return APPS[app].every((source) => newest(join(root, app, source)) <= made);
}

function ensure(root, app) {
  if (isBuilt(root, app)) return true;
  const folder = join(root, app);
  const dist = join(folder, 'dist');
  const mayBuild = isWritable(folder) && (!existsSync(dist) || isWritable(dist));
  if (!mayBuild || !existsSync(viteOf(root))) return existsSync(join(dist, 'index.html'));
  const { status } = spawnSync(
    pinnedNode(root),
    [viteOf(root), 'build', '--logLevel=error', folder],
    { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] },
  );
  if (status !== 0) process.stderr.write(`Countersign: ${app} could not be built.\n`);
  return status === 0;
}

/**
 * Builds what isn't there as its sources are, in half a second each, where that can be done: by a
 * user who may write here, with the tools of development. Answers whether all are there now; a server
 * without them serves everything else, and says so.
 */
export const ensureBuilt = (root = ROOT) =>
  Object.keys(APPS).filter((app) => !ensure(root, app)).length === 0;
