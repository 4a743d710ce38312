import type { Logger } from 'pino';
import { UnavailableError } from '../errors/unavailable-error.ts';

/** Logs what a job failed by; not an outage, which the store tells once for all who meet it. */
export function logFailure(
  log: Pick<Logger, 'error'>,
  error: unknown,
  text: string,
  facts: Readonly<Record<string, string>> = {},
): void {
  if (!(error instanceof UnavailableError)) log.error({ err: error, ...facts }, text);
}
