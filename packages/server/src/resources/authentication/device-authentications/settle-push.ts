/** The end of a push that nobody answers: its time is over, or its phone is asked something else. */
import { type FlowEvent, type Step, stepFlow } from '../../../flow/device-authentication.ts';
import type { Instant } from '../../../model/instant.ts';
import { SYSTEM_ORIGIN } from '../../kit/activity.ts';
import { commitWithin } from '../../kit/commit.ts';
import { whereIs } from '../../kit/rows.ts';
import { announce } from './announce.ts';
import type { FlowParts, World } from './flow-world.ts';
import { writesOf } from './flow-writes.ts';
import { isPushDue, type Read, readFlowOf } from './read-flow.ts';

const FLOWS_MAX = 100;

/** Ends the wait for a push: as over where its time is, and else, where `decide` says so. */
async function settlePush(
  parts: FlowParts,
  environmentId: string,
  flowId: string,
  now: Instant,
  decide: (read: Read) => FlowEvent | undefined,
): Promise<void> {
  const saved = await commitWithin(parts.store, async () => {
    const read = await readFlowOf(parts, environmentId, flowId, now);
    const event: FlowEvent | undefined = isPushDue(read) ? { type: 'expire' } : decide(read);
    if (!event) return { writes: [], result: undefined };
    const { flow, world } = read;
    const step = stepFlow(flow.doc, event, world.facts);
    const result = await writesOf(flow.id, flow, step, world, SYSTEM_ORIGIN);
    return { writes: result.writes, result };
  });
  if (saved) announce(parts, saved);
}

/** Ends the wait for a push whose time is over, whoever notices it first. */
export function expirePush(parts: FlowParts, environmentId: string, flowId: string, now: Instant) {
  return settlePush(parts, environmentId, flowId, now, () => undefined);
}

/** Ends the wait for a push whose phone is to be asked something else. */
export function endPush(parts: FlowParts, environmentId: string, flowId: string, now: Instant) {
  return settlePush(parts, environmentId, flowId, now, ({ flow }) =>
    flow.doc.status === 'PUSH_CONFIRMATION_REQUIRED' ? { type: 'cancel' } : undefined,
  );
}

/**
 * A phone is asked one thing at a time: ends the other pushes of the device that this step asks, and
 * each of them counts toward its limit. So nobody is worn down by many flows at once, either.
 * Returns whether there were any.
 */
export async function endOtherPushes(
  parts: FlowParts,
  flowId: string,
  { effects, flow }: Step,
  world: World,
  now: Instant,
): Promise<boolean> {
  const asked = effects.find(({ type }) => type === 'ask');
  if (asked?.type !== 'ask' || flow.status !== 'PUSH_CONFIRMATION_REQUIRED') return false;
  const environmentId = world.configuration.environment.id;
  const waiting = await parts.store.list('flows', environmentId, {
    where: whereIs('push_device_id', asked.deviceId),
    limit: FLOWS_MAX,
  });
  const others = waiting.filter(({ id }) => id !== flowId);
  for (const { id } of others) await endPush(parts, environmentId, id, now);
  return others.length > 0;
}
