/** The pages below `/self-service`: they show what a page of an application does for its users. */
import { readFile } from 'node:fs/promises';
import { type Produce, staticAnswer } from './static-answer.ts';

const FOLDER = new URL('../../../../apps/self-service/', import.meta.url);

const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
    "img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
};

const TYPES = { html: 'text/html', js: 'text/javascript', css: 'text/css' };

const at = (address: URL | string, type: keyof typeof TYPES): Produce =>
  staticAnswer(() => readFile(new URL(address)), {
    ...HEADERS,
    'content-type': `${TYPES[type]}; charset=utf-8`,
  });
const file = (name: string, type: keyof typeof TYPES) => at(new URL(name, FOLDER), type);

/** The files of the pages by path. */
export const SELF_SERVICE_FILES: Readonly<Record<string, Produce>> = {
  '/self-service/self-service.css': file('self-service.css', 'css'),
  '/self-service/link.js': file('link.js', 'js'),
  '/self-service/passkeys': file('passkeys.html', 'html'),
  '/self-service/passkeys.js': file('passkeys.js', 'js'),
  '/self-service/passkey-words.js': file('passkey-words.js', 'js'),
  '/self-service/phone': file('phone.html', 'html'),
  '/self-service/phone.js': file('phone.js', 'js'),
  '/self-service/phone-words.js': file('phone-words.js', 'js'),
  '/self-service/qr-code.js': file('qr-code.js', 'js'),
  // The one library: it has no imports.
  '/self-service/qr.js': at(import.meta.resolve('qr'), 'js'),
};
