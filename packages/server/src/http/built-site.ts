/** The files of a web application that `npm run build` has made, by path, under a strict policy. */
import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Produce, staticAnswer } from './static-answer.ts';

export interface BuiltSite {
  /** Its folder below `apps/`, and the path at which it is served. */
  name: string;
  /** The content security policy beside what every page has. */
  policy?: string;
  permissions: string;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webmanifest': 'application/manifest+json',
};

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
  "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const folderOf = (name: string) =>
  fileURLToPath(new URL(`../../../../apps/${name}/dist`, import.meta.url));

/** Whether `npm run build` was run: else there is nothing to serve. */
export const isBuilt = (name: string) => existsSync(join(folderOf(name), 'index.html'));

export function builtSite({ name, policy, permissions }: BuiltSite) {
  const folder = folderOf(name);
  const headers = (path: string) => ({
    'content-type': TYPES[extname(path)] ?? 'application/octet-stream',
    // What has its hash in its name never changes.
    'cache-control': path.startsWith('assets/')
      ? 'public, max-age=31536000, immutable'
      : 'no-cache',
    'content-security-policy': policy === undefined ? POLICY : `${POLICY}; ${policy}`,
    'permissions-policy': permissions,
  });
  const read = (path: string) => readFile(join(folder, path));
  const file = (path: string) => staticAnswer(() => read(path), headers(path));

  /**
   * None where it wasn't built. The files name each other by relative addresses, so that a proxy may
   * put the server under a path; so the page needs the slash at its end.
   */
  function files(): Record<string, Produce> {
    if (!isBuilt(name)) return {};
    const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'));
    return {
      ...Object.fromEntries(paths.map((path) => [`/${name}/${path}`, file(path)])),
      [`/${name}`]: async () => ({ status: 308, headers: { location: `${name}/` } }),
      [`/${name}/`]: file('index.html'),
    };
  }
  return { headers, read, files };
}
