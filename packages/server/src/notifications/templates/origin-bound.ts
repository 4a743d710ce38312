/**
 * Codes that a phone fills in on one site only: the last line of a text message says which; WICG,
 * "Origin-bound one-time codes delivered via SMS". Pure.
 */
import { smsSize } from './segments.ts';

const NAME = /^(?=.{4,253}$)[a-z0-9-]+(\.[a-z0-9-]+)+$/;
const ADDRESS = /^[0-9.]+$/;

/** The host of an https address that people know by a name; undefined: it is no such address. */
export function hostOf(address: unknown): string | undefined {
  const url = typeof address === 'string' ? URL.parse(address) : null;
  if (url?.protocol !== 'https:' || !NAME.test(url.hostname)) return undefined;
  return ADDRESS.test(url.hostname) ? undefined : url.hostname;
}

/** The text with the line that binds its code to the host, unless that makes two messages of one. */
export function boundTo(text: string, host: string, code: string): string {
  const bound = `${text}\n\n@${host} #${code}`;
  return smsSize(bound).segments === 1 ? bound : text;
}
