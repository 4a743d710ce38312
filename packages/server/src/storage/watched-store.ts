/**
 * A store whose outages are told: one line when one begins and one when it is over, however many
 * requests meet it. While it lasts the store is asked each second, so that its end is noticed
 * without traffic.
 */
import type { Logger } from 'pino';
import { OUTAGE_PROBE_MS } from '../config/limits.ts';
import { UnavailableError } from '../errors/unavailable-error.ts';
import type { Store } from './store.ts';

type Log = Pick<Logger, 'error' | 'info'>;

export function watchStore(store: Store, log: Log): Store {
  let probing: NodeJS.Timeout | undefined;
  let closed = false;

  function outage(reason: string): void {
    if (probing || closed) return;
    log.error({ reason }, 'Store: it can’t be used; requests are answered 503 until it is back.');
    probeLater();
  }

  function probeLater(): void {
    probing = setTimeout(async () => {
      const isBack = await store.isReady();
      probing = undefined;
      if (closed) return;
      if (isBack) log.info('Store: it is back.');
      else probeLater();
    }, OUTAGE_PROBE_MS);
    probing.unref();
  }

  const watched =
    <Arguments extends unknown[], Result>(work: (...args: Arguments) => Promise<Result>) =>
    async (...args: Arguments): Promise<Result> => {
      try {
        return await work(...args);
      } catch (error) {
        if (error instanceof UnavailableError) outage(error.reason);
        throw error;
      }
    };

  return {
    ...store,
    get: watched(store.get),
    list: watched(store.list),
    count: watched(store.count),
    readUserFacts: watched(store.readUserFacts),
    readFlowFacts: watched(store.readFlowFacts),
    commit: watched(store.commit),
    claimMessages: watched(store.claimMessages),
    renewMessages: watched(store.renewMessages),
    waitingMessages: watched(store.waitingMessages),
    releaseMessages: watched(store.releaseMessages),
    sweep: watched(store.sweep),
    sweepDeleted: watched(store.sweepDeleted),
    isReady: () =>
      store.isReady((error) => {
        outage(error instanceof UnavailableError ? error.reason : 'UNKNOWN');
      }),
    async close() {
      closed = true;
      clearTimeout(probing);
      await store.close();
    },
  };
}
