/** `GET /dev/outbox`: what development delivers instead of sending; design §1. */
import { isIP } from 'node:net';
import { type Static, Type } from 'typebox';
import { KEPT_MESSAGES_MAX, PAGE_SIZE_DEFAULT } from '../config/limits.ts';
import type { Settings } from '../config/settings.ts';
import { notFound } from '../errors/api-error.ts';
import { toTimestamp } from '../model/instant.ts';
import type { Operation, OperationRequest } from '../resources/kit/operation.ts';
import {
  type KeptMessage,
  type KeptMessagesParts,
  listKeptMessages,
} from './channels/development-outbox/development-outbox.ts';
import type { ChannelName } from './message.ts';
import { renderWords, type Words } from './templates/render.ts';

/** How long a request waits for messages that were committed before it and aren't kept yet. */
const SETTLE_MS = 1_000;

const QUERY = Type.Object(
  {
    to: Type.Optional(
      Type.String({ maxLength: 320, description: 'Only messages to this address or number.' }),
    ),
    limit: Type.Optional(
      Type.String({ pattern: '^[0-9]{1,4}$', description: `At most ${KEPT_MESSAGES_MAX}.` }),
    ),
  },
  { additionalProperties: false },
);

const MESSAGE = Type.Object({
  id: Type.String(),
  environment: Type.Object({ id: Type.String() }),
  channel: Type.String(),
  to: Type.String(),
  extension: Type.Optional(Type.String()),
  template: Type.String(),
  locale: Type.Optional(Type.String()),
  subject: Type.Optional(Type.String()),
  text: Type.String(),
  otp: Type.Optional(Type.String()),
  variables: Type.Record(Type.String(), Type.String()),
  createdAt: Type.String(),
});

const MESSAGES = Type.Object({ messages: Type.Array(MESSAGE) });

export interface DevelopmentOutboxParts extends KeptMessagesParts {
  settings: Pick<Settings, 'production' | 'host' | 'trustProxy' | 'publicUrl'>;
  /** Whether this is the key of the data directory; see `outbox-key.ts`. */
  isOutboxKey(text: string): boolean;
  /** Resolves once the worker has seen what is committed by now; see `jobs/outbox-worker.ts`. */
  settleOutbox(): Promise<void>;
}

/** The route that shows kept messages; none in production. */
export function developmentOutboxOperations(parts: DevelopmentOutboxParts): Operation[] {
  if (parts.settings.production) return [];
  return [
    {
      id: 'readDevelopmentOutbox',
      method: 'GET',
      path: '/dev/outbox',
      tag: 'Development',
      summary: 'Read the messages that no provider took, newest first',
      description:
        'Development only. Shows passcodes, so it answers only the machine itself, by its own name. Where HOST or the public URL say that others are meant, it wants the key in `outbox.key` of the data directory (`Authorization: Bearer KEY`), from this machine or a private network.',
      permission: 'PUBLIC',
      query: QUERY,
      responses: { 200: MESSAGES },
      async handle(request) {
        if (!mayRead(request, parts)) throw notFound();
        const { to, limit } = request.query;
        await settled(parts.settleOutbox());
        const kept = await listKeptMessages(parts, {
          ...(to === undefined || to === '' ? {} : { to }),
          limit: Math.max(1, Number(limit ?? PAGE_SIZE_DEFAULT)),
        });
        return {
          status: 200,
          body: { messages: kept.map(viewOf) },
          headers: { 'cache-control': 'no-store' },
        };
      },
    },
  ];
}

async function settled(settling: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const enough = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, SETTLE_MS);
  });
  await Promise.race([settling, enough]);
  clearTimeout(timer);
}

function wordsOf(channel: ChannelName, payload: KeptMessage['payload']): Words | undefined {
  try {
    return renderWords(channel, payload);
  } catch {
    // A developer wants to see this message all the more.
    return undefined;
  }
}

function viewOf({ message, payload }: KeptMessage): Static<typeof MESSAGE> {
  const { environmentId, id, doc } = message;
  const words = wordsOf(doc.channel as ChannelName, payload);
  const { otp } = payload.variables;
  const locale = words?.locale ?? payload.locale;
  return {
    id,
    environment: { id: environmentId },
    channel: doc.channel,
    to: payload.to.address,
    ...(payload.to.extension === undefined ? {} : { extension: payload.to.extension }),
    template: payload.template,
    ...(locale === undefined ? {} : { locale }),
    ...(words?.subject === undefined ? {} : { subject: words.subject }),
    text: words?.text ?? '',
    ...(otp === undefined ? {} : { otp }),
    variables: payload.variables,
    createdAt: toTimestamp(doc.createdAt),
  };
}

const LOOPBACK = /^(?:127\.\d{1,3}\.\d{1,3}\.\d{1,3}|::1|localhost)$/;
// RFC 1918, RFC 3927, RFC 4193, RFC 4291 §2.5.6.
const PRIVATE =
  /^(?:10\.|192\.168\.|169\.254\.|172\.(?:1[6-9]|2\d|3[01])\.|f[cd][0-9a-f]{2}:|fe[89ab][0-9a-f]:)/i;

const withoutBrackets = (host: string) => host.replace(/^\[(.*)\]$/, '$1');

/** Whether the settings mean nobody but this machine. */
function isForThisMachine({ host, publicUrl }: DevelopmentOutboxParts['settings']): boolean {
  const name = publicUrl === undefined ? host : (URL.parse(publicUrl)?.hostname ?? '');
  return LOOPBACK.test(host) && LOOPBACK.test(withoutBrackets(name));
}

/** Whether the request is for a name of this machine: a page whose name leads here names its own. */
function isForOwnName(host: string | undefined): boolean {
  if (host === undefined) return true;
  return LOOPBACK.test(withoutBrackets(host.toLowerCase().replace(/:\d+$/, '')));
}

/**
 * Passcodes are for who runs the server. `NODE_ENV` is easily forgotten, so the public internet is
 * never answered: not directly, and not through a proxy that hides it (a forwarded request that no
 * setting says to trust comes from nobody knows where; where others are meant, a key is wanted).
 */
function mayRead(
  { remoteAddress, headers }: OperationRequest,
  { settings, isOutboxKey }: DevelopmentOutboxParts,
): boolean {
  const forwarded = headers['x-forwarded-for'] ?? headers.forwarded;
  if (forwarded !== undefined && settings.trustProxy === undefined) return false;
  const remote = remoteAddress.replace(/^::ffff:(?=\d)/i, '');
  const isLocal = LOOPBACK.test(remote);
  const key = /^Bearer +(\S+)$/i.exec(String(headers.authorization ?? ''))?.[1];
  if (key === undefined)
    return isLocal && isForThisMachine(settings) && isForOwnName(headers.host?.toString());
  const isNear = isLocal || (isIP(remote) !== 0 && PRIVATE.test(remote));
  return isNear && isOutboxKey(key);
}
