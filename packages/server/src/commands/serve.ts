import { type RunningServer, startServer } from '../serve.ts';
import { VERSION } from '../version.ts';
import { banner, credentialsLine, storeOf, warningsOf } from './banner.ts';
import type { Run } from './command.ts';

// Longer than the grace that slow clients get, shorter than what supervisors allow (design §1).
const STOP_WITHIN_MS = 9_500;

/** Ends the server, also one that is still starting: whoever sends a signal sees a good end. */
function stopOnSignal(starting: Promise<RunningServer>): void {
  let stopping = false;
  const stop = (signal: string) => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref();
    starting.then(
      ({ log, close }) => {
        log.info({ signal }, 'Stopping.');
        close().then(
          () => process.exit(0),
          (error: unknown) => {
            process.stderr.write(`Stopping failed: ${String(error)}\n`);
            process.exit(1);
          },
        );
      },
      // Whoever waits for the start says why.
      () => {},
    );
  };
  process.on('SIGTERM', () => stop('SIGTERM'));
  process.on('SIGINT', () => stop('SIGINT'));
}

export const run: Run = async ({ settings, say }) => {
  const starting = startServer(settings);
  stopOnSignal(starting);
  const server = await starting;
  const { log, url, port, credentialsFile } = server;
  const seconds = performance.now() / 1_000;
  if (settings.production) {
    // Standard output is the log, and whoever collects it reads JSON.
    const firstRunFile = credentialsLine(settings, credentialsFile !== undefined);
    log.info({ version: VERSION, url, store: storeOf(settings), seconds, firstRunFile }, 'Ready.');
    for (const warning of warningsOf(settings, port)) log.warn(warning);
  } else {
    for (const line of banner(settings, server, seconds)) say(line);
  }
  return undefined;
};
