/** The load: flows through one server over a number of connections, bounded in count and time. */
import { type HttpConnection, type HttpReply, openConnection } from './http-connection.ts';
import { STEP_MS, totpAt } from './totp.ts';

/**
 * - `otp`: the start's reply tells the code (a `testMode` device; the limit does the same).
 * - `totp`: the driver computes the code from the device's secret, each time step once.
 * - `email`: a message is delivered to the development outbox, where the codes are read between
 *   the timed starts and the timed checks.
 */
export type FlowKind = 'otp' | 'totp' | 'email';

export interface LoadUser {
  userId: string;
  /** Base64url. */
  totpKey?: string;
  email?: string;
}

export interface Subject {
  origin: string;
  environmentId: string;
  authorization?: string;
  users: Record<FlowKind, LoadUser[]>;
}

export interface Run {
  kind: FlowKind;
  connections: number;
  /** The run ends after so many flows, or after so much time, whichever comes first. */
  flowsMax: number;
  secondsMax: number;
}

export interface RunResult {
  flows: number;
  /** Flows that didn't end in COMPLETED; they aren't in the other numbers. */
  errors: number;
  /** One of the errors, to look into. */
  firstError?: string;
  elapsedMs: number;
  /** Start and check of a flow together, in milliseconds. */
  p50Ms: number;
  p99Ms: number;
}

/** A server under load, with what is remembered between runs. */
export interface Load {
  run(run: Run): Promise<RunResult>;
}

const OTP_CHECK = 'application/vnd.pingidentity.otp.check+json';
// The server takes two steps in each direction; those of the past go to the activation.
const STEPS_AHEAD = 2;
// Fewer than the messages that the development outbox keeps (1,000).
const EMAIL_BATCH = 500;
const OUTBOX_TRIES_MAX = 100;

const presentStep = () => Math.floor(Date.now() / STEP_MS);

/** A user whose turn it is, with the code where the driver knows it beforehand. */
interface Turn {
  user: LoadUser;
  otp?: string;
}

export function createLoad(subject: Subject): Load {
  const flowsPath = `/${subject.environmentId}/deviceAuthentications`;
  const headerLines =
    subject.authorization === undefined ? '' : `Authorization: ${subject.authorization}\r\n`;
  const nextUser: Record<FlowKind, number> = { otp: 0, totp: 0, email: 0 };
  /** By user: the last time step whose code was given, and the last message that was read. */
  const usedSteps = new Map<string, number>();
  const readMessages = new Map<string, string>();

  const start = (connection: HttpConnection, { userId }: LoadUser) =>
    connection.request({
      method: 'POST',
      path: flowsPath,
      headerLines,
      body: `{"user":{"id":"${userId}"}}`,
    });

  const check = (connection: HttpConnection, flowId: string, otp: string) =>
    connection.request({
      method: 'POST',
      path: `${flowsPath}/${flowId}`,
      headerLines,
      contentType: OTP_CHECK,
      body: `{"otp":"${otp}"}`,
    });

  /** The earliest code of the user that the server hasn't seen and takes already. */
  function nextTotp({ userId, totpKey = '' }: LoadUser): string | undefined {
    const step = Math.max((usedSteps.get(userId) ?? 0) + 1, presentStep());
    if (step > presentStep() + STEPS_AHEAD) return undefined;
    usedSteps.set(userId, step);
    return totpAt(Buffer.from(totpKey, 'base64url'), step);
  }

  /** Users with a code each, before the clock starts; waits where the users' codes are used up. */
  async function takeTotp(count: number): Promise<Turn[]> {
    const turns: Turn[] = [];
    for (let fruitless = 0; turns.length < count; ) {
      const user = takeUser('totp');
      const otp = nextTotp(user);
      if (otp !== undefined) {
        turns.push({ user, otp });
        fruitless = 0;
      } else if (++fruitless >= subject.users.totp.length) {
        await new Promise((resolve) => setTimeout(resolve, STEP_MS - (Date.now() % STEP_MS) + 50));
        fruitless = 0;
      }
    }
    return turns;
  }

  /** Users in turn, so that flows at the same time are of different users. */
  function takeUser(kind: FlowKind): LoadUser {
    const users = subject.users[kind];
    const user = users[nextUser[kind]++ % users.length];
    if (!user) throw new Error(`The subject has no users for ${kind}.`);
    return user;
  }

  async function flow(connection: HttpConnection, { user, otp }: Turn): Promise<void> {
    const started = expectStatus(await start(connection, user), 201);
    const checked = await check(connection, started.id, otp ?? started.test?.otp);
    expectCompleted(expectStatus(checked, 200));
  }

  /** Starts (timed), reads the codes (not timed), checks (timed); batch after batch. */
  async function emailRun(
    connections: HttpConnection[],
    { flowsMax, secondsMax }: Run,
  ): Promise<RunResult> {
    const measured = new Measured();
    while (measured.total < flowsMax && measured.elapsedMs < secondsMax * 1000) {
      const size = Math.min(EMAIL_BATCH, flowsMax - measured.total);
      const batch = Array.from({ length: size }, () => ({ user: takeUser('email') }));
      const flows: { user: LoadUser; id: string; startMs: number; otp?: string }[] = [];
      await measured.timed(() =>
        overConnections(connections, batch, async (connection, { user }) => {
          const startedAt = performance.now();
          const reply = await start(connection, user);
          const startMs = performance.now() - startedAt;
          if (reply.status === 201) flows.push({ user, id: reply.body.id, startMs });
          else measured.failed(`start: ${reply.status}`);
        }),
      );
      for (const started of flows) started.otp = await deliveredCode(started.user);
      await measured.timed(() =>
        overConnections(connections, flows, async (connection, { id, startMs, otp = '' }) => {
          const startedAt = performance.now();
          const reply = await check(connection, id, otp);
          const checkMs = performance.now() - startedAt;
          if (reply.body?.status === 'COMPLETED') measured.done(startMs + checkMs);
          else measured.failed(`check: ${reply.status} ${JSON.stringify(reply.body)}`);
        }),
      );
    }
    return measured.result();
  }

  /** The newest code in the outbox of the user's address; waits for the message to get there. */
  async function deliveredCode({ userId, email = '' }: LoadUser): Promise<string> {
    const url = `${subject.origin}/dev/outbox?limit=1&to=${encodeURIComponent(email)}`;
    for (let tries = 0; tries < OUTBOX_TRIES_MAX; tries++) {
      const newest = JSON.parse(await (await fetch(url)).text()).messages?.[0];
      if (newest && newest.id !== readMessages.get(userId)) {
        readMessages.set(userId, newest.id);
        return newest.otp;
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error('A message did not reach the development outbox.');
  }

  async function continuousRun(
    connections: HttpConnection[],
    { kind, flowsMax, secondsMax }: Run,
  ): Promise<RunResult> {
    const measured = new Measured();
    const turns =
      kind === 'totp'
        ? await takeTotp(flowsMax)
        : Array.from({ length: flowsMax }, () => ({ user: takeUser('otp') }));
    const endAt = performance.now() + secondsMax * 1000;
    await measured.timed(() =>
      overConnections(connections, turns, async (connection, turn) => {
        const startedAt = performance.now();
        if (startedAt > endAt || measured.errors > ERRORS_MAX) return;
        try {
          await flow(connection, turn);
          measured.done(performance.now() - startedAt);
        } catch (error) {
          measured.failed(String(error));
        }
      }),
    );
    return measured.result();
  }

  return {
    async run(run) {
      const connections = await Promise.all(
        Array.from({ length: run.connections }, () => openConnection(subject.origin)),
      );
      try {
        return await (run.kind === 'email' ? emailRun : continuousRun)(connections, run);
      } finally {
        for (const connection of connections) connection.close();
      }
    },
  };
}

/** A run that fails this often says enough. */
const ERRORS_MAX = 20;

class Measured {
  errors = 0;
  elapsedMs = 0;
  #firstError: string | undefined;
  readonly #latenciesMs: number[] = [];

  get total(): number {
    return this.#latenciesMs.length + this.errors;
  }

  async timed(work: () => Promise<unknown>): Promise<void> {
    const startedAt = performance.now();
    await work();
    this.elapsedMs += performance.now() - startedAt;
  }

  done(latencyMs: number): void {
    this.#latenciesMs.push(latencyMs);
  }

  failed(reason: string): void {
    this.errors++;
    this.#firstError ??= reason;
  }

  result(): RunResult {
    const sorted = this.#latenciesMs.sort((a, b) => a - b);
    const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? 0;
    return {
      flows: sorted.length,
      errors: this.errors,
      ...(this.#firstError === undefined ? {} : { firstError: this.#firstError }),
      elapsedMs: this.elapsedMs,
      p50Ms: at(0.5),
      p99Ms: at(0.99),
    };
  }
}

/** Each item once, over as many connections as there are. */
async function overConnections<T>(
  connections: readonly HttpConnection[],
  items: readonly T[],
  work: (connection: HttpConnection, item: T) => Promise<void>,
): Promise<void> {
  let next = 0;
  await Promise.all(
    connections.map(async (connection) => {
      for (let item = items[next++]; item !== undefined; item = items[next++]) {
        await work(connection, item);
      }
    }),
  );
}

function expectStatus({ status, body }: HttpReply, expected: number) {
  if (status !== expected) throw new Error(`${status} ${JSON.stringify(body)}`);
  return body;
}

function expectCompleted(flow: { status?: unknown }): void {
  if (flow.status !== 'COMPLETED') throw new Error(`The flow is ${String(flow.status)}.`);
}
