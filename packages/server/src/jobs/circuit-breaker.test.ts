import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CIRCUIT_FAILURES_MAX, CIRCUIT_OPEN_MS } from '../config/limits.ts';
import { makeCircuitBreaker } from './circuit-breaker.ts';

function opened() {
  const circuit = makeCircuitBreaker();
  for (let failures = 1; failures < CIRCUIT_FAILURES_MAX; failures++) {
    assert.equal(circuit.failed(0), false);
  }
  assert.equal(circuit.failed(0), true);
  return circuit;
}

describe('the circuit breaker', () => {
  test('opens after failures in a row, not after scattered ones', () => {
    const circuit = makeCircuitBreaker();
    for (let round = 0; round < 3 * CIRCUIT_FAILURES_MAX; round++) {
      circuit.failed(0);
      circuit.succeeded();
      assert.ok(circuit.admit(0));
    }
    assert.equal(opened().admit(0), false);
  });

  test('lets one probe through when its time is over', () => {
    const circuit = opened();
    assert.equal(circuit.retryAt(0), CIRCUIT_OPEN_MS);
    assert.equal(circuit.admit(CIRCUIT_OPEN_MS - 1), false);
    assert.equal(circuit.admit(CIRCUIT_OPEN_MS), true);
    assert.equal(circuit.admit(CIRCUIT_OPEN_MS), false);
    assert.ok(circuit.retryAt(CIRCUIT_OPEN_MS) < 2 * CIRCUIT_OPEN_MS);
  });

  test('closes with a probe that succeeds, and says so once', () => {
    const circuit = opened();
    circuit.admit(CIRCUIT_OPEN_MS);
    assert.equal(circuit.succeeded(), true);
    assert.equal(circuit.succeeded(), false);
    assert.ok(circuit.admit(CIRCUIT_OPEN_MS));
  });

  test('stays open after a probe that fails or never ends', () => {
    const circuit = opened();
    circuit.admit(CIRCUIT_OPEN_MS);
    assert.equal(circuit.failed(CIRCUIT_OPEN_MS + 5), false);
    assert.equal(circuit.admit(2 * CIRCUIT_OPEN_MS), false);
    assert.equal(circuit.admit(2 * CIRCUIT_OPEN_MS + 5), true);
    // This one is never heard of again.
    assert.equal(circuit.admit(3 * CIRCUIT_OPEN_MS + 5), true);
  });
});
