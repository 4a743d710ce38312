import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { WEBHOOK_EVENTS_MAX } from '../../../config/limits.ts';
import { aSubscription } from '../../../jobs/testing/events.ts';
import type { Subscription } from '../../../model/documents.ts';
import { eventBody, type ShownEvent } from './event-body.ts';

const HOST = 'mfa.shop.example';
const RECORDED_AT = '2026-01-01T00:00:00.000Z';
const SOURCE = { ipAddress: '203.0.113.9', userAgent: 'Shop/1.0' };

/** An event whose JSON has so many bytes more than the least. */
const anEvent = (index: number, padding = 0): ShownEvent => {
  const record = { recordedAt: RECORDED_AT, index, padding: 'é'.repeat(padding / 2) };
  return { record, source: SOURCE };
};
const many = (count: number, padding = 0) =>
  Array.from({ length: count }, (_, index) => anEvent(index, padding));

const bodyOf = (events: readonly ShownEvent[], more: Partial<Subscription> = {}) =>
  eventBody(aSubscription(0, more), events, HOST);
const https = (format: 'JSON_ARRAY' | 'ND_JSON', prettyPrint = false) => ({
  payloadFormat: { https: { format, prettyPrint } },
});

describe('the body of a request to a receiver', () => {
  test('is an array, also of one event', () => {
    const { text, contentType, count } = bodyOf(many(1));
    assert.deepEqual(JSON.parse(text), [{ ...anEvent(0).record, _embedded: {} }]);
    assert.deepEqual([contentType, count], ['application/json', 1]);
    assert.equal(JSON.parse(bodyOf(many(3)).text).length, 3);
  });

  test('is a line for each event where that is wanted, never a printed one', () => {
    const { text, contentType, count } = bodyOf(many(2), {
      payloadOptions: https('ND_JSON', true),
    });
    const [one, other, ...rest] = text.split('\n');
    assert.deepEqual([JSON.parse(one ?? '').index, JSON.parse(other ?? '').index], [0, 1]);
    assert.deepEqual([rest, contentType, count], [[''], 'application/x-ndjson', 2]);
  });

  test('is printed for people where that is wanted', () => {
    const pretty = bodyOf(many(2), { payloadOptions: https('JSON_ARRAY', true) });
    assert.match(pretty.text, /\n {2}"recordedAt"/);
    assert.deepEqual(JSON.parse(pretty.text), JSON.parse(bodyOf(many(2)).text));
  });

  test('has what Splunk asks for around each event', () => {
    const [event] = JSON.parse(bodyOf(many(1), { format: 'SPLUNK' }).text);
    assert.deepEqual(event, {
      event: { ...anEvent(0).record, _embedded: {} },
      host: HOST,
      time: Date.parse(RECORDED_AT),
      source: 'countersign',
    });
  });

  test('shows of the source what the subscription shows', () => {
    const shown = (ipAddressExposed: boolean, userAgentExposed: boolean, event = anEvent(0)) =>
      JSON.parse(
        bodyOf([event], {
          filterOptions: { includedActionTypes: [], ipAddressExposed, userAgentExposed },
        }).text,
      )[0].source;
    const { ipAddress, userAgent } = SOURCE;
    assert.equal(shown(false, false), undefined);
    assert.deepEqual(shown(true, false), { ipAddress });
    assert.deepEqual(shown(false, true), { userAgent });
    assert.deepEqual(shown(true, true), SOURCE);
    assert.equal(shown(true, true, { record: anEvent(0).record }), undefined);
  });

  test('has no more events than the limit', () => {
    const limited = bodyOf(many(5), {
      payloadOptions: { maximumPayloadLimit: { type: 'EVENTS_PER_PAYLOAD', size: 2 } },
    });
    assert.deepEqual([limited.count, JSON.parse(limited.text).length], [2, 2]);
    assert.equal(bodyOf(many(WEBHOOK_EVENTS_MAX + 1)).count, WEBHOOK_EVENTS_MAX);
  });

  test('has no more bytes than the limit, in whatever letters, and one event at the least', () => {
    for (const format of ['JSON_ARRAY', 'ND_JSON'] as const) {
      const limited = (padding: number) =>
        bodyOf(many(20, padding), {
          payloadOptions: {
            maximumPayloadLimit: { type: 'KB_PER_PAYLOAD', size: 1 },
            ...https(format),
          },
        });
      for (let padding = 0; padding < 1_024; padding += 2) {
        const { text, count } = limited(padding);
        assert.ok(count === 1 || Buffer.byteLength(text) <= 1_024, `${format} ${padding}`);
      }
      assert.ok(limited(0).count > 5);
      assert.equal(limited(4_096).count, 1);
    }
  });
});
