/**
 * An account with a provider that we know: whether its secrets are right, and what it has. The
 * provider is asked when an account is made or changed.
 */
import { invalidData } from '../../errors/api-error.ts';
import type { CallAnswer, Caller } from '../../outgoing/public-call.ts';
import { type Authentication, openAccount } from '../channels/http/account.ts';
import { isTaken, jsonOf, receiptOfFailure } from '../channels/http/provider-receipt.ts';

/** Whole lists are read, but not without end. */
const PAGES_MAX = 10;

/** What an answer that isn't the wanted one says of the request; nothing: the provider is at fault. */
export type Fault = (answer: CallAnswer) => { target: string; message: string } | undefined;

/** The provider takes what it is told for nobody's. */
export const wrongSecret =
  (target: string, statuses: readonly number[] = [401, 403]): Fault =>
  ({ status }) =>
    statuses.includes(status)
      ? { target, message: 'Authentication error: the provider refuses these credentials.' }
      : undefined;

export const invalid = (target: string, message: string) =>
  invalidData('INVALID_VALUE', target, { message });

/** Reads resources of an account. Throws `INVALID_DATA` where that can't be done. */
export function readerOf(authentication: Authentication, caller: Caller, faultOf: Fault) {
  const account = openAccount(authentication, caller);

  async function get(url: string): Promise<unknown> {
    const call = { method: 'GET', url, headers: { accept: 'application/json' } };
    const answer = await account
      .call(call, new AbortController().signal)
      .catch((error: unknown) => unreachable(receiptOfFailure(error)));
    if (isTaken(answer)) return jsonOf(answer);
    const fault = faultOf(answer);
    if (fault) throw invalid(fault.target, fault.message);
    return unreachable({ reason: `HTTP ${answer.status}` });
  }

  return {
    get,
    /** Page after page. `next`: where the next one is; undefined: there is none. */
    async all(
      first: string,
      next: (page: unknown) => string | undefined,
      items: (page: unknown) => unknown,
    ): Promise<unknown[]> {
      const found: unknown[] = [];
      let url: string | undefined = first;
      for (let pages = 0; url !== undefined && pages < PAGES_MAX; pages++) {
        const page = await get(url);
        const some = items(page);
        if (Array.isArray(some)) found.push(...some);
        url = next(page);
      }
      return found;
    },
  };
}

function unreachable(receipt: object): never {
  const reason = 'reason' in receipt ? ` (${receipt.reason})` : '';
  throw invalid('provider', `The provider can not be asked now${reason}.`);
}

/** Throws where a member that an account keeps for good is another one; absent: it stays. */
export function assertSame(
  said: Readonly<Record<string, unknown>>,
  kept: Readonly<Record<string, unknown>> | undefined,
  members: readonly string[],
): void {
  for (const member of members) {
    if (kept && said[member] !== undefined && said[member] !== kept[member]) {
      throw invalid(member, 'It can not be changed.');
    }
  }
}

/** A member that must be said, or was kept. Throws `REQUIRED_VALUE`. */
export function neededText(
  said: Readonly<Record<string, unknown>>,
  kept: Readonly<Record<string, unknown>> | undefined,
  member: string,
): string {
  const value = said[member] ?? kept?.[member];
  if (typeof value !== 'string') throw invalidData('REQUIRED_VALUE', member);
  return value;
}
