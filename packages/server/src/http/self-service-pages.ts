/** The pages below `/self-service`: they show what a page of an application does for its users. */
import { readFile } from 'node:fs/promises';
import type { OperationReply } from '../resources/kit/operation.ts';

const FOLDER = new URL('../../../../apps/self-service/', import.meta.url);

const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cache-control': 'no-cache',
};

const TYPES = { html: 'text/html', js: 'text/javascript', css: 'text/css' };

const at =
  (address: URL | string, type: keyof typeof TYPES) => async (): Promise<OperationReply> => ({
    status: 200,
    body: await readFile(new URL(address), 'utf8'),
    headers: { ...HEADERS, 'content-type': `${TYPES[type]}; charset=utf-8` },
  });
const file = (name: string, type: keyof typeof TYPES) => at(new URL(name, FOLDER), type);

/** The files of the pages by path. */
export const SELF_SERVICE_FILES: Readonly<Record<string, () => Promise<OperationReply>>> = {
  '/self-service/self-service.css': file('self-service.css', 'css'),
  '/self-service/passkeys': file('passkeys.html', 'html'),
  '/self-service/passkeys.js': file('passkeys.js', 'js'),
  '/self-service/phone': file('phone.html', 'html'),
  '/self-service/phone.js': file('phone.js', 'js'),
  '/self-service/phone-words.js': file('phone-words.js', 'js'),
  '/self-service/qr-code.js': file('qr-code.js', 'js'),
  // The one library: it has no imports.
  '/self-service/qr.js': async () => at(import.meta.resolve('qr'), 'js')(),
};
