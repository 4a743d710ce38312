/**
 * `npm start`: installs and builds what is missing, then becomes `countersign serve`, whose options
 * it takes: `npm start -- --port 4613`. `--watch`: restarts it on changes.
 *
 * The scripts of package.json say `exec node …`, because npm runs them by a shell, and a shell that
 * stays in between dies of a signal without passing it on.
 */
import { join } from 'node:path';
import { ensureBuilt } from './built.mjs';
import { become, ensureInstalled, pinnedNode, ROOT } from './installed.mjs';

const args = process.argv.slice(2);
const watch = args.includes('--watch');

await ensureInstalled();
ensureBuilt();
await become(pinnedNode(), [
  ...(watch ? ['--watch', '--watch-preserve-output'] : []),
  join(ROOT, 'packages/cli/src/main.ts'),
  'serve',
  ...args.filter((arg) => arg !== '--watch'),
]);
