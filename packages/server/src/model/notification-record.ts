/**
 * What the audit log says of a message; contract messages §14. Never the code, the text or the whole
 * address. Pure.
 */
import { defined } from './defined.ts';
import type { Activity, Message } from './documents.ts';

/** As administrators see them. */
export type NotificationStatus = 'QUEUED' | 'SENT' | 'FAILED' | 'REJECTED';

/** Why a message wasn't sent; contract messages §14. */
export type RejectionReason =
  | 'DAILY_LIMIT'
  | 'COUNTRY'
  | 'COOLDOWN'
  | 'NOT_LISTED'
  | 'NO_CONTENT'
  | 'NO_SENDER'
  | 'PROVIDER'
  // Ours: docs/decisions/0053.
  | 'NUMBER_TYPE'
  | 'PREFIX_VELOCITY'
  | 'COUNTRY_VELOCITY'
  | 'KILL_SWITCH';

/** What is known of a message, or of one that was never made. */
export type ToldMessage = Pick<
  Message,
  'kind' | 'channel' | 'template' | 'variant' | 'locale' | 'userId' | 'populationId'
>;

export interface NotificationNews {
  status: NotificationStatus;
  /** Where it wasn't sent: one of the contract's, or the server's own. */
  reason?: RejectionReason | (string & {});
  /** More of the reason: what the provider answered. Holds neither a code nor an address. */
  detail?: string;
  /** The name of the sender that took it, or that says how it ended. */
  provider?: string;
  /** Those that didn't take it before. */
  failedOver?: readonly string[];
  /** An administrator has it sent again. */
  again?: true;
  /** The provider has said how it ended. */
  delivery?: 'DELIVERED' | 'FAILED';
}

function howItEnded(news: NotificationNews): string {
  const { status, reason, detail, provider, failedOver, again, delivery } = news;
  const of = provider === undefined ? '' : ` by ${provider}`;
  const because = [reason, detail].filter((text) => text !== undefined).join(', ');
  const why = because === '' ? '' : `: ${because}`;
  if (delivery === 'DELIVERED') return `delivered${of}`;
  if (status === 'QUEUED') return again ? 'queued again' : 'queued';
  if (status === 'SENT') {
    const instead = failedOver?.length ? `, after ${failedOver.join(', ')} had not` : '';
    return `taken${of}${instead}`;
  }
  return `${status === 'FAILED' ? 'not delivered' : 'not sent'}${of}${why}`;
}

/** `EMAIL with the template device_pairing, locale fr: taken by North.` */
function inOneSentence(message: ToldMessage, news: NotificationNews): string {
  const { channel, template, variant, locale } = message;
  const words = [
    `${channel}${template === undefined ? '' : ` with the template ${template}`}`,
    ...(variant === undefined ? [] : [`variant ${variant}`]),
    ...(locale === undefined ? [] : [`locale ${locale}`]),
  ].join(', ');
  return `${words}: ${howItEnded(news)}.`;
}

const VERBS = { QUEUED: 'CREATED', SENT: 'UPDATED', FAILED: 'UPDATED', REJECTED: 'REJECTED' };

/** All of the record but who asked for it and when. */
export function notificationRecord(
  id: string,
  message: ToldMessage,
  news: NotificationNews,
): Omit<Activity, 'actor' | 'recordedAt'> {
  const { kind, channel, template, variant, locale, userId, populationId } = message;
  const { status, reason, detail, provider, failedOver, again, delivery } = news;
  return {
    action: `NOTIFICATION.${again ? 'UPDATED' : VERBS[status]}`,
    resource: { type: 'NOTIFICATION', id },
    ...defined({ userId, populationId }),
    result: status === 'QUEUED' || status === 'SENT' ? 'SUCCESS' : 'FAILED',
    description: inOneSentence(message, news),
    data: {
      kind,
      channel,
      ...defined({ template, variant, locale }),
      status,
      ...defined({ reason, detail, provider, delivery }),
      ...(failedOver?.length ? { failedOver } : {}),
    },
  };
}
