/** Messages that workers have taken, on SQLite. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { hasMore, shareOf, WAITING, waitingOf } from './claim-turn.ts';
import { withoutFlush } from './sqlite-commit.ts';
import { ROW, stored } from './sqlite-rows.ts';
import type { Claim, ClaimTurn, MessageLane, Store, WaitingMessages } from './store.ts';

/**
 * Finds the lanes one after the other, by their index: what waits in one isn't read. In two steps,
 * because SQLite goes to `(a, b) > (?, ?)` by way of all that are equal to it.
 */
const LANES = `select environment_id, channel from messages indexed by messages_lanes
  where status = 'PENDING'`;
export const NEXT_CHANNEL = `${LANES} and environment_id = ? and channel > ? order by channel limit 1`;
export const NEXT_ENVIRONMENT = `${LANES} and environment_id > ?
  order by environment_id, channel limit 1`;
const OF_LANE = `from messages indexed by messages_lanes
  where status = 'PENDING' and environment_id = ? and channel = ? and available_at <= ?`;
export const IS_DUE = `select 1 ${OF_LANE} limit 1`;
export const CLAIM = `update messages set available_at = ?, version = version + 1,
    doc = json_set(doc, '$.availableAt', ?, '$.attempts', json_extract(doc, '$.attempts') + 1)
  where rowid in (select rowid ${OF_LANE} order by available_at limit ?) returning ${ROW}`;
const RENEW = `update messages set available_at = ?1, doc = json_set(doc, '$.availableAt', ?1)
  where environment_id = ?2 and id = ?3 and version = ?4 and status = 'PENDING'`;
const RELEASE = `update messages set available_at = ?1, version = version + 1,
    doc = json_set(doc, '$.availableAt', ?1) where status = 'PENDING' and available_at > ?1`;

interface Leases {
  claim(...args: Parameters<Store['claimMessages']>): Claim;
  renew(...args: Parameters<Store['renewMessages']>): void;
  waiting(): WaitingMessages[];
  release(now: number): void;
}

const isLane = (one: MessageLane, other: MessageLane) =>
  one.environmentId === other.environmentId && one.channel === other.channel;

export function createLeases(db: DatabaseSync, statement: (text: string) => StatementSync): Leases {
  function together<Result>(work: () => Result): Result {
    statement('begin immediate').run();
    try {
      const result = work();
      statement('commit').run();
      return result;
    } catch (error) {
      if (db.isTransaction) db.exec('rollback');
      throw error;
    }
  }
  /** Who takes a message again has lost nothing. */
  const soon = <Result>(work: () => Result) => withoutFlush(db, () => together(work));

  /** So many lanes as are looked at, and those of them with something to do. */
  function look(now: number, limit: number, turn: ClaimTurn) {
    const { after, except = [], exceptChannels = [] } = turn;
    const due: MessageLane[] = [];
    let last = after;
    for (let looks = 0; looks < limit; looks++) {
      const { environmentId = '', channel = '' } = last ?? {};
      const row =
        statement(NEXT_CHANNEL).get(environmentId, channel) ??
        statement(NEXT_ENVIRONMENT).get(environmentId);
      if (!row) return { due };
      const lane = { environmentId: String(row.environment_id), channel: String(row.channel) };
      last = lane;
      if (exceptChannels.includes(lane.channel) || except.some((one) => isLane(one, lane)))
        continue;
      if (statement(IS_DUE).get(lane.environmentId, lane.channel, now)) due.push(lane);
    }
    return { due, last };
  }

  return {
    claim(now, leaseUntil, limit, turn = {}) {
      const { due, last } = look(now, limit, turn);
      const next = last ? { next: last } : {};
      if (due.length === 0) return { messages: [], more: false, ...next };
      const share = shareOf(limit, due.length);
      const take = ({ environmentId, channel }: MessageLane) =>
        statement(CLAIM)
          .all(leaseUntil, leaseUntil, environmentId, channel, now, share)
          .map((row) => stored<'messages'>(row))
          .sort((one, other) => (one.id < other.id ? -1 : 1));
      const messages = soon(() => due.flatMap(take));
      return { messages, more: hasMore(messages, share), ...next };
    },
    renew: (claimed, leaseUntil) =>
      soon(() => {
        for (const { environmentId, id, version } of claimed) {
          statement(RENEW).run(leaseUntil, environmentId, id, version);
        }
      }),
    waiting: () => statement(WAITING).all().map(waitingOf),
    release: (now) => void statement(RELEASE).run(now),
  };
}
