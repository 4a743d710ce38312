/** What `npm run check` and the tests hold the sources to, beside the tests of the code itself. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { wrongRows } from './compatibility.ts';
import { staleFiles } from './generate.ts';
import { missingFromLock } from './lock-file.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

export interface Check {
  name: string;
  /** Undefined: all is well; otherwise what is wrong and what to do, for a person to read. */
  run(): string | undefined | Promise<string | undefined>;
}

/** Runs a JavaScript tool of `node_modules` on this Node.js; its output where it isn't content. */
function tool(path: string, args: readonly string[]): string | undefined {
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [path, ...args], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  if (error) return String(error);
  return status === 0 ? undefined : `${stdout}${stderr}`;
}

export const CHECKS: readonly Check[] = [
  // First: the types that the others look at are made of the running server.
  { name: 'the types of the client', run: () => tool('packages/client/generate.ts', []) },
  { name: 'types', run: () => tool('node_modules/typescript/bin/tsc', ['-p', '.']) },
  ...['authenticator', 'sign-on'].map((app) => ({
    name: `types of the ${app} pages`,
    run: () => tool('node_modules/typescript/bin/tsc', ['-p', `apps/${app}`]),
  })),
  {
    name: 'lint and format',
    run: () => tool('node_modules/@biomejs/biome/bin/biome', ['check', '--colors=off', '.']),
  },
  {
    name: 'the compatibility tables',
    run: () => wrongRows(ROOT).join('\n') || undefined,
  },
  {
    name: 'lock file',
    run: () => {
      const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));
      const missing = missingFromLock(packages);
      return missing.length === 0
        ? undefined
        : `No entry in package-lock.json for ${missing.join(', ')}, so \`npm ci\` refuses it. ` +
            'Add the entries (version, os, cpu, optional), or lock with a registry that has them.';
    },
  },
  {
    name: 'generated files',
    run: async () => {
      const stale = await staleFiles();
      return stale.length === 0
        ? undefined
        : `Not what their source says: ${stale.join(', ')}. Run \`npm run generate\`.`;
    },
  },
  {
    name: 'architecture',
    run: () => tool('--test', ['--test-reporter=dot', 'tools/check-architecture.test.ts']),
  },
];
