/**
 * `npm test`: installs what is missing and runs everything with the test runner of Node.js, whose
 * summary closes the output. Options go on to it (`npm test -- --test-name-pattern=TOTP`), and so
 * do files (`npm test -- packages/server/src/flow/*.test.ts`).
 */
import { join } from 'node:path';
import { ensureBuilt } from './built.mjs';
import { become, onPinnedNode, ROOT } from './installed.mjs';

// The machine has few cores and some tests start a database or a browser. The time, of a test and of
// a whole file, is only there to end what hangs: no machine is so slow.
const OPTIONS = ['--test-concurrency=2', `--test-timeout=${20 * 60_000}`];
const FILES = [
  'packages/**/*.test.ts',
  'tools/**/*.test.ts',
  'bench/**/*.test.ts',
  'e2e/**/*.test.ts',
];

if (await onPinnedNode()) {
  ensureBuilt();
  // Hundreds of processes read the same sources: each starts in half of the time.
  process.env.NODE_COMPILE_CACHE ??= join(ROOT, '.tmp/compile-cache');
  const args = process.argv.slice(2);
  const files = args.filter((arg) => !arg.startsWith('-'));
  const options = args.filter((arg) => arg.startsWith('-'));
  if (files.length === 0) process.chdir(ROOT);
  await become(process.execPath, [
    '--test',
    ...OPTIONS,
    ...options,
    ...(files.length === 0 ? FILES : files),
  ]);
}
