/** The commands of the server's own program, which need the store itself. They are passed on. */
import { type Call, type Command, JSON_OPTION } from '../command.ts';

/** The server's program in this process; it sets the exit code. */
async function becomeServer(...args: readonly string[]): Promise<void> {
  process.argv.splice(2, process.argv.length, ...args);
  await import('../../../server/src/main.ts');
}

/** Operands first, whatever the order was: so the server need not look for them. */
function passOn({ command, operands, has }: Call): Promise<void> {
  const given = Object.keys(command.options ?? {}).filter(has);
  const options = given.map((name) => `--${name}`);
  return becomeServer(...command.name.split(' '), ...operands, ...options);
}

/** The options of `serve` are settings. */
const SETTINGS = { port: 'PORT', host: 'HOST' };

export const SERVER: readonly Command[] = [
  {
    name: 'serve',
    summary: 'start the server; migrates first',
    details: '`npm start` does the same, after it has installed and built what is missing.',
    options: {
      port: { type: 'string', value: 'N', what: 'port to listen on; else PORT, or 4110' },
      host: {
        type: 'string',
        value: 'ADDRESS',
        what: 'address to listen on; else HOST, or 127.0.0.1',
      },
    },
    example: 'serve --port 4613',
    run(call) {
      for (const [option, setting] of Object.entries(SETTINGS)) {
        const value = call.text(option);
        if (value !== undefined) process.env[setting] = value;
      }
      return becomeServer('serve');
    },
  },
  {
    name: 'migrate',
    summary: 'bring the database to the schema of this version, and stop',
    options: { 'dry-run': { type: 'boolean', what: 'say what it would do, and change nothing' } },
    example: 'migrate',
    run: passOn,
  },
  {
    name: 'doctor',
    summary: 'check settings, keys and database, and say what is wrong',
    options: JSON_OPTION,
    example: 'doctor',
    run: passOn,
  },
  {
    name: 'bootstrap',
    summary: 'make the first environment and its worker application on an empty store',
    options: JSON_OPTION,
    example: 'bootstrap',
    run: passOn,
  },
  {
    name: 'backup',
    operands: ['FILE'],
    summary: 'write a consistent copy of the SQLite database to FILE, while the server runs',
    options: {
      force: { type: 'boolean', what: 'overwrite FILE where it exists' },
      ...JSON_OPTION,
    },
    example: 'backup /var/backups/countersign.sqlite',
    run: passOn,
  },
  {
    name: 'restore',
    operands: ['FILE'],
    summary: 'put a copy in the place of the SQLite database; the server must be stopped',
    example: 'restore /var/backups/countersign.sqlite',
    run: passOn,
  },
  {
    name: 'keys rotate',
    summary: 'give every environment a new data key and a new signing key',
    options: {
      revoke: {
        type: 'boolean',
        what: 'end the tokens that the old signing keys have signed, too',
      },
    },
    example: 'keys rotate',
    run: passOn,
  },
];
