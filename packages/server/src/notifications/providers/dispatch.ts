/** What the requests to the known providers have in common. */
import type { CallAnswer } from '../../outgoing/public-call.ts';
import type { DeliveryReceipt } from '../channels/channel.ts';
import type { HttpSender } from '../channels/http/http-sender.ts';
import { isTaken, jsonOf, receiptOf, refusedBy } from '../channels/http/provider-receipt.ts';

/** How a message is sent by an account: the request, and what its answer means. */
export type Dispatch = Required<Pick<HttpSender, 'template' | 'judge'>> &
  Pick<HttpSender, 'variables'>;

/** Where the providers are: their own addresses, or a proxy's. */
export interface ProviderUrls {
  /** Twilio's API of 2010. */
  twilioUrl: string;
  twilioMessagingUrl: string;
  twilioVerifyUrl: string;
  /** Syniverse's Communication Gateway. */
  syniverseUrl: string;
  /** Meta's Graph API, with its version. */
  whatsAppUrl: string;
}

/** The member of an answer's JSON at this path; undefined: it isn't there. */
export function inside(json: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (value, name) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, name)
        ? Reflect.get(value, name)
        : undefined,
    json,
  );
}

/** Taken, by the provider's own id where it names one. */
export function takenAs(id: unknown): DeliveryReceipt {
  return typeof id === 'string' && id !== '' && id.length <= 200
    ? { outcome: 'DELIVERED', providerMessageId: id }
    : { outcome: 'DELIVERED' };
}

/** What is said in the body of an answer. */
export interface Said {
  id?: unknown;
  /** The provider's code of what went wrong; there is none: undefined or null. */
  code?: unknown;
  /** It has failed, whatever the status says. */
  hasFailed?: boolean;
}

/** Judges by the status and by what is said inside: a status of 2xx may carry an error. */
export const judgeBy =
  (read: (json: unknown) => Said) =>
  (answer: CallAnswer): DeliveryReceipt => {
    const { id, code, hasFailed = false } = read(jsonOf(answer));
    if (!isTaken(answer)) return receiptOf(answer, code);
    return hasFailed ? refusedBy(answer, code) : takenAs(id);
  };
