/** Ends the pushes that nobody answered, also where nobody asks for the flow any more. */
import type { Logger } from 'pino';
import { PUSH_TIMEOUT_INTERVAL_MS, PUSH_TIMEOUTS_MAX } from '../config/limits.ts';
import { ApiError } from '../errors/api-error.ts';
import type { Clock, Instant } from '../model/instant.ts';
import { ANY_ENVIRONMENT, type Store } from '../storage/store.ts';

export interface PushTimeoutParts {
  store: Pick<Store, 'list'>;
  clock: Clock;
  log: Logger;
  /** Ends one, if it is still to be ended. */
  expire(environmentId: string, flowId: string, now: Instant): Promise<void>;
}

export interface PushTimeouts {
  /** Begins no other round and waits for the present one. */
  stop(): Promise<void>;
}

/** One round. Returns how many were ended. */
export async function endLatePushes({ store, clock, log, expire }: PushTimeoutParts) {
  const now = clock.now();
  const late = await store.list('flows', ANY_ENVIRONMENT, {
    where: { column: 'push_expires_at', is: 'le', value: now },
    limit: PUSH_TIMEOUTS_MAX,
  });
  for (const { environmentId, id } of late) {
    try {
      await expire(environmentId, id, now);
    } catch (error) {
      // Past its life, or without its user: the sweep takes it.
      if (error instanceof ApiError && error.code === 'NOT_FOUND') continue;
      log.error({ err: error, flowId: id }, 'Push timeouts: a flow could not be ended.');
    }
  }
  return late.length;
}

/** A round each second or so; nodes take different moments. */
export function startPushTimeouts(parts: PushTimeoutParts): PushTimeouts {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let round = Promise.resolve();

  function next(): void {
    if (stopped) return;
    timer = setTimeout(
      () => {
        round = endLatePushes(parts)
          .catch((error: unknown) => {
            parts.log.error({ err: error }, 'Push timeouts: flows could not be read.');
          })
          .then(next);
      },
      PUSH_TIMEOUT_INTERVAL_MS * (0.75 + Math.random() / 2),
    );
    timer.unref();
  }
  next();

  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await round;
    },
  };
}
