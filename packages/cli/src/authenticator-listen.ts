/** `countersign authenticator listen`: shows requests as they come, and answers one after the other. */
import {
  type Account,
  type AccountRequest,
  type Device,
  DeviceError,
  listen,
} from '../../device/src/index.ts';
import { accountsOf, type Options } from './authenticator-options.ts';
import { complain, say } from './printable.ts';
import { ask, Interrupted, NoInput, NUMBER, yesOrNo } from './terminal-prompt.ts';

export const nameOf = ({ user, environment }: Account) => `${user.username} at ${environment.name}`;

/** The caller's own words about a request, one line each. */
export const contextLines = (context: Record<string, unknown> = {}) =>
  Object.entries(context).map(
    ([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );

/** Everything that is asked, as the server has signed it. */
function describe({ challenge, account }: AccountRequest): string[] {
  const { title, message, origin, clientContext, numbers } = challenge;
  return [
    '',
    `${title}  [${nameOf(account)}]`,
    message,
    [
      `Asked at ${origin.time}`,
      origin.address && `from ${origin.address}`,
      origin.application && `by ${origin.application.name}`,
    ]
      .filter(Boolean)
      .join(' '),
    ...contextLines(clientContext),
    ...(numbers ? [`Numbers: ${numbers.join('  ')}`] : []),
  ];
}

type Decision = { approve: true; number?: number } | { approve: false };

const ENDED = 'not answered: the request has ended.';
const isNumber = ({ challenge: { kind } }: AccountRequest) =>
  kind === 'SELECT_NUMBER' || kind === 'ENTER_NUMBER';

/** Undefined: it has ended before there was a decision. */
async function decisionOn(
  request: AccountRequest,
  { approve, deny, number }: Options,
  signal: AbortSignal,
): Promise<Decision | undefined> {
  if (request.challenge.kind === 'SILENT') return { approve: true };
  if (deny) return { approve: false };
  if (!isNumber(request)) {
    const answer = approve || (await ask(yesOrNo('Approve?'), signal));
    return answer === undefined ? undefined : { approve: answer };
  }
  if (approve) {
    if (number === undefined) throw new Error('The request wants a number: --number.');
    return { approve: true, number: Number(number) };
  }
  const answer = await ask(NUMBER, signal);
  if (answer === undefined || answer === false)
    return answer === false ? { approve: false } : answer;
  return { approve: true, number: answer };
}

/** Says how it went; true where that is what was wanted. */
async function answer(
  request: AccountRequest,
  options: Options,
  signal: AbortSignal,
): Promise<boolean> {
  const decision = await decisionOn(request, options, signal);
  if (!decision) {
    say(`→ ${ENDED}`);
    return false;
  }
  if (!decision.approve) {
    say(`→ ${await request.deny()}`);
    return true;
  }
  const { approve: _approve, ...how } = decision;
  const status = await request.approve({ ...how, ...(options.amr ? { amr: options.amr } : {}) });
  say(`→ ${status}`);
  return status === 'COMPLETED';
}

/** Aborted when the request ends: cancelled, answered elsewhere, or by its time. */
function untilEnd(request: AccountRequest, endings: Map<AccountRequest, AbortController>) {
  const ending = new AbortController();
  endings.set(request, ending);
  const timer = setTimeout(() => ending.abort(), Math.max(0, request.showUntil - Date.now()));
  timer.unref();
  return ending.signal;
}

/** Answers requests until it is told to end; resolves with the exit code. */
export async function listenFor(device: Device, options: Options): Promise<number> {
  const accounts = await accountsOf(device, options);
  if (accounts.length === 0) throw new Error('There are no accounts yet: pair one.');
  const ended = Promise.withResolvers<number>();
  const endings = new Map<AccountRequest, AbortController>();
  const gone = new Set<string>();
  let last: Promise<unknown> = Promise.resolve();

  async function handle(request: AccountRequest, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    say(...describe(request));
    try {
      const isDone = await answer(request, options, signal);
      if (options.once) ended.resolve(isDone ? 0 : 1);
    } catch (error) {
      if (error instanceof Interrupted) return ended.resolve(130);
      complain(error);
      if (options.once || error instanceof NoInput) ended.resolve(1);
    } finally {
      endings.delete(request);
    }
  }

  function failed(error: unknown, account: Account): void {
    complain(error);
    const code = error instanceof DeviceError ? error.code : '';
    if (code !== 'REMOVED' && code !== 'NOT_PAIRED') return;
    gone.add(account.id);
    if (gone.size < accounts.length) return;
    complain(new Error('There are no accounts left.'));
    ended.resolve(1);
  }

  const listenings = accounts.map((account) =>
    listen(
      account,
      (request) => {
        const signal = untilEnd(request, endings);
        last = last.then(() => handle(request, signal));
      },
      { onError: failed, onEnded: (request) => endings.get(request)?.abort() },
    ),
  );
  await Promise.all(listenings.map(({ ready }) => ready));
  if (gone.size < accounts.length) say('Waiting for requests; Ctrl+C ends.');
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => ended.resolve(endings.size > 0 ? 130 : 0));
  }
  const code = await ended.promise;
  for (const ending of endings.values()) ending.abort();
  for (const listening of listenings) listening.close();
  return code;
}
