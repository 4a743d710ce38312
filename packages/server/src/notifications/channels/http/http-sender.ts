/** Sends messages by a provider that is called over HTTP. What differs between providers is data. */
import { setTimeout as pause } from 'node:timers/promises';
import { PROVIDER_REPEAT_MS } from '../../../config/limits.ts';
import { type CallAnswer, CallError } from '../../../outgoing/public-call.ts';
import type { Sender } from '../../senders.ts';
import type { DeliveryReceipt, RenderedMessage } from '../channel.ts';
import { retryAfterMs } from '../retry-after.ts';
import type { HttpAccount, Observer } from './account.ts';
import { messageVariables, type SenderVariables } from './message-variables.ts';
import { BUSY, type Judge, receiptOfFailure, takenByStatus } from './provider-receipt.ts';
import { fillTemplate, type RequestTemplate } from './request-template.ts';

export interface HttpSender extends Pick<Sender, 'id' | 'name'> {
  account: HttpAccount;
  /** The request for a message, or one for all. */
  template: RequestTemplate | ((message: RenderedMessage) => RequestTemplate);
  /** What the sender knows of a message's variables: its number, the form of the recipient's. */
  variables?(message: RenderedMessage): SenderVariables;
  /** Default: any 2xx. */
  judge?: Judge;
  /** Sees each answer; for who tries a sender out. */
  observe?: Observer | undefined;
}

/** Whether the same call may go better in a second, and can't have sent already. */
function mayRepeat(outcome: CallAnswer | Error): boolean {
  if (outcome instanceof Error) {
    return outcome instanceof CallError && outcome.fault === 'UNREACHABLE';
  }
  const wait = retryAfterMs(outcome.headers['retry-after']) ?? 0;
  return BUSY.includes(outcome.status) && wait <= PROVIDER_REPEAT_MS;
}

export function httpSender(options: HttpSender): Sender {
  const { id, name, account, template, variables, judge = takenByStatus, observe } = options;

  async function send(message: RenderedMessage, signal: AbortSignal): Promise<DeliveryReceipt> {
    const request = typeof template === 'function' ? template(message) : template;
    const look = messageVariables(message, variables?.(message));
    const call = fillTemplate(request, look, message.id);
    const attempt = () =>
      account.call(call, signal, observe).catch((error: unknown) => {
        if (error instanceof Error) return error;
        throw error;
      });
    let outcome = await attempt();
    if (mayRepeat(outcome) && !signal.aborted) {
      await pause(PROVIDER_REPEAT_MS, undefined, { signal }).catch(() => {});
      if (!signal.aborted) outcome = await attempt();
    }
    return outcome instanceof Error ? receiptOfFailure(outcome) : judge(outcome);
  }

  return { id, name, send };
}
