import type { Instant } from '../../../model/instant.ts';
import type { AbuseReason } from '../../../policy/abuse-protection.ts';
import type { Write } from '../../../storage/store.ts';
import { activityWrite, SYSTEM_ORIGIN } from '../../kit/activity.ts';

interface Watched {
  configuration: { environment: { id: string } };
  userId: string;
  now: Instant;
}

/** Records of a message that goes, and that administrators are to see. Pure but their ids. */
export const watchedWrites = (
  { configuration, userId, now }: Watched,
  channel: string,
  reasons: readonly AbuseReason[],
): Write[] =>
  reasons.map((reason) =>
    activityWrite(
      configuration.environment.id,
      {
        ...SYSTEM_ORIGIN,
        action: 'NOTIFICATION.WATCHED',
        resource: { type: 'USER', id: userId },
        userId,
        data: { channel, reason },
      },
      now,
    ),
  );
