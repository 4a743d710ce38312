/** The commands that need the store itself: serve, migrate, doctor, bootstrap, backup, keys. */
import { readSettings, SettingsError } from './config/settings.ts';

const USAGE = `usage: countersign <command>

  serve            migrate, then serve (what npm start does)
  migrate          bring the database to this version's schema
  bootstrap        make the first environment on an empty store
  doctor           check the settings, the keys and the database
  backup FILE      write a consistent copy of the SQLite database
  keys rotate      give every environment a new data key and a new signing key
`;

// Longer than the grace that slow clients get, shorter than what supervisors allow (design §1).
const STOP_WITHIN_MS = 9_500;

// By name: their modules are loaded only where they are used.
const THEIRS = ['SchemaTooNewError', 'StoreInUseError', 'DatabaseEncodingError'];

const say = (text: string) => process.stdout.write(`${text}\n`);

async function serve(): Promise<void> {
  const startedAt = performance.now();
  const { startServer } = await import('./serve.ts');
  const settings = readSettings(process.env);
  const server = await startServer(settings);
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(2);
  say(`Countersign is ready after ${seconds} s.`);
  say(`  API:          ${server.url}/v1`);
  say(`  Reference:    ${server.url}/docs`);
  say(`  For phones:   ${server.url}/authenticator/`);
  if (!settings.production) {
    say(`  Outbox:       ${server.url}/dev/outbox (passcodes, for development: see SECURITY.md)`);
  }
  if (server.credentialsFile !== undefined) {
    say(`  Credentials:  ${server.credentialsFile} (made now, by the first run)`);
  }
  let stopping = false;
  const stop = (signal: string) => {
    if (stopping) return;
    stopping = true;
    server.log.info({ signal }, 'Stopping.');
    setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref();
    server.close().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`Stopping failed: ${String(error)}\n`);
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', () => stop('SIGTERM'));
  process.on('SIGINT', () => stop('SIGINT'));
}

async function main([command = 'serve', ...args]: string[]): Promise<number | undefined> {
  if (command === 'serve') {
    await serve();
    return undefined;
  }
  const { COMMANDS } = await import('./commands.ts');
  const run = COMMANDS.get([command, ...args.slice(0, 1)].join(' ')) ?? COMMANDS.get(command);
  if (!run) {
    process.stderr.write(USAGE);
    return 2;
  }
  return run(readSettings(process.env), args, say);
}

try {
  const code = await main(process.argv.slice(2));
  if (code !== undefined) process.exitCode = code;
} catch (error) {
  // What the operator can mend is said in a sentence; what he can't comes with its stack.
  const isTheirs =
    error instanceof SettingsError || (error instanceof Error && THEIRS.includes(error.name));
  const code = error instanceof Error ? Reflect.get(error, 'code') : undefined;
  const text =
    isTheirs || typeof code === 'string'
      ? String(error instanceof Error ? error.message : error)
      : String(error instanceof Error ? (error.stack ?? error.message) : error);
  process.stderr.write(`Countersign can't start: ${text}\n`);
  process.exitCode = 1;
  // A part that was started before the failure may hold the process.
  process.exit();
}
