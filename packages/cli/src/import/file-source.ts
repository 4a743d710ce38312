/** A file as the source of an import: what it says, by the reader of its format. */
import { type Call, UsageError, usageOf } from '../command.ts';
import { FORMATS } from './formats.ts';
import { readText, secretOf } from './given.ts';
import { algorithmOf } from './otp.ts';
import { BadRow, type Reading, type ReadOptions } from './record.ts';
import type { Source } from './run-import.ts';
import { failedRow } from './write-record.ts';

function keyOf(call: Call): Uint8Array | undefined {
  const text = secretOf(call, 'key-file', 'COUNTERSIGN_IMPORT_KEY')?.value.trim();
  if (text === undefined) return undefined;
  if (/^(?:[0-9a-f]{2})+$/i.test(text)) return Buffer.from(text, 'hex');
  throw new UsageError('The key of the file is hexadecimal: 32, 48 or 64 digits.');
}

/** The first one without the option. */
function oneOf(call: Call, option: string, choices: readonly number[]): number {
  const value = Number(call.text(option) ?? choices[0]);
  if (choices.includes(value)) return value;
  throw new UsageError(`--${option} is ${choices.join(' or ')}, not "${call.text(option)}".`);
}

function readOptionsOf(call: Call): ReadOptions {
  const key = keyOf(call);
  const password = secretOf(call, 'password-file', 'COUNTERSIGN_IMPORT_PASSWORD')?.value;
  return {
    kind: call.text('token-type') === 'hotp' ? 'HOTP' : 'TOTP',
    algorithm: algorithmOf(call.text('algorithm')),
    digits: oneOf(call, 'digits', [6, 8]),
    period: oneOf(call, 'period', [30, 60]),
    ...(key ? { key } : {}),
    ...(password === undefined ? {} : { password }),
  };
}

function readFile(call: Call, path: string, text: string): Reading {
  const [format = ''] = call.operands;
  const reader = FORMATS[format];
  if (!reader) throw new UsageError(`There is no format ${format}.`);
  try {
    return reader(text, readOptionsOf(call));
  } catch (error) {
    if (error instanceof BadRow) throw new Error(`${path}: ${error.message}`);
    throw error;
  }
}

/** Throws where the file is none of its format. */
export function fileSource(call: Call): Source {
  const [format, path] = call.operands;
  if (path === undefined) {
    throw new UsageError(`import ${format} needs a FILE: ${usageOf(call.command)}`);
  }
  const text = readText(path);
  const { records, errors } = readFile(call, path, text);
  const pending = records.map((record, index) => ({
    at: record.at,
    key: String(index),
    read: () => record,
  }));
  return { identity: text, work: async () => ({ told: errors.map(failedRow), pending }) };
}
