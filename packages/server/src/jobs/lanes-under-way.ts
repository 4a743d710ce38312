/** How many messages are under way, by lane: whose are so many that they are left out of the claims. */
import { OUTBOX_CHANNEL_MAX, OUTBOX_LANE_MAX } from '../config/limits.ts';
import type { Message } from '../model/documents.ts';
import type { ClaimTurn, MessageLane, Stored } from '../storage/store.ts';

export interface LanesUnderWay {
  /** All messages under way. */
  size(): number;
  begin(messages: readonly Stored<Message>[]): void;
  /** Whether one that was full has room again. */
  end(messages: readonly Stored<Message>[]): boolean;
  /** What a claim leaves. */
  full(): Required<Pick<ClaimTurn, 'except' | 'exceptChannels'>>;
}

export function countLanes(): LanesUnderWay {
  let all = 0;
  const lanes = new Map<string, MessageLane & { count: number }>();
  const channels = new Map<string, number>();

  /** Whether the number of one of the two is a bound now, or was before. */
  function add({ environmentId, doc: { channel } }: Stored<Message>, step: 1 | -1): boolean {
    all += step;
    const key = `${environmentId}/${channel}`;
    const lane = lanes.get(key) ?? { environmentId, channel, count: 0 };
    lane.count += step;
    if (lane.count > 0) lanes.set(key, lane);
    else lanes.delete(key);
    const ofChannel = (channels.get(channel) ?? 0) + step;
    channels.set(channel, ofChannel);
    return lane.count === OUTBOX_LANE_MAX || ofChannel === OUTBOX_CHANNEL_MAX - 1;
  }

  return {
    size: () => all,
    begin: (messages) => messages.forEach((message) => void add(message, 1)),
    end: (messages) => messages.filter((message) => add(message, -1)).length > 0,
    full: () => ({
      except: [...lanes.values()].filter(({ count }) => count > OUTBOX_LANE_MAX),
      exceptChannels: [...channels.keys()].filter(
        (channel) => (channels.get(channel) ?? 0) >= OUTBOX_CHANNEL_MAX,
      ),
    }),
  };
}
