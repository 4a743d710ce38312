/** The server's icon, which is the authenticator's: as SVG, and as ICO for who asks for that. */
import { readFile } from 'node:fs/promises';
import { type Produce, staticAnswer } from '../static-answer.ts';

const file = (name: string) =>
  readFile(new URL(`../../../../../apps/authenticator/public/${name}`, import.meta.url));

/** An ICO may hold a PNG as it is: a folder of one entry stands before it. */
function icoOf(png: Buffer, size: number): Buffer {
  const head = Buffer.alloc(22);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(1, 4);
  head.writeUInt8(size, 6);
  head.writeUInt8(size, 7);
  head.writeUInt16LE(1, 10);
  head.writeUInt16LE(32, 12);
  head.writeUInt32LE(png.length, 14);
  head.writeUInt32LE(head.length, 18);
  return Buffer.concat([head, png]);
}

const A_DAY = { 'cache-control': 'public, max-age=86400' };

export const ICONS: Readonly<Record<string, Produce>> = {
  '/favicon.svg': staticAnswer(() => file('icon.svg'), {
    'content-type': 'image/svg+xml',
    ...A_DAY,
  }),
  '/favicon.ico': staticAnswer(async () => icoOf(await file('icon-192.png'), 192), {
    'content-type': 'image/x-icon',
    ...A_DAY,
  }),
};
