/** Erases what messages say that were given up, once it is good for nothing. */
import { SWEEP_ROWS_MAX } from '../config/limits.ts';
import type { Message } from '../model/documents.ts';
import type { Clock } from '../model/instant.ts';
import { ANY_ENVIRONMENT, type Store } from '../storage/store.ts';
import { updateOf } from './message-outcome.ts';

/** Returns whether there is more to erase. */
export async function forgetPayloads({
  store,
  clock,
}: {
  store: Pick<Store, 'list' | 'commit'>;
  clock: Clock;
}): Promise<boolean> {
  const ended = await store.list('messages', ANY_ENVIRONMENT, {
    where: { column: 'usable_until', is: 'le', value: clock.now() },
    limit: SWEEP_ROWS_MAX,
  });
  await Promise.all(
    ended.map((message) => {
      const { sealedPayload: _, usableUntil: __, ...doc } = message.doc;
      // One that somebody has sent again meanwhile stays as it is.
      return store.commit([updateOf(message, doc as Message)]);
    }),
  );
  return ended.length >= SWEEP_ROWS_MAX;
}
