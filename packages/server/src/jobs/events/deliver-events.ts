/**
 * Delivers the events of one subscription, in their order: a batch goes again and again until the
 * receiver has taken it, and nothing of after it goes before. One node does so at a time: it holds
 * the delivery's row for a while (the lease), and writes down how far it has come.
 */
import type { Logger } from 'pino';
import {
  WEBHOOK_BATCHES_MAX,
  WEBHOOK_LEASE_MS,
  WEBHOOK_RETRY_MAX_MS,
  WEBHOOK_RETRY_MS,
  WEBHOOK_SLOW_MS,
  WEBHOOK_TIMEOUT_MS,
} from '../../config/limits.ts';
import type { Vault, VaultLoader } from '../../crypto/vault.ts';
import type { EventDelivery, Subscription } from '../../model/documents.ts';
import type { Clock, Instant } from '../../model/instant.ts';
import { subscriptionHeadersIdentity } from '../../model/subscription.ts';
import type { EventPoster, PostOutcome } from '../../notifications/channels/webhook/post-events.ts';
import type { Store, Stored } from '../../storage/store.ts';
import type { KnownSubscriptions } from './known-subscriptions.ts';
import { type Batch, type BatchParts, nextBatch } from './next-batch.ts';

/** What became of events at once: those of a batch that has failed go again. */
export type EventOutcome = 'DELIVERED' | 'FAILED' | 'DROPPED';

export interface DeliveryParts extends BatchParts {
  store: Pick<Store, 'get' | 'list' | 'commit'>;
  vault: Pick<Vault, 'open'> & VaultLoader;
  poster: EventPoster;
  known: Pick<KnownSubscriptions, 'get'>;
  clock: Clock;
  log: Logger;
  metrics: { eventsHandled(outcome: EventOutcome, count: number): void };
  /** From 0 to 1. */
  random(): number;
  /** Aborts what is under way. */
  cutOff: AbortSignal;
  isStopping(): boolean;
}

type Row = Stored<EventDelivery>;

/** The pause after the n-th try of a batch: it doubles, and varies so that tries spread out. */
export function retryPauseMs(attempts: number, random: number): number {
  const pause = Math.min(WEBHOOK_RETRY_MS * 2 ** Math.min(attempts - 1, 20), WEBHOOK_RETRY_MAX_MS);
  return Math.round(pause * (0.75 + random / 4));
}

/** Writes the row, unless another node has; undefined: then it is that one's. */
async function save(
  { store }: DeliveryParts,
  { environmentId, id, version }: Row,
  doc: EventDelivery,
): Promise<Row | undefined> {
  const outcome = await store.commit([
    { op: 'update', table: 'event_deliveries', environmentId, id, version, doc },
  ]);
  return outcome.committed ? { environmentId, id, version: version + 1, doc } : undefined;
}

async function headersOf(
  { vault }: DeliveryParts,
  { environmentId, id, doc }: Stored<Subscription>,
): Promise<Record<string, string>> {
  if (doc.sealedHeaders === undefined) return {};
  await vault.load(environmentId);
  const text = vault.open(environmentId, subscriptionHeadersIdentity(id), doc.sealedHeaders);
  return JSON.parse(text.toString('utf8'));
}

async function post(
  parts: DeliveryParts,
  subscription: Stored<Subscription>,
  { text, contentType }: NonNullable<Batch['body']>,
): Promise<PostOutcome> {
  const { url, verifyTlsCertificates } = subscription.doc;
  const headers = { 'user-agent': 'Countersign', ...(await headersOf(parts, subscription)) };
  const signal = AbortSignal.any([parts.cutOff, AbortSignal.timeout(WEBHOOK_TIMEOUT_MS)]);
  return parts.poster.post(
    {
      url,
      headers: { ...headers, 'content-type': contentType },
      body: text,
      verifyTlsCertificates,
    },
    signal,
  );
}

/** The row once the receiver has taken a batch, or there was nothing to take. */
function afterSuccess(doc: EventDelivery, batch: Batch, now: Instant): EventDelivery {
  const { batchEnd, replay: _replay, failingSince: _since, ...rest } = doc;
  const isReplay = doc.replay !== undefined;
  const { body } = batch;
  return {
    ...rest,
    ...(isReplay && batchEnd !== undefined ? { batchEnd } : {}),
    ...batch.after,
    attempts: 0,
    ...(body ? { lastSuccessAt: now } : {}),
    delivered: rest.delivered + (body?.count ?? 0),
    dropped: rest.dropped + batch.dropped,
    updatedAt: now,
  };
}

function afterFailure(
  { replay: _replay, ...doc }: EventDelivery,
  batch: Batch,
  reason: string,
  now: Instant,
  random: number,
): EventDelivery {
  const attempts = doc.attempts + 1;
  return {
    ...doc,
    ...batch.end,
    attempts,
    failingSince: doc.failingSince ?? now,
    lastFailure: { at: now, reason },
    availableAt: now + retryPauseMs(attempts, random),
    updatedAt: now,
  };
}

function tell(
  { log, metrics }: DeliveryParts,
  { environmentId, id, doc }: Row,
  outcome: PostOutcome,
  { body, dropped }: Batch,
): void {
  const facts = { environmentId, subscriptionId: id };
  if (outcome.delivered && dropped > 0) {
    metrics.eventsHandled('DROPPED', dropped);
    log.error({ ...facts, dropped }, 'Events: some were given up.');
  }
  if (!body) return;
  metrics.eventsHandled(outcome.delivered ? 'DELIVERED' : 'FAILED', body.count);
  if (!outcome.delivered) {
    const { reason } = outcome;
    const level = doc.failingSince === undefined ? 'warn' : 'debug';
    log[level]({ ...facts, reason }, 'Events: a receiver has not taken them; they wait.');
  } else if (doc.failingSince !== undefined) {
    log.info(facts, 'Events: a receiver takes them again.');
  }
}

/** Delivers what waits. Resolves with how long the slowest request took, 0 without one. */
export async function deliverEvents(parts: DeliveryParts, waiting: Row): Promise<number> {
  const { clock, known, isStopping } = parts;
  const { environmentId, id } = waiting;
  const lease = () => clock.now() + WEBHOOK_LEASE_MS;
  let slowest = 0;
  let row = await save(parts, waiting, { ...waiting.doc, availableAt: lease() });
  for (let batches = 0; row; batches++) {
    const subscription = known.get(environmentId, id);
    const now = clock.now();
    const mayGo = subscription?.doc.enabled && !isStopping() && batches < WEBHOOK_BATCHES_MAX;
    const asked = subscription && { subscription, delivery: row.doc, now };
    const batch = mayGo && asked ? await nextBatch(parts, asked) : undefined;
    if (!batch || !subscription) {
      await save(parts, row, { ...row.doc, availableAt: now });
      return slowest;
    }
    const startedAt = performance.now();
    const outcome: PostOutcome = batch.body
      ? await post(parts, subscription, batch.body)
      : { delivered: true };
    slowest = Math.max(slowest, performance.now() - startedAt);
    // Cut off by a stop: nobody knows whether it was taken, so it goes again, from another node too.
    if (parts.cutOff.aborted) {
      await save(parts, row, { ...row.doc, availableAt: clock.now() });
      return slowest;
    }
    tell(parts, row, outcome, batch);
    if (!outcome.delivered) {
      const { reason } = outcome;
      await save(parts, row, afterFailure(row.doc, batch, reason, clock.now(), parts.random()));
      return slowest;
    }
    const next = afterSuccess(row.doc, batch, clock.now());
    row = await save(parts, row, { ...next, availableAt: batch.hasMore ? lease() : clock.now() });
    if (!batch.hasMore) return slowest;
  }
  return slowest;
}

export const isSlow = (ms: number) => ms > WEBHOOK_SLOW_MS;
