/** The pages below `/self-service`: they show what a page of an application does for its users. */
import { readFile } from 'node:fs/promises';
import { TOKENS } from './pages/tokens.ts';
import { type Produce, staticAnswer } from './static-answer.ts';

const FOLDER = new URL('../../../../apps/self-service/', import.meta.url);

const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
    "img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
};

const TYPES = { html: 'text/html', js: 'text/javascript', css: 'text/css' };

const answer = (load: () => Promise<string | Buffer>, type: keyof typeof TYPES): Produce =>
  staticAnswer(load, { ...HEADERS, 'content-type': `${TYPES[type]}; charset=utf-8` });
const at = (address: URL | string, type: keyof typeof TYPES) =>
  answer(() => readFile(new URL(address)), type);
const file = (name: string, type: keyof typeof TYPES) => at(new URL(name, FOLDER), type);

const style = async () => TOKENS + (await readFile(new URL('self-service.css', FOLDER), 'utf8'));

/** The files of the pages by path. */
export const SELF_SERVICE_FILES: Readonly<Record<string, Produce>> = {
  '/self-service/self-service.css': answer(style, 'css'),
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
