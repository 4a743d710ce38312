/** Deletes what has expired: flows, devices never activated, old messages; and deleted environments. */
import type { Logger } from 'pino';
import {
  DELETED_SWEEP_INTERVAL_MS,
  MESSAGE_GRACE_MS,
  SWEEP_INTERVAL_MS,
  SWEEP_ROWS_MAX,
} from '../config/limits.ts';
import type { Table } from '../model/documents.ts';
import type { Clock } from '../model/instant.ts';
import type { Store } from '../storage/store.ts';
import { logFailure } from './log-failure.ts';

/** Each table with the time that its rows stay after they expired. */
const SWEPT: readonly { table: Table; graceMs: number }[] = [
  { table: 'flows', graceMs: 0 },
  { table: 'devices', graceMs: 0 },
  { table: 'pairing_keys', graceMs: 0 },
  { table: 'authentication_codes', graceMs: 0 },
  { table: 'user_codes', graceMs: 0 },
  { table: 'device_requests', graceMs: 0 },
  { table: 'device_removals', graceMs: 0 },
  { table: 'oath_jobs', graceMs: 0 },
  { table: 'oath_job_parts', graceMs: 0 },
  { table: 'used_assertions', graceMs: 0 },
  { table: 'sign_on_artifacts', graceMs: 0 },
  { table: 'data_explorations', graceMs: 0 },
  { table: 'message_counters', graceMs: 0 },
  { table: 'message_cooldowns', graceMs: 0 },
  // The outbox worker is to see that a message expired, and say so, before it is gone.
  { table: 'messages', graceMs: MESSAGE_GRACE_MS },
];

type LeftTable = Exclude<Table, 'environments' | 'organizations'>;

/** What an environment leaves; its keys last, because the outbox opens messages by them. */
const LEFT_BEHIND: Readonly<Record<LeftTable, true>> = {
  messages: true,
  flows: true,
  devices: true,
  pairing_keys: true,
  authentication_codes: true,
  user_codes: true,
  device_requests: true,
  device_removals: true,
  oath_job_parts: true,
  oath_jobs: true,
  oath_tokens: true,
  group_members: true,
  user_groups: true,
  used_assertions: true,
  sign_on_artifacts: true,
  trusted_issuers: true,
  data_explorations: true,
  template_contents: true,
  notification_policies: true,
  notification_settings: true,
  message_senders: true,
  trusted_emails: true,
  email_domains: true,
  message_counters: true,
  message_cooldowns: true,
  users: true,
  populations: true,
  role_assignments: true,
  push_credentials: true,
  applications: true,
  policies: true,
  fido2_policies: true,
  fido_policies: true,
  custom_authenticators: true,
  kept_resources: true,
  mfa_settings: true,
  activities: true,
  subscriptions: true,
  event_deliveries: true,
  event_counters: true,
  environment_keys: true,
};

/** While more is to be deleted: at most this part of the time goes into it. */
const SHARE = 1 / 5;
const PAUSE_MIN_MS = 100;

export interface SweeperParts {
  store: Pick<Store, 'sweep' | 'sweepDeleted'>;
  clock: Clock;
  log: Logger;
  /** What else is looked through each time: whether there is more to do. */
  eachTime?(): Promise<boolean>;
  /** What else is looked through once an hour: whether there is more to delete. */
  hourly?(): Promise<boolean>;
  /** From 0 to 1; tests pass their own. */
  random?: () => number;
}

export interface Sweeper {
  /** Begins no other sweep and waits for the present one. */
  stop(): Promise<void>;
}

/** One round over the tables. Returns whether there is more to delete. */
export async function sweepExpired({ store, clock, log }: SweeperParts): Promise<boolean> {
  let more = false;
  for (const { table, graceMs } of SWEPT) {
    const deleted = await store.sweep(table, clock.now() - graceMs, SWEEP_ROWS_MAX);
    if (deleted > 0) log.debug({ table, deleted }, 'Sweeper: expired rows were deleted.');
    more ||= deleted >= SWEEP_ROWS_MAX;
  }
  return more;
}

/** One round over what deleted environments have left. Returns whether there is more to delete. */
export async function sweepDeleted({ store, log }: SweeperParts): Promise<boolean> {
  let more = false;
  for (const table of Object.keys(LEFT_BEHIND) as LeftTable[]) {
    const deleted = await store.sweepDeleted(table, SWEEP_ROWS_MAX);
    if (deleted > 0) log.debug({ table, deleted }, 'Sweeper: rows of a deleted environment.');
    // There may be another environment.
    more ||= deleted > 0;
  }
  return more;
}

/**
 * Sweeps once a minute, and more often while there is more to delete. Nodes sweep at different
 * moments, because each pause is made at random around its length.
 */
export function startSweeper(parts: SweeperParts): Sweeper {
  const { log, clock, random = Math.random } = parts;
  let deletedAt = Number.NEGATIVE_INFINITY;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let sweeping = Promise.resolve();

  function sweepAfter(ms: number): void {
    if (stopped) return;
    timer = setTimeout(() => {
      sweeping = sweep();
    }, ms);
    timer.unref();
  }

  async function sweep(): Promise<void> {
    const startedAt = performance.now();
    let more = false;
    try {
      more = await sweepExpired(parts);
      if (await parts.eachTime?.()) more = true;
      if (clock.now() >= deletedAt + DELETED_SWEEP_INTERVAL_MS) {
        const left = await sweepDeleted(parts);
        if ((await parts.hourly?.()) || left) more = true;
        else deletedAt = clock.now();
      }
    } catch (error) {
      logFailure(log, error, 'Sweeper: expired rows could not be deleted.');
    }
    const took = performance.now() - startedAt;
    sweepAfter(more ? Math.max(PAUSE_MIN_MS, took / SHARE - took) : interval());
  }

  const interval = () => SWEEP_INTERVAL_MS * (0.75 + random() / 2);
  sweepAfter(interval());

  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await sweeping;
    },
  };
}
