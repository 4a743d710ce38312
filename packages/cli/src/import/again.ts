/** The API for work that takes long: what the server can't do now is tried again. */
import { setTimeout as wait } from 'node:timers/promises';
import { type Api, isBusy, Refused } from '../api.ts';

const TRIES_MAX = 6;
const FIRST_WAIT_MS = 250;
const WAIT_MAX_MS = 30_000;

type Pause = (milliseconds: number) => Promise<unknown>;

async function again<Result>(pause: Pause, work: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Refused && isBusy(error)) || tries === TRIES_MAX) throw error;
      const own = FIRST_WAIT_MS * 2 ** (tries - 1);
      await pause(Math.min(Math.max(own, error.retryAfterMs ?? 0), WAIT_MAX_MS));
    }
  }
}

/** Waits as long as the server says, or ever longer. What was not done has changed nothing. */
export const patient = (api: Api, pause: Pause = wait): Api => ({
  ...api,
  get: (path) => again(pause, () => api.get(path)),
  post: (path, body, action) => again(pause, () => api.post(path, body, action)),
});

/** The same for one piece of work. */
export const patiently = <Result>(work: () => Promise<Result>): Promise<Result> =>
  again(wait, work);
