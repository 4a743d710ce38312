/** Events as a receiver wants to read them; contract platform §3. Pure. */
import { WEBHOOK_EVENTS_MAX } from '../../../config/limits.ts';
import type { ActivitySource, Subscription } from '../../../model/documents.ts';

/** A record as the API shows it, with what only subscriptions show. */
export interface ShownEvent {
  record: { recordedAt: string };
  source?: ActivitySource | undefined;
}

export interface EventBody {
  text: string;
  contentType: string;
  /** How many of the events are in it: the first ones, one at the least. */
  count: number;
}

type Options = Pick<Subscription, 'filterOptions' | 'format' | 'payloadOptions'>;

function exposed(
  { ipAddressExposed, userAgentExposed }: Options['filterOptions'],
  source: ActivitySource = {},
) {
  const { ipAddress, userAgent } = source;
  const shown = {
    ...(ipAddressExposed && ipAddress !== undefined ? { ipAddress } : {}),
    ...(userAgentExposed && userAgent !== undefined ? { userAgent } : {}),
  };
  return Object.keys(shown).length > 0 ? { source: shown } : {};
}

function eventOf({ filterOptions, format }: Options, { record, source }: ShownEvent, host: string) {
  const event = { ...record, ...exposed(filterOptions, source), _embedded: {} };
  if (format !== 'SPLUNK') return event;
  return { event, host, time: Date.parse(record.recordedAt), source: 'countersign' };
}

const KILOBYTE = 1_024;

/** As many of the events as one request may have. `host`: who says so. */
export function eventBody(
  options: Options,
  events: readonly ShownEvent[],
  host: string,
): EventBody {
  const { maximumPayloadLimit: limit, payloadFormat } = options.payloadOptions ?? {};
  const { format = 'JSON_ARRAY', prettyPrint = false } = payloadFormat?.https ?? {};
  const isLines = format === 'ND_JSON';
  const countMax = limit?.type === 'EVENTS_PER_PAYLOAD' ? limit.size : WEBHOOK_EVENTS_MAX;
  const bytesMax =
    limit?.type === 'KB_PER_PAYLOAD' ? limit.size * KILOBYTE : Number.POSITIVE_INFINITY;
  const texts: string[] = [];
  // The brackets, and what parts each event from the next.
  let bytes = 2;
  for (const event of events.slice(0, countMax)) {
    const text = JSON.stringify(
      eventOf(options, event, host),
      null,
      prettyPrint && !isLines ? 2 : 0,
    );
    bytes += Buffer.byteLength(text) + 1;
    if (texts.length > 0 && bytes > bytesMax) break;
    texts.push(text);
  }
  return {
    text: isLines ? `${texts.join('\n')}\n` : `[${texts.join(',')}]`,
    contentType: isLines ? 'application/x-ndjson' : 'application/json',
    count: texts.length,
  };
}
