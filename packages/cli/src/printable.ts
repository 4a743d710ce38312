/** Text of others on a terminal: what would move the cursor, or turn the writing, is shown instead. */
import { DeviceError } from '../../device/src/index.ts';

// C0 and C1 controls, DEL, line and paragraph separators, and the marks of writing directions.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** One line. Pure. */
export function printable(text: string): string {
  return text.replaceAll(
    CONTROLS,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Prints lines, each of them made printable. */
export function say(...lines: string[]): void {
  for (const line of lines) process.stdout.write(`${printable(line)}\n`);
}

/** An error with its code, where it has one. */
export function complain(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  const text = error instanceof DeviceError ? `${error.code}: ${message}` : message;
  process.stderr.write(`countersign: ${printable(text)}\n`);
}
