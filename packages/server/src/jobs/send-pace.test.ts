import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextLatency, placesFor } from './send-pace.ts';

test('there are as many places as keep a provider busy', () => {
  for (const [latencyMs, places] of [
    [0, 1],
    [8, 1],
    [8.1, 2],
    [24, 3],
    [79, 10],
    [100, 10],
    [20_000, 10],
  ] as const) {
    assert.equal(placesFor(latencyMs, 8, 10), places, String(latencyMs));
  }
});

test('a provider is thought as fast as it can be: falls at once, rises slowly', () => {
  for (const [known, took, next] of [
    [0, 300, 15],
    [30, 20, 20],
    [20, 20, 20],
    [20, 120, 25],
  ] as const) {
    assert.equal(nextLatency(known, took), next, `${known} ${took}`);
  }
});

test('one that is slow has all places after some answers', () => {
  for (const [knownMs, tookMs, most] of [
    [0, 100, 30],
    [5, 200, 10],
  ] as const) {
    let latency: number = knownMs;
    let answers = 0;
    for (; placesFor(latency, 8, 10) < 10; answers++) latency = nextLatency(latency, tookMs);
    assert.ok(answers <= most, String(answers));
  }
});
