import { readFileSync } from 'node:fs';

/** Of this server; it is the same in every package of the repository. */
export const VERSION: string = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
).version;
