/** Builds the web applications whose sources are newer than what was built of them. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isWritable, pinnedNode, ROOT, viteOf } from './installed.mjs';

const APP = 'apps/authenticator';
/** What the application is made of. */
const SOURCES = [
  'src',
  'public',
  'index.html',
  'vite.config.ts',
  'service-worker.js',
  'service-worker-plugin.ts',
  '../../packages/device/src',
];

function newest(path) {
  if (!existsSync(path)) return 0;
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name))));
}

/** Whether the application is there, as its sources are now. */
export function isBuilt(root = ROOT) {
  const built = join(root, APP, 'dist', 'index.html');
  if (!existsSync(built)) return false;
  const made = statSync(built).mtimeMs;
  return SOURCES.every((source) => newest(join(root, APP, source)) <= made);
}

/**
 * Builds what isn't there as its sources are, in half a second, where that can be done: by a user
 * who may write here, with the tools of development. Answers whether the application is there now;
 * a server without it serves everything else, and says so.
 */
export function ensureBuilt(root = ROOT) {
  if (isBuilt(root)) return true;
  const folder = join(root, APP);
  const dist = join(folder, 'dist');
  const mayBuild = isWritable(folder) && (!existsSync(dist) || isWritable(dist));
  if (!mayBuild || !existsSync(viteOf(root))) return existsSync(join(dist, 'index.html'));
  const { status } = spawnSync(
    pinnedNode(root),
    [viteOf(root), 'build', '--logLevel=error', folder],
    { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] },
  );
  if (status !== 0) process.stderr.write('Countersign: the authenticator could not be built.\n');
  return status === 0;
}
