/** `countersign import FORMAT FILE`: users, devices and tokens of another system. */
import { readFileSync } from 'node:fs';
import { connect } from '../api.ts';
import { type Call, type Command, UsageError } from '../command.ts';
import { API_OPTIONS } from '../credentials.ts';
import { patient } from '../import/again.ts';
import { FORMATS } from '../import/formats.ts';
import { algorithmOf } from '../import/otp.ts';
import { BadRow, type Reading, type ReadOptions } from '../import/record.ts';
import { openReport, type Report } from '../import/report.ts';
import { type Counts, runImport } from '../import/run-import.ts';
import { say } from '../printable.ts';
import { note, sayJson } from '../show.ts';

function readText(path: string): string {
  try {
    return readFileSync(path === '-' ? 0 : path, 'utf8');
  } catch (error) {
    throw new Error(`${path} can't be read (${Reflect.get(Object(error), 'code')}).`);
  }
}

/** Of a file or of the environment, never of an argument, which everybody on a machine sees. */
function secretOf(call: Call, option: string, variable: string): string | undefined {
  const path = call.text(option);
  const text = path === undefined ? process.env[variable] : readText(path);
  return text === undefined ? undefined : text.replace(/\r?\n$/, '');
}

function keyOf(call: Call): Uint8Array | undefined {
  const text = secretOf(call, 'key-file', 'COUNTERSIGN_IMPORT_KEY')?.trim();
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
  const password = secretOf(call, 'password-file', 'COUNTERSIGN_IMPORT_PASSWORD');
  return {
    kind: call.text('token-type') === 'hotp' ? 'HOTP' : 'TOTP',
    algorithm: algorithmOf(call.text('algorithm')),
    digits: oneOf(call, 'digits', [6, 8]),
    period: oneOf(call, 'period', [30, 60]),
    ...(key ? { key } : {}),
    ...(password === undefined ? {} : { password }),
  };
}

function readFile(call: Call, text: string): Reading {
  const [format = '', path = ''] = call.operands;
  const reader = FORMATS[format];
  if (!reader) throw new UsageError(`There is no format ${format}.`);
  try {
    return reader(text, readOptionsOf(call));
  } catch (error) {
    if (error instanceof BadRow) throw new Error(`${path}: ${error.message}`);
    throw error;
  }
}

function reportAt(path: string | undefined, ...more: [string, string, boolean]): Report {
  try {
    return openReport(path, ...more);
  } catch (error) {
    throw new Error(`${path} can't be written (${Reflect.get(Object(error), 'code')}).`);
  }
}

const WORDS: Record<string, string> = {
  CREATED: 'made',
  THERE: 'there already',
  VALID: 'good',
  FAILED: 'failed',
  NOT_COPIED: 'can’t be copied',
  DONE_BEFORE: 'done before',
};

const sentences = (counts: Counts) =>
  Object.entries(counts).map(([thing, outcomes]) => {
    const told = Object.entries(WORDS)
      .filter(([name]) => outcomes[name])
      .map(([name, word]) => `${outcomes[name]} ${word}`);
    return `${thing}s: ${told.join(', ')}`;
  });

const total = (counts: Counts, name: string) =>
  Object.values(counts).reduce((sum, outcomes) => sum + (outcomes[name] ?? 0), 0);

export const IMPORT: Command = {
  name: 'import',
  operands: [Object.keys(FORMATS).join('|'), 'FILE'],
  summary: 'take over users, devices and tokens of another system',
  details:
    'FILE may be - for standard input. What is there already is left alone, so it can run again.\n' +
    'docs/moving-in.md tells of each format.',
  options: {
    'dry-run': { type: 'boolean', what: 'read and count, and change nothing' },
    report: { type: 'string', value: 'FILE', what: 'what became of each row, as JSON lines' },
    'key-file': {
      type: 'string',
      value: 'FILE',
      what: 'the key of an encrypted file, hexadecimal; else COUNTERSIGN_IMPORT_KEY',
    },
    'password-file': {
      type: 'string',
      value: 'FILE',
      what: 'the password of an encrypted file; else COUNTERSIGN_IMPORT_PASSWORD',
    },
    'token-type': { type: 'string', value: 'totp|hotp', what: 'of the seeds in `oath`; else totp' },
    algorithm: {
      type: 'string',
      value: 'sha1|sha256|sha512',
      what: 'of the seeds in `oath` and `privacyidea`; else sha1',
    },
    digits: { type: 'string', value: 'N', what: 'of the seeds in `oath`: 6 or 8; else 6' },
    period: {
      type: 'string',
      value: 'SECONDS',
      what: 'of the seeds in `oath` and `privacyidea`: 30 or 60; else 30',
    },
    ...API_OPTIONS,
  },
  example: 'import keycloak realm.json --report report.jsonl --dry-run',
  async run(call) {
    const text = readText(call.operands[1] ?? '');
    const reading = readFile(call, text);
    const isDryRun = call.has('dry-run');
    const api = isDryRun ? undefined : patient(await connect(call));
    const path = call.text('report');
    const environmentId = api?.credentials.environmentId ?? '';
    const report = reportAt(path, text, environmentId, isDryRun);
    const counts = await runImport(reading, report, api).catch((error: Error) => {
      throw new Error(`${error.message}\nThe import has stopped. Run it again to go on.`);
    });
    if (call.has('json')) sayJson(counts);
    else say(...sentences(counts));
    const failed = total(counts, 'FAILED');
    const left = total(counts, 'NOT_COPIED');
    const where = path === undefined ? 'give --report FILE to see which' : `see ${path}`;
    if (left > 0) note(`${left} can't be copied: ${where}, and how their users go on.`);
    if (failed > 0) throw new Error(`${failed} failed: ${where}, and why.`);
  },
};
