/** One step of a flow: load, check the answer, decide, save, answer; contract §2.4, §2.5. */

import { notFound } from '../../../errors/api-error.ts';
import {
  canAnswer,
  type FlowEvent,
  type Step,
  stepFlow,
} from '../../../flow/device-authentication.ts';
import type { AnswerKind } from '../../../flow/facts.ts';
import { defined } from '../../../model/defined.ts';
import type { Flow, User } from '../../../model/documents.ts';
import { notBefore } from '../../../model/instant.ts';
import type { Stored, Write } from '../../../storage/store.ts';
import { originOf } from '../../kit/activity.ts';
import { blockOf } from '../../kit/method-context.ts';
import { notificationOf } from '../../kit/notification-request.ts';
import {
  type Handler,
  type OperationReply,
  type OperationRequest,
  ok,
} from '../../kit/operation.ts';
import { findBy } from '../../kit/rows.ts';
import { claimOfEnvironment } from '../../messages/limits/claims.ts';
import { assertNotificationPolicy } from '../../messages/limits/policy-in-force.ts';
import { sendWithinLimits, type Ticket } from '../../messages/limits/send-within-limits.ts';
import { announce } from './announce.ts';
import { KIND, withLimits } from './flow-limits.ts';
import { flowView } from './flow-view.ts';
import {
  contextOf,
  type FlowParts,
  judgedDevice,
  seeWorld,
  type World,
  withTokens,
} from './flow-world.ts';
import { type Saved, writesOf } from './flow-writes.ts';
import { type Decision, isPushDue, type Read, readFlowOf } from './read-flow.ts';
import { judgeRecovery } from './recovery.ts';
import { endOtherPushes, expirePush } from './settle-push.ts';

type AnswerBody = Record<string, unknown>;

/** The flow of the path and its world, when the actor may see its user. Throws `NOT_FOUND`. */
async function readFlow(parts: FlowParts, request: OperationRequest): Promise<Read> {
  const { envID = '', deviceAuthenticationID = '' } = request.params;
  const read = await readFlowOf(parts, envID, deviceAuthenticationID, request.now);
  const { user } = read.world;
  if (user) request.requireUser({ id: user.id, populationId: user.doc.populationId });
  else if (request.actor.type === 'USER') throw notFound();
  return read;
}

/** The flow as it stands now: a deadline that has passed is observed; contract §2.4. */
async function readPresent(parts: FlowParts, request: OperationRequest): Promise<Read> {
  const read = await readFlow(parts, request);
  if (!isPushDue(read)) return read;
  await expirePush(parts, read.flow.environmentId, read.flow.id, request.now);
  return readFlow(parts, request);
}

/** `GET`: the flow as it stands. */
export const readDeviceAuthentication: Handler<FlowParts> = async (parts, request) => {
  const { flow, world } = await readPresent(parts, request);
  return ok(flowView(flow, world));
};

type Tried = { writes: Write[]; result: { step: Step; saved: Saved } };

/** Runs an event that is made of what was just read, again if the flow has moved meanwhile. */
async function runStep(
  parts: FlowParts,
  request: OperationRequest,
  decide: (read: Read, ticket: Ticket) => Decision | Promise<Decision>,
): Promise<OperationReply> {
  const tryStep = async (ticket: Ticket): Promise<Tried> => {
    const read = withSaid(await readPresent(parts, request), request);
    const { event, world = read.world, spends = [] } = await decide(read, ticket);
    const step = stepFlow(read.flow.doc, event, world.facts);
    if (await endOtherPushes(parts, read.flow.id, step, world, request.now)) return tryStep(ticket);
    const saved = await writesOf(read.flow.id, read.flow, step, world, originOf(request));
    const spent = step.flow.status === 'COMPLETED' ? spends : [];
    return { writes: [...saved.writes, ...spent], result: { step, saved } };
  };
  const { step, saved } = await sendWithinLimits(parts, request, KIND, tryStep);
  announce(parts, saved);
  const { environmentId, doc } = saved.flow;
  if (doc.status === 'COMPLETED') {
    await claimOfEnvironment(parts, environmentId, doc.counted, saved.world.facts.now);
  }
  if (step.refusal) throw step.refusal;
  return ok(flowView(saved.flow, saved.world));
}

/**
 * What the accessing browser can do may be said anew with each action (contract §2.5), and of the
 * message with each that sends one: what isn't said is as the start said it (messages §3).
 */
function withSaid(read: Read, request: OperationRequest): Read {
  const { body } = request;
  const { compatibility = read.flow.doc.compatibility }: Pick<Flow, 'compatibility'> = body ?? {};
  const said = notificationOf(body?.notification, 'AUTHENTICATION');
  assertNotificationPolicy(read.world.configuration, said, request);
  if (!said && compatibility === read.flow.doc.compatibility) return read;
  const notification = said && { ...read.flow.doc.notification, ...said };
  const doc = { ...read.flow.doc, ...defined({ compatibility, notification }) };
  const flow = { ...read.flow, doc };
  const { parts, configuration, policy, user, rows, facts } = read.world;
  const userRows = user && { user, devices: [...rows] };
  return { flow, world: seeWorld(parts, configuration, policy, userRows, flow.doc, facts.now) };
}

/** `device.select`: another device, or the same one with a new question. */
export const selectDevice: Handler<FlowParts> = (parts, request) => {
  const deviceId: string = request.body.device.id;
  return runStep(parts, request, async ({ flow, world }, ticket) => ({
    event: { type: 'select', deviceId },
    world: await withLimits(world, flow.doc, deviceId, ticket),
  }));
};

/** `cancel.push.authentication`. */
export const cancelPush: Handler<FlowParts> = (parts, request) =>
  runStep(parts, request, () => ({ event: { type: 'cancel' } }));

/** `recoveryCode.check`: a code in place of a device. */
export const checkRecoveryCode: Handler<FlowParts> = async (parts, request) => {
  const reply = await runStep(parts, request, ({ world }) => judgeRecovery(world, request));
  parts.wakeOutbox();
  return reply;
};

/** `otp.check`, `assertion.check`: the method judges the answer, the flow draws the consequence. */
export const checkAnswer =
  (answer: AnswerKind): Handler<FlowParts> =>
  (parts, request) =>
    runStep(parts, request, async (read) => {
      const decision = await judge(read, request, answer);
      const { event } = decision;
      if (answer === 'otp' && event.type === 'answer') parts.metrics.otpChecked(event.verdict);
      return decision;
    });

async function judge(
  { flow, world }: Read,
  request: OperationRequest,
  answer: AnswerKind,
): Promise<Decision> {
  const { id, doc } = flow;
  const rejected: Decision = { event: { type: 'answer', answer, verdict: 'REJECTED' } };
  const { oneTime, usernameless } = doc;
  // What the device makes by itself needs no question: a code, when a push timed out.
  const challenge = doc.challenge ?? { state: {} };
  // The flow refuses by itself what can't be answered: there is nothing to judge.
  if (!canAnswer(doc, answer)) return rejected;
  if (oneTime) {
    const method = world.parts.methods.get(oneTime.type);
    if (!method) return rejected;
    const context = contextOf(world, blockOf(world.policy, method));
    const verdict = await method.verify(request.body, challenge, { id, ...oneTime }, context);
    return { event: { type: 'answer', answer, ...verdict } };
  }
  const owner = await withTokens(usernameless ? await ownerOf(flow, world, request) : world);
  const device = answeringDevice(flow, owner, request.body);
  if (!device) return rejected;
  const judged = device.seen.unusable ? undefined : judgedDevice(device);
  const verdict = judged
    ? await device.method.verify(request.body, challenge, judged, contextOf(owner, device.block))
    : ({ verdict: 'REJECTED' } as const);
  const event: FlowEvent = { type: 'answer', answer, deviceId: device.row.id, ...verdict };
  return { event, world: owner };
}

/** The device that gave the answer: the selected one, or the one that the answer names. */
function answeringDevice({ doc }: Stored<Flow>, { devices, parts }: World, answer: AnswerBody) {
  const selected = devices.find(({ row }) => row.id === doc.selectedDeviceId);
  const method = doc.usernameless ? parts.methods.get(doc.usernameless.type) : selected?.method;
  const key = doc.challenge && method?.answeringKey?.(answer, doc.challenge);
  if (key === undefined) return selected;
  return devices.find(({ row }) => row.doc.environmentKey === key) ?? selected;
}

/** The world of whoever owns the device that the answer names; the present one: nobody does. */
async function ownerOf(
  { environmentId, doc }: Stored<Flow>,
  world: World,
  request: OperationRequest,
): Promise<World> {
  const { parts, configuration, policy, facts } = world;
  const method = parts.methods.get(doc.usernameless?.type ?? '');
  const key = doc.challenge && method?.answeringKey?.(request.body, doc.challenge);
  if (key === undefined) return world;
  const device = await findBy(parts, 'devices', environmentId, 'environment_key', key);
  const rows = device && (await parts.store.readUserFacts(environmentId, device.doc.userId));
  if (!rows || !isWithinReach(rows.user, request)) return world;
  const now = notBefore(facts.now, [rows.user, ...rows.devices]);
  return seeWorld(parts, configuration, policy, rows, doc, now);
}

/** A user of another population than the actor's is nobody to it. */
function isWithinReach({ doc }: Stored<User>, { populationIds }: OperationRequest): boolean {
  return populationIds?.includes(doc.populationId) ?? true;
}
