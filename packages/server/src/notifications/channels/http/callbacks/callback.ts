import { createHash, timingSafeEqual } from 'node:crypto';

/** A call of a provider, as it arrived. */
export interface CallbackRequest {
  /** As the provider was told it, with its query: our own address, whatever stands before the server. */
  url: string;
  headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Its bytes as text: a signature is over these. */
  body: string;
}

/** What became of a message for good. */
export interface DeliveryReport {
  /** As in the receipt of its sending. */
  providerMessageId: string;
  status: 'delivered' | 'failed';
  /** The provider's own code; short and safe to keep: `30007`. */
  reason?: string;
}

/** What a sender knows and nobody else: `authToken`, `appSecret`. */
export type CallbackSecrets = Readonly<Record<string, string | undefined>>;

export interface CallbackReader {
  /** Whether it is the provider who calls. Pure. */
  verify(request: CallbackRequest, secrets: CallbackSecrets): boolean;
  /** What it says of messages; nothing: none has reached its end. To be read after `verify`. Pure. */
  read(request: CallbackRequest): DeliveryReport[];
  /**
   * What a call without a message is answered by which the provider first tries the address;
   * undefined: it isn't one, or another token than ours. Pure.
   */
  challenge?(url: string, verifyToken: string): string | undefined;
}

const digest = (text: string) => createHash('sha256').update(text).digest();

/** In constant time, whatever their lengths. */
export const isSame = (given: string, expected: string): boolean =>
  timingSafeEqual(digest(given), digest(expected));

/** A header that is there once. */
export function headerOf({ headers }: CallbackRequest, name: string): string {
  const value = headers[name];
  return typeof value === 'string' ? value : '';
}

/** The body as JSON, however deep one looks into it; undefined: it is none. */
export function jsonOf({ body }: CallbackRequest): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** A member of what may be anything. */
export const member = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;

/** The elements of what may be no list. */
export const listed = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** The report of a message whose state is one of these; undefined: it has not reached its end. */
export function reportOf(
  id: unknown,
  state: unknown,
  ends: Readonly<Record<string, DeliveryReport['status']>>,
  code?: unknown,
): DeliveryReport | undefined {
  const status = typeof state === 'string' && Object.hasOwn(ends, state) ? ends[state] : undefined;
  if (typeof id !== 'string' || id === '' || status === undefined) return undefined;
  if (status === 'delivered') return { providerMessageId: id, status };
  const reason = /^[\w.-]{1,60}$/.test(String(code ?? '')) ? String(code) : String(state);
  return { providerMessageId: id, status, reason };
}
