// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of requests.
/**
 * Syniverse's Communication Gateway: message requests, and calls, which are spoken to once somebody
 * has answered. Source: Syniverse, "SCG API", "SCG Voice and Messaging error codes".
 */
import { setTimeout as pause } from 'node:timers/promises';
import { PROVIDER_REPEAT_MS } from '../../../config/limits.ts';
import type { CallAnswer } from '../../../outgoing/public-call.ts';
import type { DeliveryReceipt, RenderedMessage } from '../../channels/channel.ts';
import type { Authentication, HttpAccount } from '../../channels/http/account.ts';
import {
  isTaken,
  jsonOf,
  receiptOf,
  receiptOfFailure,
} from '../../channels/http/provider-receipt.ts';
import type { Sender } from '../../senders.ts';
import { spelledOut, unrolled } from '../../voice/spoken-part.ts';
import { SYNIVERSE_VOICES, speakerOf } from '../../voice/voices.ts';
import { type Dispatch, inside, judgeBy, type ProviderUrls, takenAs } from '../dispatch.ts';

export const syniverseAuthentication = ({ authToken }: { authToken: string }): Authentication => ({
  method: 'BEARER',
  authToken,
});

type Urls = Pick<ProviderUrls, 'syniverseUrl'>;
/** The id of a sender, which is one of the account's numbers. */
type SenderId = (message: RenderedMessage) => string;

const codeOf = (json: unknown) => inside(json, 'error_code');

/** A text message. */
export function syniverseMessages({ syniverseUrl }: Urls, senderId: SenderId): Dispatch {
  const body = JSON.stringify({
    from: 'sender_id:${senderId}',
    to: ['${to}'],
    body: '${message}',
    external_id: '${messageId}',
    // Who asks for a code has agreed to get it.
    consent_requirement: 'NONE',
  });
  return {
    template: { method: 'POST', url: `${syniverseUrl}/messaging/message_requests`, body },
    variables: (message) => ({ senderId: senderId(message), messageId: message.id }),
    judge: judgeBy((json) => ({
      id: inside(json, 'id'),
      code: codeOf(json),
      hasFailed: codeOf(json) !== undefined,
    })),
  };
}

/** How long it rings; all of a message has the twenty seconds of the outbox. */
const RINGS_MS = 14_000;

/** A comma pauses for two seconds; the first extension waits as long. */
const COMMA_MS = 2_000;

function textOf({ speech, text }: RenderedMessage): string {
  return unrolled(speech ?? [{ say: text }])
    .map((part) => {
      if ('say' in part) return part.say;
      return 'spell' in part ? spelledOut(part.spell) : ', ';
    })
    .join('');
}

export interface SyniverseCalls extends Pick<Sender, 'id' | 'name'> {
  urls: Urls;
  account: HttpAccount;
  senderId: SenderId;
  /** From one look at whether the call was answered to the next; default a second. */
  lookMs?: number;
  /** How long a comma of an extension pauses; for tests. */
  commaMs?: number;
}

/** It wasn't taken: what was answered instead. */
class NotTaken extends Error {
  readonly answer: CallAnswer;
  constructor(answer: CallAnswer) {
    super('The provider refused a step of a call.');
    this.answer = answer;
  }
}

/** Sends by calls: it rings, waits for somebody, dials the extension and speaks. */
export function syniverseCalls(options: SyniverseCalls): Sender {
  const { urls, account, senderId, id, name } = options;
  const { lookMs = PROVIDER_REPEAT_MS, commaMs = COMMA_MS } = options;
  const calls = `${urls.syniverseUrl}/calling/calls`;

  async function step(path: string, signal: AbortSignal, body?: object): Promise<unknown> {
    const answer = await account.call(
      {
        method: body ? 'POST' : 'GET',
        url: calls + path,
        headers: body ? { 'content-type': 'application/json' } : {},
        ...(body ? { body: JSON.stringify(body) } : {}),
      },
      signal,
    );
    if (!isTaken(answer)) throw new NotTaken(answer);
    return jsonOf(answer);
  }

  /** Why nobody is there; undefined: somebody is. */
  async function awaitAnswer(path: string, signal: AbortSignal): Promise<string | undefined> {
    for (let rung = 0; rung <= RINGS_MS; rung += lookMs) {
      const call = await step(path, signal);
      const state = inside(call, 'state');
      if (state === 'ACTIVE') return undefined;
      if (state !== 'STARTED') return `CALL ${state === 'REJECTED' ? 'REJECTED' : 'ENDED'}`;
      await pause(lookMs, undefined, { signal });
    }
    return 'CALL UNANSWERED';
  }

  async function dial(path: string, extension: string, signal: AbortSignal): Promise<void> {
    for (const dtmfText of extension.split(',')) {
      await pause(commaMs, undefined, { signal });
      if (dtmfText !== '') await step(`${path}/play_dtmf`, signal, { dtmfText });
    }
  }

  async function speak(message: RenderedMessage, signal: AbortSignal): Promise<DeliveryReceipt> {
    const made = await step('', signal, {
      from: senderId(message),
      to: message.to.address,
      external_id: message.id,
      answer_timeout: RINGS_MS,
    });
    const callId = String(inside(made, 'id') ?? '');
    if (callId === '') return { outcome: 'REFUSED', reason: 'HTTP 200 NO_ID' };
    const path = `/${encodeURIComponent(callId)}`;
    const absence = await awaitAnswer(path, signal);
    if (absence !== undefined) return { outcome: 'REFUSED', reason: absence };
    if (message.to.extension !== undefined) await dial(path, message.to.extension, signal);
    const { voice, language } = speakerOf(SYNIVERSE_VOICES, message.voice, message.locale);
    const gender = voice === 'Woman' ? 'female' : 'male';
    await step(`${path}/play_tts`, signal, { text: textOf(message), language, gender });
    return takenAs(callId);
  }

  return {
    id,
    name,
    async send(message, signal) {
      try {
        return await speak(message, signal);
      } catch (error) {
        if (!(error instanceof NotTaken)) return receiptOfFailure(error);
        return receiptOf(error.answer, codeOf(jsonOf(error.answer)));
      }
    },
  };
}
