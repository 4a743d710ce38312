/** The authenticator at `/authenticator`, and the links of pairing keys (`/pair`): built files. */
import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Produce, staticAnswer } from './static-answer.ts';

const FOLDER = fileURLToPath(new URL('../../../../apps/authenticator/dist', import.meta.url));

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
  "connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; " +
  "form-action 'none'; frame-ancestors 'none'";

function headersOf(path: string) {
  // What has its hash in its name never changes.
  const isHashed = path.startsWith('assets/');
  return {
    'content-type': TYPES[extname(path)] ?? 'application/octet-stream',
    'cache-control': isHashed ? 'public, max-age=31536000, immutable' : 'no-cache',
    'content-security-policy': POLICY,
    'permissions-policy':
      'camera=(self), publickey-credentials-create=(self), publickey-credentials-get=(self)',
  };
}

/** Whether `npm run build` was run: else there is no application to serve. */
export const isAuthenticatorBuilt = (folder = FOLDER) => existsSync(join(folder, 'index.html'));

/**
 * The files of the application by path; none where it wasn't built (`npm run build`). They name
 * each other by relative addresses, so that a proxy may put the server under a path.
 */
export function authenticatorFiles(folder = FOLDER): Record<string, Produce> {
  if (!isAuthenticatorBuilt(folder)) return {};
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'));
  const read = (path: string) => readFile(join(folder, path));
  const file = (path: string) => staticAnswer(() => read(path), headersOf(path));
  // The same page at another place: what it loads is still below the application's own address.
  const pair = async () =>
    (await read('index.html')).toString().replace('<head>', '<head><base href="authenticator/">');
  return {
    ...Object.fromEntries(paths.map((path) => [`/authenticator/${path}`, file(path)])),
    // The service worker has charge of what is below the slash.
    '/authenticator': async () => ({ status: 308, headers: { location: 'authenticator/' } }),
    '/authenticator/': file('index.html'),
    '/pair': staticAnswer(pair, {
      ...headersOf('index.html'),
      'content-security-policy': POLICY.replace("base-uri 'none'", "base-uri 'self'"),
    }),
    '/pair/': async () => ({ status: 308, headers: { location: '../pair' } }),
  };
}
