/**
 * Syniverse's Communication Gateway as a real server: sender ids, message requests, calls, and what
 * its Event Manager posts. Source: Syniverse, "SCG API" and "SCG Voice and Messaging error codes".
 */
import { randomBytes } from 'node:crypto';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import {
  type ProviderAnswer,
  type ProviderRequest,
  startHttpProvider,
} from '../../testing/http-provider.ts';

const BASE = '/scg-external-api/api/v1';
const id = () => randomBytes(16).toString('base64url');

const refuse = (status: number, error_code: string): ProviderAnswer => [
  status,
  { error_code, error_description: 'No.' },
];

const optional = Type.Optional;
const closed = { additionalProperties: false } as const;
const text = (maxLength: number) => Type.String({ minLength: 1, maxLength });
const MESSAGE = Type.Object(
  {
    from: Type.String({ pattern: '^(sender_id|channel):.+$' }),
    to: Type.Array(Type.String(), { minItems: 1, maxItems: 1 }),
    body: text(4_096),
    external_id: optional(text(100)),
    consent_requirement: optional(Type.Enum(['NONE', 'OPT_IN', 'OPT_OUT'])),
  },
  closed,
);
const CALL = Type.Object(
  {
    from: text(100),
    to: text(40),
    external_id: optional(text(100)),
    answer_timeout: optional(Type.Integer({ minimum: 1_000, maximum: 120_000 })),
  },
  closed,
);
const SPEECH = Type.Object(
  {
    text: text(4_096),
    language: Type.String({ pattern: '^[a-z]{2,3}(-[A-Z]{2})?$' }),
    gender: Type.Enum(['male', 'female']),
  },
  closed,
);
const DIGITS = Type.Object({ dtmfText: Type.String({ pattern: '^[0-9#*,]{1,64}$' }) }, closed);

const E164 = /^\+[1-9][0-9]{6,14}$/;
/** It doesn't want messages. */
export const UNWILLING = '+15005550004';
/** Its calls are never answered. */
export const AWAY = '+15005550002';

export async function startSyniverse() {
  const account = {
    authToken: randomBytes(16).toString('hex'),
    senders: [
      {
        id: id(),
        type_id: 'LONGCODE',
        state: 'ACTIVE',
        address: '12025550110',
        country: 'USA',
        capabilities: ['SMS', 'MMS'],
      },
      {
        id: id(),
        type_id: 'SHORTCODE',
        state: 'ACTIVE',
        address: '24365',
        country: 'USA',
        capabilities: ['SMS'],
      },
      {
        id: id(),
        type_id: 'VOICE',
        state: 'ACTIVE',
        address: '12025550111',
        country: 'USA',
        capabilities: ['VOICE'],
      },
    ],
  };
  const taken = {
    messages: [] as Record<string, unknown>[],
    calls: [] as Record<string, unknown>[],
    spoken: [] as Record<string, unknown>[],
    pressed: [] as Record<string, unknown>[],
  };
  const isAble = (senderId: string, capability: string) =>
    account.senders.some(
      (sender) => sender.id === senderId && sender.capabilities.includes(capability),
    );

  function message(json: unknown): ProviderAnswer {
    if (!Value.Check(MESSAGE, json)) return refuse(400, 'SCG_ERROR_40025');
    const [to = ''] = json.to;
    if (!isAble(json.from.replace('sender_id:', ''), 'SMS')) return refuse(400, 'SCG_ERROR_40018');
    if (!E164.test(to) || to === UNWILLING) return refuse(400, 'SCG_ERROR_40024');
    const made = { id: id(), ...json };
    taken.messages.push(made);
    return [200, { id: made.id }];
  }

  function call(json: unknown): ProviderAnswer {
    if (!Value.Check(CALL, json)) return refuse(400, '400');
    if (!isAble(json.from, 'VOICE')) return refuse(400, 'SCG_ERROR_40018');
    if (!E164.test(json.to)) return refuse(400, 'SCG_ERROR_40024');
    const made = { id: id(), ...json, state: json.to === AWAY ? 'REJECTED' : 'STARTED' };
    taken.calls.push(made);
    return [200, { id: made.id }];
  }

  /** A call is answered as soon as somebody has asked for it once. */
  function ofCall(verb: string, callId: string, action: string, json: unknown): ProviderAnswer {
    const known = taken.calls.find((made) => made.id === callId);
    if (!known) return refuse(404, 'SCG_ERROR_4040');
    if (verb === 'GET' && action === '') {
      const { state } = known;
      if (state === 'STARTED') known.state = 'ACTIVE';
      return [200, { id: callId, state, failure_code: state === 'REJECTED' ? '1105' : undefined }];
    }
    if (known.state !== 'ACTIVE') return refuse(403, 'SCG_ERROR_4030');
    const isSpeech = action === '/play_tts' && Value.Check(SPEECH, json);
    const isDigits = action === '/play_dtmf' && Value.Check(DIGITS, json);
    if (verb !== 'POST' || !(isSpeech || isDigits)) return refuse(400, '400');
    taken[isSpeech ? 'spoken' : 'pressed'].push({ callId, ...Object(json) });
    return [204, undefined];
  }

  function answer({ line, bearer, json }: ProviderRequest): ProviderAnswer {
    if (bearer !== account.authToken) return refuse(401, 'SCG_ERROR_4010');
    const [, verb = '', callId = '', action = ''] =
      /^(\w+) .*\/calling\/calls\/([^/]+)(\/\w+)?$/.exec(line) ?? [];
    if (callId !== '') return ofCall(verb, callId, action, json);
    switch (line) {
      case `GET ${BASE}/messaging/sender_ids`:
        return [200, { list: account.senders }];
      case `POST ${BASE}/messaging/message_requests`:
        return message(json);
      case `POST ${BASE}/calling/calls`:
        return call(json);
      default:
        return refuse(404, 'SCG_ERROR_4040');
    }
  }

  const provider = await startHttpProvider({ answer });
  return {
    ...provider,
    /** Where its API begins. */
    apiUrl: provider.url + BASE,
    account,
    taken,
    /** An event as the Event Manager posts it, with Basic authentication. */
    callbackOf(topic: string, type: string, fields: object, user = 'scg') {
      const event = { 'fld-val-list': fields, 'evt-tp': type, timestamp: new Date().toISOString() };
      const credentials = Buffer.from(`${user}:${account.authToken}`).toString('base64');
      return {
        headers: { 'content-type': 'application/json', authorization: `Basic ${credentials}` },
        body: JSON.stringify({ topic, attempt: 1, event, 'event-id': id() }),
      };
    },
  };
}
