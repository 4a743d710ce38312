/** `countersign import FORMAT FILE`: users, devices and tokens of another system. */
import { connect } from '../api.ts';
import type { Command } from '../command.ts';
import { API_OPTIONS } from '../credentials.ts';
import { patient } from '../import/again.ts';
import { fileSource } from '../import/file-source.ts';
import { FORMATS } from '../import/formats.ts';
import { pingOneSource } from '../import/pingone.ts';
import { openReport, type Report } from '../import/report.ts';
import { type Counts, runImport } from '../import/run-import.ts';
import { say } from '../printable.ts';
import { note, sayJson } from '../show.ts';

/** The one source that is no file. */
const PINGONE = 'pingone';

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
  operands: [[...Object.keys(FORMATS), PINGONE].join('|'), '[FILE]'],
  summary: 'take over users, devices and tokens of another system',
  details:
    'FILE may be - for standard input; `pingone` has none and reads an environment by its API, as a\n' +
    'worker application of it that may read users and devices. What is there already is left alone, so it\n' +
    'can run again. ' +
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
    'source-api': {
      type: 'string',
      value: 'URL',
      what: 'where `pingone` reads: https://api.pingone.eu, or another server with its API',
    },
    'source-auth': {
      type: 'string',
      value: 'URL',
      what: 'where its tokens are; else https://auth.pingone.… or the same as --source-api',
    },
    'source-environment': { type: 'string', value: 'ID', what: 'the environment that is read' },
    'source-client-id': { type: 'string', value: 'ID', what: 'its worker application' },
    'source-secret-file': {
      type: 'string',
      value: 'FILE',
      what: 'the secret of that; else COUNTERSIGN_SOURCE_SECRET',
    },
    'page-size': { type: 'string', value: 'N', what: 'users of a page of `pingone`; else 200' },
    ...API_OPTIONS,
  },
  example: 'import keycloak realm.json --report report.jsonl --dry-run',
  async run(call) {
    const source = call.operands[0] === PINGONE ? await pingOneSource(call) : fileSource(call);
    const isDryRun = call.has('dry-run');
    const api = isDryRun ? undefined : patient(await connect(call));
    const path = call.text('report');
    const environmentId = api?.credentials.environmentId ?? '';
    const report = reportAt(path, source.identity, environmentId, isDryRun);
    const counts = await source
      .work(api)
      .then((work) => runImport(work, report, api))
      .catch((error: Error) => {
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
