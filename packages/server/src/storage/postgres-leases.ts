/** Messages that workers have taken, on PostgreSQL. */
import { hasMore, shareOf, WAITING, waitingOf } from './claim-turn.ts';
import { inOrderOfCreation, type Row, stored } from './postgres-reads.ts';
import type { Store } from './store.ts';

/**
 * The lanes are found one after the other, by their index: what waits in one isn't read. Of those with
 * something due each gives its share. `materialized`: the rows are chosen and locked once, however
 * the rest is planned. Nobody waits for another worker's rows: they are skipped.
 */
const CLAIM = `with recursive lanes as (
    (select environment_id, channel, 1 as place from messages
      where status = 'PENDING' and (environment_id, channel) > ($4, $5)
      order by environment_id, channel limit 1)
    union all
    select n.environment_id, n.channel, l.place + 1 from lanes l cross join lateral (
      select environment_id, channel from messages
      where status = 'PENDING' and (environment_id, channel) > (l.environment_id, l.channel)
      order by environment_id, channel limit 1) n
    where l.place < $3),
  due_lanes as materialized (
    select environment_id, channel from lanes l
    where channel <> all($8::text[])
      and not exists (select from unnest($6::text[], $7::text[]) e(environment_id, channel)
        where e.environment_id = l.environment_id and e.channel = l.channel)
      and exists (select from messages m where status = 'PENDING'
        and m.environment_id = l.environment_id and m.channel = l.channel and available_at <= $2)),
  due as materialized (
    select d.environment_id, d.id from due_lanes l cross join lateral (
      select environment_id, id from messages m where status = 'PENDING'
        and m.environment_id = l.environment_id and m.channel = l.channel and available_at <= $2
      order by available_at
      limit (select greatest(1, $3::int / greatest(1, count(*)::int)) from due_lanes)
      for update skip locked) d),
  claimed as (
    update messages t set available_at = $1, version = version + 1,
      doc = (doc::jsonb || jsonb_build_object('availableAt', $1::bigint,
        'attempts', (doc->>'attempts')::int + 1))::json
    from due where t.environment_id = due.environment_id and t.id = due.id
    returning t.environment_id, t.id, t.version, t.doc)
  select c.*, last.*, (select count(*)::int from due_lanes) as due
  from (select environment_id as "lastEnvironment", channel as "lastChannel", place as looks
    from lanes order by place desc limit 1) last
  left join claimed c on true`;
const RENEW = `update messages t set available_at = $1,
    doc = (doc::jsonb || jsonb_build_object('availableAt', $1::bigint))::json
  from unnest($2::text[], $3::text[], $4::int[]) as k(environment_id, id, version)
  where t.environment_id = k.environment_id and t.id = k.id and t.version = k.version
    and status = 'PENDING'`;
const RELEASE = `update messages set available_at = $1, version = version + 1,
    doc = (doc::jsonb || jsonb_build_object('availableAt', $1::bigint))::json
  where status = 'PENDING' and available_at > $1`;

/** A claimed row, or one without, and what the claim has looked at. */
type ClaimedRow = Row & {
  due: number;
  looks: number;
  lastEnvironment: string;
  lastChannel: string;
};

type Leases = Pick<
  Store,
  'claimMessages' | 'renewMessages' | 'waitingMessages' | 'releaseMessages'
>;

export function createLeases(
  query: <R extends object = ClaimedRow>(text: string, values: unknown[]) => Promise<{ rows: R[] }>,
): Leases {
  return {
    async claimMessages(now, leaseUntil, limit, { after, except = [], exceptChannels = [] } = {}) {
      const { rows } = await query(CLAIM, [
        leaseUntil,
        now,
        limit,
        after?.environmentId ?? '',
        after?.channel ?? '',
        except.map(({ environmentId }) => environmentId),
        except.map(({ channel }) => channel),
        exceptChannels,
      ]);
      const [first] = rows;
      if (!first) return { messages: [], more: false };
      const messages = rows
        .filter(({ id }) => id !== null)
        .map((row) => stored<'messages'>(row))
        .sort(inOrderOfCreation);
      const { due, looks, lastEnvironment, lastChannel } = first;
      const next = { environmentId: lastEnvironment, channel: lastChannel };
      return {
        messages,
        more: hasMore(messages, shareOf(limit, due)),
        ...(looks >= limit ? { next } : {}),
      };
    },

    async renewMessages(claimed, leaseUntil) {
      const environmentIds = claimed.map(({ environmentId }) => environmentId);
      const ids = claimed.map(({ id }) => id);
      await query(RENEW, [leaseUntil, environmentIds, ids, claimed.map(({ version }) => version)]);
    },

    async waitingMessages() {
      const { rows } = await query<Record<string, unknown>>(WAITING, []);
      return rows.map(waitingOf);
    },

    async releaseMessages(now) {
      await query(RELEASE, [now]);
    },
  };
}
