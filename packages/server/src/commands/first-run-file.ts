/** Reads what the first run has written down: where the server is, and who may call it. */
import { readFileSync } from 'node:fs';

const LINE = /^(?:export )?([A-Z_]+)=(?:'(.*)'|(.*))$/;

/** `NAME='value'` lines, as the first run writes them for a shell. */
export function readVariables(path: string): Map<string, string> {
  return new Map(
    readFileSync(path, 'utf8')
      .split('\n')
      .flatMap((line) => {
        const [, name, quoted, plain = ''] = LINE.exec(line.trim()) ?? [];
        return name ? [[name, quoted?.replaceAll(String.raw`'\''`, "'") ?? plain]] : [];
      }),
  );
}

/** The same; empty where there is no such file, or it may not be read. */
export function readIfThere(path: string): Map<string, string> {
  try {
    return readVariables(path);
  } catch {
    return new Map();
  }
}
