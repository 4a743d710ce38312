/** The authenticator at `/authenticator`, and the links of pairing keys (`/pair`): built files. */
import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { OperationReply } from '../resources/kit/operation.ts';

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

function headersOf(path: string): Record<string, string> {
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

/** The files of the application by path; none where it wasn't built (`npm run build`). */
export function authenticatorFiles(folder = FOLDER): Record<string, () => Promise<OperationReply>> {
  if (!isAuthenticatorBuilt(folder)) return {};
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'));
  const file = (path: string) => async (): Promise<OperationReply> => ({
    status: 200,
    body: await readFile(join(folder, path)),
    headers: headersOf(path),
  });
  const start = file('index.html');
  return {
    ...Object.fromEntries(paths.map((path) => [`/authenticator/${path}`, file(path)])),
    // The service worker has charge of what is below the slash.
    '/authenticator': async () => ({ status: 308, headers: { location: '/authenticator/' } }),
    '/authenticator/': start,
    '/pair': start,
  };
}
