/** Ends the pushes that nobody answered, also where nobody asks for the flow any more. */
import type { Logger } from 'pino';
import {
  PUSH_TIMEOUT_INTERVAL_MS,
  PUSH_TIMEOUT_PAGES_MAX,
  PUSH_TIMEOUTS_MAX,
} from '../config/limits.ts';
import { ApiError } from '../errors/api-error.ts';
import type { Flow } from '../model/documents.ts';
import type { Clock, Instant } from '../model/instant.ts';
import { ANY_ENVIRONMENT, type Store, type Stored } from '../storage/store.ts';
import { logFailure } from './log-failure.ts';

export interface PushTimeoutParts {
  store: Pick<Store, 'list' | 'commit'>;
  clock: Clock;
  log: Logger;
  /** Ends one, if it is still to be ended. */
  expire(environmentId: string, flowId: string, now: Instant): Promise<void>;
}

export interface PushTimeouts {
  /** Begins no other round and waits for the present one. */
  stop(): Promise<void>;
}

/** Ends one. What can't be ended, past its life or without its user or environment, is nobody's. */
async function endLatePush(
  { store, log, expire }: PushTimeoutParts,
  { environmentId, id, version }: Stored<Flow>,
  now: Instant,
): Promise<void> {
  try {
    await expire(environmentId, id, now);
  } catch (error) {
    if (error instanceof ApiError && error.code === 'NOT_FOUND') {
      await store.commit([{ op: 'delete', table: 'flows', environmentId, id, version }]);
      return;
    }
    logFailure(log, error, 'Push timeouts: a flow could not be ended.', { flowId: id });
  }
}

/** One round. It goes past what it can't end, so that nobody else's push waits behind it. */
export async function endLatePushes(parts: PushTimeoutParts): Promise<void> {
  const now = parts.clock.now();
  let afterId: string | undefined;
  for (let pages = 0; pages < PUSH_TIMEOUT_PAGES_MAX; pages++) {
    const late = await parts.store.list('flows', ANY_ENVIRONMENT, {
      where: { column: 'push_expires_at', is: 'le', value: now },
      ...(afterId === undefined ? {} : { afterId }),
      limit: PUSH_TIMEOUTS_MAX,
    });
    for (const flow of late) await endLatePush(parts, flow, now);
    afterId = late.at(-1)?.id;
    if (late.length < PUSH_TIMEOUTS_MAX) return;
  }
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
            logFailure(parts.log, error, 'Push timeouts: flows could not be read.');
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
