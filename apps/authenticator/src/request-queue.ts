/** The requests that wait for the user, over all accounts, and what became of those that don't. Pure. */
import type { AccountRequest } from '../../../packages/device/src/index.ts';

/** A request as the page shows it. */
export interface Waiting {
  request: AccountRequest;
  /** What the user must know of the one before. */
  notice?: string;
}

/** The server may ask for the same authentication anew, with another time to answer. */
export const keyOf = ({ challenge }: AccountRequest) => `${challenge.id} ${challenge.expiresAt}`;

const isOf = (account: AccountRequest['account']) => (one: Waiting) =>
  one.request.account.id === account.id;

/** A phone is asked one thing at a time: what the account was asked before has ended. */
export function withArrived(queue: readonly Waiting[], request: AccountRequest): Waiting[] {
  const replaces = queue.some(isOf(request.account));
  const next = {
    request,
    ...(replaces ? { notice: 'A newer request has replaced the one before.' } : {}),
  };
  // In its place, so that a request of another account isn't pushed under the finger either.
  return replaces
    ? queue.map((one) => (isOf(request.account)(one) ? next : one))
    : [...queue, next];
}

export function without(queue: readonly Waiting[], request: AccountRequest): Waiting[] {
  return queue.filter((one) => keyOf(one.request) !== keyOf(request));
}

/** What became of the one before, for the user to see with the next. */
export function withNotice(queue: readonly Waiting[], notice: string | undefined): Waiting[] {
  return queue.map((one, index) => (index === 0 && notice ? { ...one, notice } : one));
}
