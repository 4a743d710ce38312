/**
 * What the server counts about itself, in the Prometheus text format. Labels name operations,
 * device types and verdicts: sets that the code bounds. Never a user, a device or an environment.
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export interface Metrics {
  /** A request was answered. `operation`: its operation's id. */
  requestServed(operation: string, status: number, seconds: number): void;
  flowStarted(deviceType: string): void;
  flowCompleted(deviceType: string): void;
  /** `reason`: the flow's `error.code`. */
  flowFailed(deviceType: string, reason: string): void;
  /** `verdict`: `VALID`, `INVALID`, `EXPIRED`, `LOCKED`. */
  otpChecked(verdict: string): void;
  /** `outcome`: `SENT`, `KEPT`, `RETRY`, `DEAD`. */
  messageHandled(channel: string, outcome: string): void;
  /** Messages that this node has taken from the outbox and not ended yet. */
  setOutboxBacklog(messages: number): void;
  /** A sender was asked. `senderId`: `server:smtp`; an environment's own are one. */
  senderAnswered(channel: string, senderId: string, outcome: string): void;
  /** Messages that wait in the store, by channel; `dueSince`: in milliseconds. */
  setOutboxWaiting(
    waiting: readonly { channel: string; count: number; dueSince: number }[],
    now: number,
  ): void;
  /** `outcome`: `DELIVERED`, `FAILED`, `DROPPED`. */
  eventsHandled(outcome: string, count: number): void;
  /** Events that subscriptions have yet to go through. */
  setEventBacklog(events: number): void;
  readonly contentType: string;
  text(): Promise<string>;
}

const DURATION_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Makes the registry. `process`: whether it also reports on memory, CPU and the event loop. */
export function createMetrics({ process = false }: { process?: boolean } = {}): Metrics {
  const registry = new Registry();
  const registers = [registry];
  if (process) collectDefaultMetrics({ register: registry });
  const counter = <L extends string>(name: string, help: string, labelNames: L[]) =>
    new Counter({ name: `countersign_${name}`, help, labelNames, registers });

  const requests = counter('http_requests_total', 'Requests answered.', ['operation', 'status']);
  const durations = new Histogram({
    name: 'countersign_http_request_duration_seconds',
    help: 'Time from the head of a request to its answer.',
    labelNames: ['operation'],
    buckets: DURATION_BUCKETS,
    registers,
  });
  const started = counter('flows_started_total', 'Device authentications started.', ['type']);
  const completed = counter('flows_completed_total', 'Device authentications completed.', ['type']);
  const failed = counter('flows_failed_total', 'Device authentications failed.', [
    'type',
    'reason',
  ]);
  const otpChecks = counter('otp_checks_total', 'One-time passcodes checked.', ['verdict']);
  const messages = counter('messages_total', 'Messages handled by the outbox worker.', [
    'channel',
    'outcome',
  ]);
  const backlog = new Gauge({
    name: 'countersign_outbox_backlog',
    help: 'Messages that this node has taken from the outbox and not ended yet.',
    registers,
  });
  const answers = counter('sender_answers_total', 'What senders of messages have answered.', [
    'channel',
    'sender',
    'outcome',
  ]);
  const waiting = new Gauge({
    name: 'countersign_outbox_waiting',
    help: 'Messages that wait in the store, retries and those being sent too; the same on every node.',
    labelNames: ['channel'],
    registers,
  });
  const oldest = new Gauge({
    name: 'countersign_outbox_oldest_due_seconds',
    help: 'For how long the first of them is due that nobody has taken.',
    labelNames: ['channel'],
    registers,
  });

  const events = counter(
    'webhook_events_total',
    'Events of subscriptions: delivered, not taken by a receiver (they go again), or given up.',
    ['outcome'],
  );
  const eventBacklog = new Gauge({
    name: 'countersign_webhook_backlog',
    help: 'Events that enabled subscriptions have yet to go through; the same on every node.',
    registers,
  });

  return {
    requestServed(operation, status, seconds) {
      requests.inc({ operation, status: `${Math.trunc(status / 100)}xx` });
      durations.observe({ operation }, seconds);
    },
    flowStarted: (type) => started.inc({ type }),
    flowCompleted: (type) => completed.inc({ type }),
    flowFailed: (type, reason) => failed.inc({ type, reason }),
    otpChecked: (verdict) => otpChecks.inc({ verdict }),
    messageHandled: (channel, outcome) => messages.inc({ channel, outcome }),
    setOutboxBacklog: (count) => backlog.set(count),
    senderAnswered(channel, senderId, outcome) {
      const sender = senderId.startsWith('server:') ? senderId : 'environment';
      answers.inc({ channel, sender, outcome });
    },
    setOutboxWaiting(channels, now) {
      waiting.reset();
      oldest.reset();
      for (const { channel, count, dueSince } of channels) {
        waiting.set({ channel }, count);
        oldest.set({ channel }, Math.max(0, now - dueSince) / 1_000);
      }
    },
    eventsHandled: (outcome, count) => events.inc({ outcome }, count),
    setEventBacklog: (count) => eventBacklog.set(count),
    contentType: registry.contentType,
    text: () => registry.metrics(),
  };
}
