/** What Chromium's camera sees in tests: a picture, as a film of one frame (YUV4MPEG2). */
import { writeFileSync } from 'node:fs';
import type { Page } from 'playwright-core';

const WIDTH = 640;
const HEIGHT = 480;
const LIGHT = 235;

function writeFilm(path: string, luma: Buffer): void {
  const grey = Buffer.alloc((WIDTH * HEIGHT) / 2, 128);
  const head = `YUV4MPEG2 W${WIDTH} H${HEIGHT} F10:1 Ip A1:1 C420jpeg\n`;
  const frame = Buffer.concat([Buffer.from('FRAME\n'), luma, grey]);
  writeFileSync(path, Buffer.concat([Buffer.from(head), frame, frame]));
}

/** A white wall. The film must be there when the browser starts; give its path to `cameraFlags`. */
export function filmNothing(path: string): void {
  writeFilm(path, Buffer.alloc(WIDTH * HEIGHT, LIGHT));
}

/** Runs in the browser, which can read PNG: the picture as large as it fits, in shades of grey. */
const toLuma = (png: Buffer) => `(async () => {
  const bytes = Uint8Array.from(atob('${png.toString('base64')}'), (c) => c.charCodeAt(0));
  const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
  const canvas = new OffscreenCanvas(${WIDTH}, ${HEIGHT});
  const context = canvas.getContext('2d');
  context.fillStyle = '#fff';
  context.fillRect(0, 0, ${WIDTH}, ${HEIGHT});
  const scale = Math.min(${WIDTH} / image.width, ${HEIGHT} / image.height);
  const [width, height] = [image.width * scale, image.height * scale];
  context.drawImage(image, (${WIDTH} - width) / 2, (${HEIGHT} - height) / 2, width, height);
  const { data } = context.getImageData(0, 0, ${WIDTH}, ${HEIGHT});
  let text = '';
  for (let at = 0; at < data.length; at += 4) {
    const grey = 0.299 * data[at] + 0.587 * data[at + 1] + 0.114 * data[at + 2];
    text += String.fromCharCode(16 + Math.round((grey / 255) * 219));
  }
  return btoa(text);
})()`;

/** Points the camera at what the page shows now, whatever that is. */
export async function filmPage(path: string, page: Page): Promise<void> {
  const png = await page.screenshot();
  const darkroom = await page.context().newPage();
  const luma = await darkroom.evaluate<string>(toLuma(png));
  await darkroom.close();
  writeFilm(path, Buffer.from(luma, 'base64'));
}

export const cameraFlags = (path: string): string[] => [
  '--use-fake-ui-for-media-stream',
  '--use-fake-device-for-media-stream',
  `--use-file-for-fake-video-capture=${path}`,
];
