import { startServer } from '../serve.ts';
import type { Run } from './command.ts';

// Longer than the grace that slow clients get, shorter than what supervisors allow (design §1).
const STOP_WITHIN_MS = 9_500;

export const run: Run = async ({ settings, say }) => {
  const server = await startServer(settings);
  const seconds = (performance.now() / 1_000).toFixed(2);
  say(`Countersign is ready after ${seconds} s.`);
  say(`  API:          ${server.url}/v1`);
  say(`  Reference:    ${server.url}/docs`);
  say(`  For phones:   ${server.url}/authenticator/`);
  if (!settings.production) say(`  Outbox:       ${server.url}/dev/outbox`);
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
  return undefined;
};
