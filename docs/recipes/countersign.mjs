/**
 * All that an application needs of Countersign, on plain `fetch` (Node.js 18 and later; no package). Copy it.
 *
 * What it decides for you: one token for all requests until shortly before its end; a time limit for
 * each request; what may be sent again and what may not; which errors a user can read.
 */
import { setTimeout as pause } from 'node:timers/promises';

const REQUEST_MS = 10_000;
const TRIES_MAX = 3;
/** A token is renewed so long before its end. */
const RENEW_MS = 60_000;
/** Often at first, while the user has the phone in hand; less often later. */
const POLL_MS = 2_000;
const POLL_SLOW_MS = 5_000;
const POLL_SLOW_AFTER_MS = 60_000;

/** An answer outside of 2xx. Log it; show the user `wordsFor(error)` only. */
export class CountersignError extends Error {
  constructor(status, body) {
    const [detail] = body?.details ?? [];
    super(`${status} ${body?.code ?? ''} ${detail?.code ?? ''} ${detail?.target ?? ''}`.trim());
    this.name = 'CountersignError';
    this.status = status;
    /** The most specific code: decide by it, never by the words. */
    this.code = detail?.code ?? body?.code ?? body?.error;
    this.inner = detail?.innerError ?? {};
    /** Stands in the server's log, too. */
    this.id = body?.id;
  }
}

/** What the user may read; undefined: it is not theirs to mend. Log it and apologize. */
export function wordsFor(error) {
  const { attemptsRemaining, coolDownExpiresAt } = error?.inner ?? {};
  switch (error?.code) {
    case 'INVALID_OTP':
      // The policy locks nothing, but this flow has ended.
      if (attemptsRemaining === 0) return 'Too many wrong codes: start again.';
      return `That code is not right. Tries left: ${attemptsRemaining ?? 'a few'}.`;
    case 'OTP_EXPIRED':
      return 'That code is too old. Ask for a new one.';
    case 'DEVICE_LOCKED': {
      const until = coolDownExpiresAt ? ` until ${coolDownExpiresAt.slice(11, 16)} UTC` : '';
      return `Too many wrong codes: this device is locked${until}. Use another one, or wait.`;
    }
    case 'INVALID_STATE':
      return 'This sign-in is over. Start again.';
    default:
      return undefined;
  }
}

/** The same for a flow that has ended without success. */
export function wordsForFlow(flow) {
  switch (flow.error?.code) {
    case 'NO_USABLE_DEVICES':
      return 'None of your devices can be used now. Add one, or wait until a lock is over.';
    case 'PUSH_DENIED':
      return 'The request was denied on the phone. If that was not you, tell us.';
    case 'PUSH_TIMED_OUT':
      return 'Nobody answered on the phone in time. Start again.';
    default:
      return 'This sign-in did not succeed. Start again.';
  }
}

/** @param settings `{ url, environmentId, clientId, clientSecret }`; `name`: shown on the user's phone. */
export function countersign({ url, environmentId, clientId, clientSecret, name }) {
  const api = `${url}/v1/environments/${environmentId}`;
  const auth = `${url}/${environmentId}`;
  let token;

  async function newToken() {
    const response = await fetch(`${auth}/as/token`, {
      method: 'POST',
      signal: AbortSignal.timeout(REQUEST_MS),
      headers: {
        authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
      },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    });
    const body = await response.json();
    if (!response.ok) throw new CountersignError(response.status, body);
    return { value: body.access_token, until: Date.now() + body.expires_in * 1_000 - RENEW_MS };
  }

  /** The promise is kept, not its result: a hundred requests at once ask for one token. */
  async function accessToken() {
    const known = await token?.catch(() => undefined);
    if (known && Date.now() < known.until) return known.value;
    token = newToken();
    return (await token).value;
  }

  async function send(method, address, { body, action }) {
    const response = await fetch(address, {
      method,
      signal: AbortSignal.timeout(REQUEST_MS),
      headers: {
        authorization: `Bearer ${await accessToken()}`,
        ...(body && {
          'content-type': action
            ? `application/vnd.pingidentity.${action}+json`
            : 'application/json',
        }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    if (response.ok) return response.status === 204 ? undefined : response.json();
    const error = new CountersignError(response.status, await response.json().catch(() => ({})));
    error.retryAfterMs = Number(response.headers.get('retry-after')) * 1_000 || undefined;
    throw error;
  }

  /**
   * Sends again what can't do harm twice. 401: once, with a new token. 429 and 503: the server did
   * nothing. A lost connection: only what reads, since the other may have been done.
   */
  async function call(method, address, { body, action } = {}) {
    for (let tries = 1; ; tries += 1) {
      try {
        return await send(method, address, { body, action });
      } catch (error) {
        const { status } = error;
        if (status === 401 && tries === 1) token = undefined;
        else {
          const isUndone = status === 429 || status === 503;
          const isLost = !(error instanceof CountersignError);
          if (tries >= TRIES_MAX || !(isUndone || (isLost && method === 'GET'))) throw error;
          // Later each time, and not all clients at once.
          await pause(error.retryAfterMs ?? 2 ** tries * 250 * (0.5 + Math.random()));
        }
      }
    }
  }

  const flowAt = (id) => `${auth}/deviceAuthentications/${id}`;
  const client = {
    /** The user of this name. Better: keep Countersign's id beside your own user. */
    async findUser(username) {
      const filter = `username eq "${username.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
      const list = await call('GET', `${api}/users?filter=${encodeURIComponent(filter)}`);
      return list._embedded.users[0];
    },

    /** Begins a sign-in. It may send a message: begin one for a click, not for each load of a page. */
    start: (userId, context = {}) =>
      call('POST', `${auth}/deviceAuthentications`, {
        body: {
          user: { id: userId },
          // The phone shows this: who asks, and for what.
          notification: { clientContext: { Application: name, ...context } },
        },
      }),

    read: (flowId) => call('GET', flowAt(flowId)),

    /** The same device again sends a new code. */
    select: (flowId, deviceId) =>
      call('POST', flowAt(flowId), { action: 'device.select', body: { device: { id: deviceId } } }),

    /** A code counts once. If the answer was lost, the flow itself says how it went. */
    async checkCode(flowId, otp) {
      try {
        return await call('POST', flowAt(flowId), { action: 'otp.check', body: { otp } });
      } catch (error) {
        if (error instanceof CountersignError) throw error;
        const flow = await client.read(flowId);
        if (flow.status === 'COMPLETED') return flow;
        throw error;
      }
    },

    /** Waits for the phone. `signal` ends the waiting, for example when the user has gone. */
    async waitForPhone(flow, signal) {
      const since = Date.now();
      let now = flow;
      while (now.status === 'PUSH_CONFIRMATION_REQUIRED') {
        const isLate = Date.now() - since > POLL_SLOW_AFTER_MS;
        await pause(isLate ? POLL_SLOW_MS : POLL_MS, undefined, { signal });
        now = await client.read(flow.id);
      }
      return now;
    },
  };
  return client;
}

/** From `data/first-run.env`, or wherever you keep secrets. */
export const fromEnvironment = (name) =>
  countersign({
    url: process.env.COUNTERSIGN_URL,
    environmentId: process.env.ENVIRONMENT_ID,
    clientId: process.env.CLIENT_ID,
    clientSecret: process.env.CLIENT_SECRET,
    name,
  });
