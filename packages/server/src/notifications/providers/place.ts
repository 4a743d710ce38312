/** Where a provider may be called, as far as its address says. */
import { invalidData } from '../../errors/api-error.ts';
import { isPrivateLiteral } from '../../outgoing/public-address.ts';
import { hasFixedOrigin } from '../channels/http/request-template.ts';

export interface Place {
  /** Addresses may be private, and plain `http:`. */
  allowPrivate: boolean;
}

const VARIABLE = /\$\{[^${}]*\}/g;

/** The address with something in the place of its variables. */
const example = (url: string) => url.replaceAll(VARIABLE, 'x');

/** Throws `INVALID_VALUE` for an address that can't be called, whoever is there. */
export function assertCallable(url: string, { allowPrivate }: Place, target: string): void {
  const refuse = (message: string) => {
    throw invalidData('INVALID_VALUE', target, { message });
  };
  if (!hasFixedOrigin(url)) refuse('It is no web address whose host is fixed.');
  if (!allowPrivate && !/^https:/i.test(url)) refuse('It is no https address.');
  if (!allowPrivate && isPrivateLiteral(example(url))) refuse('The address is not public.');
}

/** The host, without values that differ from message to message. */
export const hostOf = (url: string) => new URL(example(url)).origin;
