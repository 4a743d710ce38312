/** The page at `/self-service/passkeys`: adds passkeys and signs in with them, in a real browser. */
import { readFile } from 'node:fs/promises';
import type { OperationReply } from '../resources/operation.ts';

const FOLDER = new URL('../../../../apps/self-service/', import.meta.url);

const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cache-control': 'no-cache',
};

const file = (name: string, contentType: string) => async (): Promise<OperationReply> => ({
  status: 200,
  body: await readFile(new URL(name, FOLDER), 'utf8'),
  headers: { ...HEADERS, 'content-type': `${contentType}; charset=utf-8` },
});

/** The files of the page by path. */
export const PASSKEY_FILES: Readonly<Record<string, () => Promise<OperationReply>>> = {
  '/self-service/passkeys': file('passkeys.html', 'text/html'),
  '/self-service/passkeys.js': file('passkeys.js', 'text/javascript'),
  '/self-service/passkeys.css': file('passkeys.css', 'text/css'),
};
