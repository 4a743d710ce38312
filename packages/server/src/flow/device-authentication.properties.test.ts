/**
 * What holds whatever happens: all sequences of events to depth 6 over a small world, and long
 * random ones.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { FLOW_FINISHED_MS, FLOW_IDLE_MS, ONE_TIME_FLOWS_FAILED_MAX } from '../config/limits.ts';
import { ApiError } from '../errors/api-error.ts';
import { ERROR_DETAILS, ERRORS } from '../errors/catalogue.ts';
import type { FlowEvent } from './device-authentication.ts';
import {
  aBase,
  aWorld,
  begin,
  DEVICES,
  happen,
  LIMIT,
  LOCKOUT,
  NO_RECOVERY,
  type OutsideEvent,
  PUSH_LIMIT,
  tryStep,
  type World,
} from './testing-world.ts';

const DEPTH = 6;
// Most steps are refused, and nobody reads where from.
Error.stackTraceLimit = 0;

const FLOW_EVENTS: FlowEvent[] = [
  ...DEVICES.map((deviceId) => ({ type: 'select' as const, deviceId })),
  { type: 'select', deviceId: 'nobody' },
  { type: 'answer', answer: 'otp', verdict: 'VERIFIED', credential: {} },
  { type: 'answer', answer: 'otp', verdict: 'REJECTED' },
  { type: 'answer', answer: 'otp', verdict: 'EXPIRED' },
  { type: 'answer', answer: 'assertion', verdict: 'VERIFIED', credential: {} },
  { type: 'answer', answer: 'assertion', verdict: 'CLONED', credential: {} },
  { type: 'answer', answer: 'assertion', deviceId: 'key', verdict: 'VERIFIED', credential: {} },
  { type: 'answer', answer: 'assertion', deviceId: 'key', verdict: 'REJECTED' },
  { type: 'answer', answer: 'push', verdict: 'VERIFIED', credential: {} },
  { type: 'answer', answer: 'push', verdict: 'DENIED', isFraud: false },
  { type: 'cancel' },
  { type: 'expire' },
  { type: 'recover', verdict: 'VERIFIED', means: 'RECOVERY' },
  { type: 'recover', verdict: 'REJECTED' },
  { type: 'recover', verdict: 'UNREADABLE' },
];
const OUTSIDE_EVENTS: OutsideEvent[] = [
  'LOCK_USER',
  'DISABLE_USER',
  'MFA_OFF',
  'BLOCK',
  'BLOCK_PHONE',
  'FORBID_PHONE',
  'LATER',
  'REMOVE',
];
const EVENTS = [...FLOW_EVENTS, ...OUTSIDE_EVENTS];
type Event = (typeof EVENTS)[number];

function starts(): World[] {
  const oneTime = { type: 'SMS', credential: {} };
  const { userId: _nobody, ...anonymous } = aBase({ usernameless: { type: 'KEY' } });
  return [
    begin(aWorld()),
    begin(aWorld({ selection: 'ALWAYS_DISPLAY_DEVICES' })),
    begin(aWorld({ hasOrder: false })),
    begin(aWorld(), aBase(), 'push'),
    begin(aWorld(), aBase({ oneTime })),
    begin(aWorld({ anonymousLimit: LIMIT }), anonymous),
    begin(aWorld({ trusted: { deviceId: 'push', verification: 'restrictive' } })),
    begin(aWorld({ trusted: { deviceId: 'push', verification: 'permissive' } })),
    begin(aWorld({ recovery: NO_RECOVERY })),
    begin(aWorld({ recovery: NO_RECOVERY }), aBase({ oneTime })),
  ];
}

const isOpen = ({ facts: { user }, flow }: World) =>
  user?.enabled && !user.locked && (user.mfaEnabled || flow.oneTime !== undefined);

function assertSound({ flow, facts }: World): void {
  const ended = flow.status === 'COMPLETED' || flow.status === 'FAILED';
  assert.equal(flow.authenticators !== undefined, flow.status === 'COMPLETED');
  assert.equal(flow.error !== undefined, flow.status === 'FAILED');
  if (ended) assert.equal(flow.challenge, undefined);
  assert.ok(flow.expiresAt <= facts.now + (ended ? FLOW_FINISHED_MS : FLOW_IDLE_MS));
  for (const { failures } of facts.devices) assert.ok(failures < LIMIT.count);
  assert.ok((facts.user?.failures ?? 0) < LOCKOUT.failureCount);
  for (const { push } of facts.devices) {
    assert.ok((push?.fails.length ?? 0) < PUSH_LIMIT.count, 'pushes without end');
  }
  assert.ok((flow.oneTimeFailures ?? 0) <= LIMIT.count);
  const targetMax = LIMIT.count * ONE_TIME_FLOWS_FAILED_MAX;
  assert.ok((facts.oneTime?.failures ?? 0) < targetMax, 'guesses at an address without end');
  assert.ok((flow.anonymousFailures ?? 0) <= LIMIT.count);
  assert.ok((facts.recovery?.failures ?? 0) < LIMIT.count, 'guesses at codes without end');
}

function assertRefusal(error: Error): void {
  assert.ok(error instanceof ApiError, String(error));
  assert.ok(error.code in ERRORS);
  for (const { code } of error.details) assert.ok(code in ERROR_DETAILS);
}

/** A step that changes what it was given throws. */
function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const member of Object.values(value)) frozen(member);
  return Object.freeze(value);
}

/** Runs an event and checks what must hold of the step; returns the world after it. */
function run(given: World, event: Event): World {
  const before = frozen(given);
  if (typeof event === 'string') return happen(before, event);
  const { flow } = before;
  const result = tryStep(before, event);
  const wasEnded = flow.status === 'COMPLETED' || flow.status === 'FAILED';
  if (result instanceof Error) {
    assert.ok(!(result instanceof TypeError), String(result));
    assertRefusal(result);
    return before;
  }
  assert.ok(!wasEnded, 'a finished flow never changes');
  const { world, step } = result;
  for (const effect of step.effects) {
    if (effect.type !== 'ask') continue;
    const isLost = step.effects.some(
      (other) => other.type === 'deviceLocked' && other.deviceId === effect.deviceId,
    );
    assert.ok(!isLost, 'asked a device that it has just locked');
  }
  if (step.refusal) assertRefusal(step.refusal);
  if (world.flow.status === 'COMPLETED') {
    // The one that its policy lets stand for its user, by having shown that it is there.
    const isSilence = event.type === 'expire' && flow.silent === 'permissive';
    const isProof = event.type === 'answer' && event.verdict === 'VERIFIED';
    const isRecovery = event.type === 'recover' && event.verdict === 'VERIFIED';
    assert.ok(isProof || isSilence || isRecovery, 'without a proof');
    assert.ok(before.asked || isRecovery, 'without a question');
    assert.equal(world.flow.recoveredBy !== undefined, isRecovery);
    assert.ok(isOpen(before), 'through a closed door');
    assert.equal(step.refusal, undefined);
    if (isRecovery) {
      const { recovery } = before.facts;
      assert.ok(
        recovery && recovery.lockExpiresAt === undefined,
        'by a code that none is judged by',
      );
      assert.equal(world.flow.userId, before.facts.user?.id, 'as somebody else');
      assert.equal(world.flow.selectedDeviceId, undefined, 'for a device that has proved nothing');
      assert.equal(world.flow.oneTime, undefined, 'for an address that has proved nothing');
    } else if (flow.oneTime) {
      assert.equal(before.facts.oneTime?.lockExpiresAt, undefined, 'for an address that must wait');
    } else {
      const id = (isProof ? event.deviceId : undefined) ?? flow.selectedDeviceId;
      const device = before.facts.devices.find((one) => one.id === id);
      assert.ok(device && !device.unusable, 'with a device that can not be used');
      const bySilence = isSilence || (flow.silent && isProof && event.answer === 'push');
      assert.ok(device.authorizes || !bySilence, 'without its user, whom it may not stand for');
      assert.equal(world.flow.userId, before.facts.user?.id, 'as somebody else');
    }
  }
  if (event.type === 'select') {
    const device = before.facts.devices.find(({ id }) => id === event.deviceId);
    if (world.flow.selectedDeviceId === event.deviceId && !step.refusal) {
      assert.ok(device && !device.unusable, 'selected though it can not be used');
    }
  }
  if (event.type === 'recover' && event.verdict === 'REJECTED') {
    const counted = step.effects.some(({ type }) => type === 'recoveryTried');
    const onUser = step.effects.some(({ type }) => type === 'userFailed');
    assert.equal(counted && onUser, isOpen(before), 'a guess that does not count');
  }
  if (event.type === 'answer' && event.verdict === 'REJECTED' && isOpen(before)) {
    const counted =
      step.effects.some(({ type }) => type === 'deviceFailed') ||
      (world.flow.oneTimeFailures ?? 0) > (flow.oneTimeFailures ?? 0) ||
      (world.flow.anonymousFailures ?? 0) > (flow.anonymousFailures ?? 0);
    const answering = event.deviceId ?? flow.selectedDeviceId;
    const lost = before.facts.devices.every(({ id, unusable }) => id !== answering || unusable);
    const onUser = step.effects.some(({ type }) => type === 'userFailed');
    assert.ok(onUser || !flow.oneTime, 'an attempt that the account does not count');
    assert.ok(
      counted || (lost && !flow.oneTime && !flow.usernameless),
      'an attempt that does not count',
    );
  }
  assertSound(world);
  return world;
}

describe('a device authentication', () => {
  test(`holds its promises in every sequence of ${DEPTH} events`, () => {
    // Worlds that are equal have equal futures: each is visited once, at its least depth.
    const known = new Set<string>();
    const isNew = (world: World) => known.size !== known.add(JSON.stringify(world)).size;
    let frontier = starts().filter(isNew);
    let steps = 0;
    const statuses = new Set<string>();
    for (let depth = 0; depth < DEPTH; depth++) {
      const next: World[] = [];
      for (const world of frontier) {
        for (const event of EVENTS) {
          const after = run(world, event);
          statuses.add(after.flow.status);
          steps += 1;
          if (after !== world && isNew(after)) next.push(after);
        }
      }
      frontier = next;
    }
    assert.ok(steps > 10_000, `only ${steps} steps`);
    assert.deepEqual(
      [...statuses].sort(),
      [
        'ASSERTION_REQUIRED',
        'COMPLETED',
        'DEVICE_SELECTION_REQUIRED',
        'FAILED',
        'OTP_REQUIRED',
        'PUSH_CONFIRMATION_REQUIRED',
        'PUSH_CONFIRMATION_TIMED_OUT',
      ],
      'every status was reached',
    );
  });

  test('holds its promises in long random sequences', () => {
    const worlds = starts();
    fc.assert(
      fc.property(
        fc.nat(worlds.length - 1),
        fc.array(fc.constantFrom(...EVENTS), { maxLength: 40 }),
        (start, events) => {
          let world = worlds[start] as World;
          for (const event of events) world = run(world, event);
        },
      ),
      { numRuns: 20_000, seed: 42 },
    );
  });
});
