/**
 * Takes messages from the outbox and sends them, at least once: a message is claimed for a time
 * (the lease), sent, and then marked; a process that dies in between leaves a message whose lease
 * ends, and another try sends it again under the same id.
 *
 * The worker runs in passes. A pass claims until nothing more is due; passes never overlap. One is
 * asked for by `wake` (something was committed), by a timer (something became due, a lease has
 * ended) and by `idle`.
 *
 * Leases are short, and renewed while a message waits or is being sent. No channel waits for another,
 * and no environment: each of their lanes gives the same share to a claim, and one that has its full
 * number of messages under way is left out until it has ended some.
 */
import type { Logger } from 'pino';
import {
  OUTBOX_ATTEMPTS_MAX,
  OUTBOX_CLAIM_MAX,
  OUTBOX_COUNT_MS,
  OUTBOX_GATHER_MS,
  OUTBOX_LEASE_MS,
  OUTBOX_POLL_MS,
  OUTBOX_RENEWAL_MS,
  OUTBOX_STOP_MS,
} from '../config/limits.ts';
import type { Settings } from '../config/settings.ts';
import type { Message } from '../model/documents.ts';
import type { Clock, Instant } from '../model/instant.ts';
import type { ChannelName } from '../notifications/message.ts';
import type { OutboxVault } from '../notifications/outbox.ts';
import type { Route, Sender, Senders } from '../notifications/senders.ts';
import type { Claim, ClaimTurn, Store, Stored, WaitingMessages } from '../storage/store.ts';
import { type KeeperVault, keepMessages } from './keep-messages.ts';
import { countLanes } from './lanes-under-way.ts';
import { logFailure } from './log-failure.ts';
import { dead, type MessageDecision, type MessageOutcome } from './message-outcome.ts';
import { makePasses } from './passes.ts';
import { type LaneParts, makeLane } from './send-message.ts';

/** What the worker counts; `observability/metrics.ts` is one. */
export interface OutboxMetrics {
  /** A claimed message has got an outcome. */
  messageHandled(channel: string, outcome: MessageOutcome): void;
  /** Messages that were claimed and have no outcome yet. */
  setOutboxBacklog(messages: number): void;
  /** `senderId`: of the server's own; of an environment's it is told only that. */
  senderAnswered(channel: string, senderId: string, outcome: string): void;
  /** What waits in the store, by channel. */
  setOutboxWaiting(waiting: readonly WaitingMessages[], now: Instant): void;
}

export interface OutboxWorkerParts {
  store: Pick<Store, 'claimMessages' | 'renewMessages' | 'waitingMessages' | 'commit'>;
  vault: OutboxVault & KeeperVault;
  senders: Senders;
  clock: Clock;
  log: Logger;
  metrics: OutboxMetrics;
  settings: Pick<Settings, 'production'>;
  isAwaited: LaneParts['isAwaited'];
  retire: LaneParts['retire'];
  /** From 0 to 1; tests pass their own. */
  random?: () => number;
}

export interface OutboxWorker {
  /** Something was committed: look soon. Cheap, called for every message. */
  wake(): void;
  /** Resolves once everything that is due now was claimed and has got an outcome. */
  idle(): Promise<void>;
  /** Starts nothing new and waits, for a bounded time, for what is under way. */
  stop(): Promise<void>;
}

/** What decides who sends it. */
const routeOf = ({ environmentId, doc }: Stored<Message>): Route => ({
  environmentId,
  channel: doc.channel as ChannelName,
  ...(doc.country === undefined ? {} : { country: doc.country }),
  ...(doc.policyId === undefined ? {} : { policyId: doc.policyId }),
});

export function startOutboxWorker(parts: OutboxWorkerParts): OutboxWorker {
  const { store, clock, log, metrics, settings, random = Math.random } = parts;
  const stopping = new AbortController();
  const isStopping = () => stopping.signal.aborted;
  /** Ends what is being sent, when a stop has waited long enough. */
  const cutOff = new AbortController();
  const underWay = new Set<Promise<void>>();
  const lanes = countLanes();
  /** The last pass left out a lane that was full. */
  let hasLeftSome = false;
  /** Claimed messages with the ends of their leases. */
  const held = new Map<Stored<Message>, Instant>();
  const send = makeLane({
    ...parts,
    random,
    isStopping,
    cutOff: cutOff.signal,
    answered: metrics.senderAnswered,
  });

  /** Remembers work on some messages until it ends. */
  function track(messages: readonly Stored<Message>[], work: Promise<void>): void {
    lanes.begin(messages);
    metrics.setOutboxBacklog(lanes.size());
    const tracked = work
      .catch((error: unknown) => {
        logFailure(log, error, 'Outbox: messages are left until their lease ends.');
      })
      .finally(() => {
        underWay.delete(tracked);
        for (const message of messages) held.delete(message);
        const hasRoom = lanes.end(messages);
        metrics.setOutboxBacklog(lanes.size());
        if (hasLeftSome && hasRoom && !isStopping()) void passes.run();
      });
    underWay.add(tracked);
  }

  /** Whatever is still waited for stays this worker's. */
  async function renewLeases(): Promise<void> {
    if (held.size === 0) return;
    const claimed = [...held.keys()];
    const leaseUntil = clock.now() + OUTBOX_LEASE_MS;
    try {
      await store.renewMessages(claimed, leaseUntil);
    } catch (error) {
      logFailure(log, error, 'Outbox: leases could not be renewed.');
      return;
    }
    for (const message of claimed) if (held.has(message)) held.set(message, leaseUntil);
  }

  /** Writes decisions down: all at once, or one by one when a row of them was lost to another. */
  async function settle(decisions: readonly MessageDecision[]): Promise<void> {
    if (decisions.length === 0) return;
    // Lost with the power, it is sent again: at least once.
    const writes = decisions.flatMap((decision) => decision.writes);
    const outcome = await store.commit(writes, { repeatable: true });
    if (outcome.committed) {
      for (const decision of decisions) report(decision);
    } else if (decisions.length > 1) {
      await Promise.all(decisions.map((decision) => settle([decision])));
    } else {
      log.warn({ messageId: decisions[0]?.message.id }, 'Outbox: the lease of a message was lost.');
    }
  }

  function report({ message, outcome, reason, shown }: MessageDecision): void {
    const { channel, attempts } = message.doc;
    metrics.messageHandled(channel, outcome);
    const facts = { channel, messageId: message.id, outcome, attempts, reason, ...shown };
    if (outcome === 'DEAD') log.warn(facts, 'Outbox: a message was given up.');
    else if (outcome === 'KEPT') log.info(facts, 'Outbox: a message was kept for /dev/outbox.');
    else if (outcome === 'RETRY') log.info(facts, 'Outbox: a message will be tried again.');
    else log.debug(facts, 'Outbox');
  }

  /** Messages that leave by the same senders. */
  async function sendBy(messages: readonly Stored<Message>[], leaseUntil: Instant): Promise<void> {
    const [first] = messages;
    if (!first) return;
    let senders: readonly Sender[];
    try {
      senders = await parts.senders.sendersOf(routeOf(first));
    } catch (error) {
      logFailure(log, error, 'Outbox: who sends a message is not known; it waits.');
      for (const message of messages) held.delete(message);
      return;
    }
    if (senders.length > 0) {
      for (const message of messages) {
        track(
          [message],
          send(message, senders, () => held.get(message) ?? leaseUntil).then(settle),
        );
      }
      return;
    }
    const now = clock.now();
    const decided = settings.production
      ? Promise.resolve(messages.map((message) => dead(message, 'NO_PROVIDER', now)))
      : keepMessages(parts, messages, now);
    track(messages, decided.then(settle));
  }

  async function dispatch(
    claimed: readonly Stored<Message>[],
    now: Instant,
    leaseUntil: Instant,
  ): Promise<void> {
    const ended: MessageDecision[] = [];
    const routes = new Map<string, Stored<Message>[]>();
    for (const message of claimed) {
      if (now >= message.doc.expiresAt) ended.push(dead(message, 'EXPIRED', now));
      // Counted by claims: also a message that takes the process down with it comes to an end.
      else if (message.doc.attempts > OUTBOX_ATTEMPTS_MAX) {
        ended.push(dead(message, message.doc.lastError ?? 'TOO_MANY_ATTEMPTS', now));
      } else {
        held.set(message, leaseUntil);
        const route = JSON.stringify(Object.values(routeOf(message)));
        const others = routes.get(route);
        if (others) others.push(message);
        else routes.set(route, [message]);
      }
    }
    if (ended.length > 0) {
      track(
        ended.map(({ message }) => message),
        settle(ended),
      );
    }
    await Promise.all([...routes.values()].map((messages) => sendBy(messages, leaseUntil)));
  }

  /** Claims from lane to lane until the last one. Returns whether another round may find more. */
  async function goRound(): Promise<boolean> {
    let mayHaveMore = false;
    let turn: Pick<ClaimTurn, 'after'> | undefined = {};
    while (turn && !isStopping()) {
      const now = clock.now();
      const leaseUntil = now + OUTBOX_LEASE_MS;
      const full = lanes.full();
      hasLeftSome = full.except.length > 0 || full.exceptChannels.length > 0;
      const claim: Claim = await store.claimMessages(now, leaseUntil, OUTBOX_CLAIM_MAX, {
        ...turn,
        ...full,
      });
      await dispatch(claim.messages, now, leaseUntil);
      mayHaveMore ||= claim.more;
      turn = claim.next && { after: claim.next };
    }
    return mayHaveMore && !isStopping();
  }

  async function pass(): Promise<void> {
    try {
      let goesOn = true;
      while (goesOn) goesOn = await goRound();
    } catch (error) {
      logFailure(log, error, 'Outbox: messages could not be claimed.');
    }
  }

  /** For the metrics; nothing waits for it. */
  async function countWaiting(): Promise<void> {
    try {
      metrics.setOutboxWaiting(await store.waitingMessages(), clock.now());
    } catch (error) {
      logFailure(log, error, 'Outbox: what waits could not be counted.');
    }
  }

  const passes = makePasses(pass, {
    gatherMs: OUTBOX_GATHER_MS,
    pollMs: OUTBOX_POLL_MS * (0.75 + random() / 2),
  });
  const renewing = setInterval(renewLeases, OUTBOX_RENEWAL_MS);
  renewing.unref();
  const counting = setInterval(countWaiting, OUTBOX_COUNT_MS * (0.75 + random() / 2));
  counting.unref();
  void passes.run();

  return {
    wake: passes.wake,
    async idle() {
      let hasMore: boolean;
      do {
        await passes.run();
        hasMore = hasLeftSome;
        await Promise.all(underWay);
        // What has ended may have begun one, which has seen that there is room again.
      } while ((hasMore || passes.isRunning()) && !isStopping());
    },
    async stop() {
      stopping.abort();
      const all = passes.stop().then(() => Promise.all(underWay));
      if (!(await endsWithin(all, OUTBOX_STOP_MS))) {
        cutOff.abort();
        await endsWithin(all, OUTBOX_STOP_MS / 5);
      }
      clearInterval(renewing);
      clearInterval(counting);
    },
  };
}

/** Whether the work ended in that time. */
async function endsWithin(work: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  const ended = await Promise.race([work.then(() => true), tooLate]);
  clearTimeout(timer);
  return ended;
}
