/** One step of a flow: load, check the answer, decide, save, answer; contract §2.4, §2.5. */
import { notFound } from '../../errors/api-error.ts';
import {
  type AnswerKind,
  canAnswer,
  type FlowEvent,
  stepFlow,
} from '../../flow/device-authentication.ts';
import type { Flow } from '../../model/documents.ts';
import type { Stored } from '../../storage/store.ts';
import { commitOrRetry } from '../commit.ts';
import { methodDevice } from '../devices/device-view.ts';
import { configurationOf } from '../devices/devices.parts.ts';
import { blockOf } from '../method-context.ts';
import type { OperationReply, OperationRequest } from '../operation.ts';
import { countEnd } from './flow-metrics.ts';
import { flowView } from './flow-view.ts';
import { contextOf, type FlowParts, seeWorld, type World } from './flow-world.ts';
import { writesOf } from './flow-writes.ts';

interface Read {
  flow: Stored<Flow>;
  world: World;
}

/** The flow of the path and its world, when the actor may see its user. Throws `NOT_FOUND`. */
async function readFlow(parts: FlowParts, request: OperationRequest): Promise<Read> {
  const { envID = '', deviceAuthenticationID = '' } = request.params;
  const [configuration, rows] = await Promise.all([
    configurationOf(parts, envID),
    parts.store.readFlowFacts(envID, deviceAuthenticationID),
  ]);
  // A flow past its life is gone before the sweep takes its row; contract §2.11.
  if (!rows?.user || request.now >= rows.flow.doc.expiresAt) throw notFound();
  const { flow, user, devices } = rows;
  request.requireUser({ id: user.id, populationId: user.doc.populationId });
  // The policy that the flow began with may be gone; then the default one rules.
  const policy = configuration.policies.get(flow.doc.policyId) ?? configuration.defaultPolicy;
  const { oneTime } = flow.doc;
  const seen = { user, devices, ...(oneTime ? { oneTime } : {}) };
  return { flow, world: seeWorld(parts, configuration, policy, seen, request.now) };
}

/** `GET`: the flow as it stands. */
export async function readDeviceAuthentication(
  parts: FlowParts,
  request: OperationRequest,
): Promise<OperationReply> {
  const { flow, world } = await readFlow(parts, request);
  return { status: 200, body: flowView(flow, world) };
}

/** Runs an event that is made of what was just read, again if the flow has moved meanwhile. */
async function runStep(
  parts: FlowParts,
  request: OperationRequest,
  eventOf: (read: Read) => FlowEvent | Promise<FlowEvent>,
): Promise<OperationReply> {
  const { step, saved } = await commitOrRetry(parts.store, async () => {
    const read = await readFlow(parts, request);
    const { flow, world } = read;
    const step = stepFlow(flow.doc, await eventOf(read), world.facts);
    const saved = await writesOf(flow.id, flow, step, world, request);
    return { writes: saved.writes, result: { step, saved } };
  });
  countEnd(parts, saved);
  if (step.refusal) throw step.refusal;
  parts.wakeOutbox();
  return { status: 200, body: flowView(saved.flow, saved.world) };
}

/** `device.select`: another device, or the same one with a new question. */
export function selectDevice(parts: FlowParts, request: OperationRequest) {
  return runStep(parts, request, () => ({ type: 'select', deviceId: request.body.device.id }));
}

/** `cancel.push.authentication`. */
export function cancelPush(parts: FlowParts, request: OperationRequest) {
  return runStep(parts, request, () => ({ type: 'cancel' }));
}

/** `otp.check`, `assertion.check`: the method judges the answer, the flow draws the consequence. */
export function checkAnswer(parts: FlowParts, request: OperationRequest, answer: AnswerKind) {
  return runStep(parts, request, async ({ flow, world }) => {
    const verdict = await judge(flow, world, request, answer);
    if (answer === 'otp') parts.metrics.otpChecked(verdict.verdict);
    return { type: 'answer', answer, ...verdict };
  });
}

async function judge(
  { id, doc }: Stored<Flow>,
  world: World,
  request: OperationRequest,
  answer: AnswerKind,
) {
  const nothing = { verdict: 'REJECTED' } as const;
  const { challenge, oneTime, selectedDeviceId } = doc;
  // The flow refuses by itself what can't be answered: there is nothing to judge.
  if (!challenge || !canAnswer(doc, answer)) return nothing;
  if (oneTime) {
    const method = world.parts.methods.get(oneTime.type);
    if (!method) return nothing;
    const context = contextOf(world, blockOf(world.policy, method));
    return method.verify(request.body, challenge, { id, ...oneTime }, context);
  }
  const device = world.devices.find(({ row }) => row.id === selectedDeviceId);
  if (!device || device.seen.unusable) return nothing;
  const context = contextOf(world, device.block);
  return device.method.verify(request.body, challenge, methodDevice(device.row), context);
}
