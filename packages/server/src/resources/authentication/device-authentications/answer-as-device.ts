/** The answer of a native device to the flow that waits for it; contract §2.7.3. */
import { refusedRequest } from '../../../device-protocol/device-request.ts';
import { invalidData } from '../../../errors/api-error.ts';
import { type Step, stepFlow } from '../../../flow/device-authentication.ts';
import type { FlowStatus } from '../../../model/documents.ts';
import type { Instant } from '../../../model/instant.ts';
import type { Write } from '../../../storage/store.ts';
import { methodDevice } from '../../devices/devices/device-view.ts';
import type { RecordOrigin } from '../../kit/activity.ts';
import { commitOrRetry } from '../../kit/commit.ts';
import { announce } from './announce.ts';
import { contextOf, type FlowParts } from './flow-world.ts';
import { type Saved, writesOf } from './flow-writes.ts';
import { isPushDue, readFlowOf } from './read-flow.ts';
import { expirePush } from './settle-push.ts';

export interface DeviceAnswer {
  environmentId: string;
  flowId: string;
  deviceId: string;
  /** What the device has signed; the method reads it. */
  answer: object;
  /** What makes two answers the same. */
  hash: string;
  /** Keeps the id of the request; in the same change, so that it can't be sent again. */
  used: Write;
  origin: RecordOrigin;
  now: Instant;
}

type Outcome = { step: Step; saved: Saved } | { status: FlowStatus };

const tooLate = () => invalidData('PUSH_CONFIRMATION_TOO_LATE', 'flow');

/** Why the flow takes no answer of the device that it had asked. */
const ended = (status: FlowStatus) =>
  status === 'DEVICE_SELECTION_REQUIRED'
    ? invalidData('AUTHENTICATION_CANCELLED', 'flow')
    : tooLate();

/** Judges the answer and moves the flow. Throws what stands against it; counts what is wrong. */
export async function answerAsDevice(
  parts: FlowParts,
  { environmentId, flowId, deviceId, answer, hash, used, origin, now }: DeviceAnswer,
): Promise<FlowStatus> {
  const outcome = await commitOrRetry<Outcome>(
    parts.store,
    async () => {
      const read = await readFlowOf(parts, environmentId, flowId, now).catch(() => undefined);
      if (!read) throw tooLate();
      const { flow, world } = read;
      const { status, selectedDeviceId, challenge } = flow.doc;
      // What waits for another device, or for nobody any more, isn't there for this one.
      if (selectedDeviceId !== deviceId) throw tooLate();
      if (isPushDue(read)) {
        await expirePush(parts, environmentId, flowId, now);
        throw tooLate();
      }
      // The device has said so already, and not heard that it was taken.
      if (flow.doc.answered === hash) return { writes: [used], result: { status } };
      if (status !== 'PUSH_CONFIRMATION_REQUIRED' || !challenge) throw ended(status);
      const device = world.devices.find(({ row }) => row.id === deviceId);
      if (!device) throw tooLate();
      const verdict = await device.method.verify(
        { push: answer },
        challenge,
        methodDevice(device.row),
        contextOf(world, device.block),
      );
      const event = { type: 'answer', answer: 'push', deviceId, ...verdict } as const;
      const step = answeredBy(hash, stepFlow(flow.doc, event, world.facts));
      const saved = await writesOf(flow.id, flow, step, world, origin);
      return { writes: [...saved.writes, used], result: { step, saved } };
    },
    () => refusedRequest('REQUEST_REPLAYED'),
  );
  if ('status' in outcome) return outcome.status;
  announce(parts, outcome.saved);
  if (outcome.step.refusal) throw outcome.step.refusal;
  return outcome.saved.flow.doc.status;
}

/** A flow that this answer has ended keeps it. */
function answeredBy(hash: string, step: Step): Step {
  const { flow, refusal } = step;
  const isEnd = flow.status === 'COMPLETED' || flow.status === 'FAILED';
  return isEnd && !refusal ? { ...step, flow: { ...flow, answered: hash } } : step;
}
