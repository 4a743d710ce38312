/** Texts that a caller gives by a file, or a secret by the environment. */
import { readFileSync } from 'node:fs';
import type { Call } from '../command.ts';
import type { Sourced } from '../credentials.ts';

/** `-`: standard input. */
export function readText(path: string): string {
  try {
    return readFileSync(path === '-' ? 0 : path, 'utf8');
  } catch (error) {
    throw new Error(`${path} can't be read (${Reflect.get(Object(error), 'code')}).`);
  }
}

/** Of a file or of the environment, never of an argument, which everybody on a machine sees. */
export function secretOf(call: Call, option: string, variable: string): Sourced | undefined {
  const path = call.text(option);
  const text = path === undefined ? process.env[variable] : readText(path);
  if (text === undefined) return undefined;
  return { value: text.replace(/\r?\n$/, ''), from: path ?? `$${variable}` };
}
