/** `POST /{envID}/deviceAuthentications`: load, decide, save, answer; contract §2.2, §2.6. */
import { randomUUIDv7 } from 'node:crypto';
import { FLOW_IDLE_MS } from '../../../config/limits.ts';
import { ApiError, errorDetail, invalidData } from '../../../errors/api-error.ts';
import {
  type StartRequest,
  type Step,
  startFlow,
  stepFlow,
} from '../../../flow/device-authentication.ts';
import type { Effect } from '../../../flow/effect.ts';
import type { FlowDevice } from '../../../flow/facts.ts';
import type {
  AccessingDevice,
  AuthenticationMethod,
} from '../../../methods/authentication-method.ts';
import type { Instant } from '../../../model/instant.ts';
import { typedCode } from '../../../model/typed-code.ts';
import type { Write } from '../../../storage/store.ts';
import { methodDevice } from '../../devices/devices/device-view.ts';
import { configurationOf } from '../../devices/devices/devices.parts.ts';
import { originOf } from '../../kit/activity.ts';
import { blockOf, namedPolicy, refuseTrustedOptions } from '../../kit/method-context.ts';
import { notificationOf } from '../../kit/notification-request.ts';
import type { Handler, OperationRequest } from '../../kit/operation.ts';
import { rememberRequest } from '../../kit/remember-request.ts';
import { found } from '../../kit/rows.ts';
import { readLimits } from '../../messages/limits/limits.ts';
import { assertNotificationPolicy } from '../../messages/limits/policy-in-force.ts';
import { sendWithinLimits, type Ticket } from '../../messages/limits/send-within-limits.ts';
import type { Place } from '../../messages/limits/subject.ts';
import { readCounters } from '../../messages/limits/user-counters.ts';
import { announce } from './announce.ts';
import type { StartBody } from './device-authentications.schema.ts';
import { channelsOf, KIND, placesOf } from './flow-limits.ts';
import { flowView } from './flow-view.ts';
import {
  contextOf,
  type FlowParts,
  judgedDevice,
  placeOf,
  seeWorld,
  type World,
  withTokens,
} from './flow-world.ts';
import { type Saved, writesOf, writesWithoutFlow } from './flow-writes.ts';
import { oneTimeTarget } from './one-time-target.ts';
import { endOtherPushes } from './settle-push.ts';

/** A try to start: a saved flow, or an error whose counted failures are saved. */
type Started = { saved: Saved } | { refusal: ApiError };
type Try = { writes: Write[]; result: Started };

function assertConsistent({ selectedDevice }: StartBody, { actor }: OperationRequest): void {
  const { id, otp, oneTime } = selectedDevice ?? {};
  if (oneTime && (id !== undefined || otp !== undefined)) {
    throw invalidData('CONSTRAINT_VIOLATION', 'selectedDevice.oneTime', {
      message: 'A one-time target goes with neither `id` nor `otp`.',
    });
  }
  // Whoever authenticates must not choose where the code goes.
  if (actor.type === 'USER' && oneTime) throw new ApiError('ACCESS_FAILED');
}

/** Starts a flow: 201. */
export const startDeviceAuthentication: Handler<FlowParts> = async (parts, request) => {
  const body: StartBody = request.body;
  assertConsistent(body, request);
  const userId = body.user?.id;
  const environmentId = request.params.envID ?? '';
  const configuration = await configurationOf(parts, environmentId);
  const policy = namedPolicy(configuration, request);
  const flowId = randomUUIDv7();
  const notification = notificationOf(body.notification, 'AUTHENTICATION');
  assertNotificationPolicy(configuration, notification, request);

  const { now } = request;
  const options = optionsOf(parts, body);
  refuseTrustedOptions(parts.methods, options, request);
  const kept = keptOptions(parts, options);
  const hasOptions = Object.keys(options).length > 0;
  const base: StartRequest['base'] = {
    ...(userId === undefined ? { usernameless: methodForAnyone(parts, options, request) } : {}),
    policyId: policy.id,
    ...startedBy(request),
    ...(notification ? { notification } : {}),
    ...(Object.keys(kept).length > 0 ? { options: kept } : {}),
    ...(body.compatibility ? { compatibility: body.compatibility } : {}),
    createdAt: now,
    updatedAt: now,
    expiresAt: now + FLOW_IDLE_MS,
  };

  const subject = { configuration, policy, notification, userId: userId ?? '', now };
  const { oneTime, otp } = body.selectedDevice ?? {};
  // Whoever gives a passcode is sent none.
  const channels = otp === undefined ? channelsOf(parts.methods, policy) : [];

  const tryStart = async (ticket: Ticket): Promise<Try> => {
    if (userId === undefined) {
      const world = seeWorld(parts, configuration, policy, undefined, base, now);
      return startIn(flowId, { base }, world, request);
    }
    const [userRows, counters] = await Promise.all([
      parts.store.readUserFacts(environmentId, userId),
      readCounters(parts, subject, channels),
    ]);
    const rows = found(userRows);
    request.requireUser({ id: rows.user.id, populationId: rows.user.doc.populationId });
    const limitsOf = (places: readonly Place[]) =>
      readLimits(parts, subject, counters, places, ticket);
    const places = oneTime || otp !== undefined ? [] : placesOf(parts.methods, rows.devices);
    const wantedNow = { ...base, options };
    const limits = await limitsOf(places);
    const seen = seeWorld(parts, configuration, policy, rows, wantedNow, now, limits);
    const accessing = hasOptions ? await accessingDeviceOf(seen, options) : undefined;
    const { trusted, enrolment } = accessing ?? {};
    const world = trusted ? { ...seen, facts: { ...seen.facts, trusted } } : seen;
    const own = { ...base, userId: rows.user.id, ...(enrolment ? { enrolment } : {}) };
    // What the phone has signed is used up, whatever it is tried for.
    const used = accessing ? [signedOnce(environmentId, accessing, now)] : [];
    const withUsed = ({ writes, result }: Try): Try => ({ writes: [...writes, ...used], result });
    if (oneTime) {
      const target = await oneTimeTarget(
        parts.methods,
        oneTime,
        flowId,
        (policyKey) => contextOf(world, blockOf(policy, { policyKey })),
        parts.settings.allowTestDevices,
      );
      const wanted = { ...own, oneTime: target };
      const method = parts.methods.get(target.type);
      const place = method && placeOf(method, target);
      const ofTarget = await limitsOf(place ? [place] : []);
      const targeted = seeWorld(parts, configuration, policy, rows, wanted, now, ofTarget);
      return withUsed(await startIn(flowId, { base: wanted }, targeted, request));
    }
    if (otp !== undefined) {
      // Whoever gives a passcode is judged by it.
      const judging = await withTokens(seen);
      return withUsed(await startWithOtp(flowId, own, body, otp, judging, request));
    }
    const step = startFlow({ base: own, ...deviceIdOf(body) }, world.facts);
    if (await endOtherPushes(parts, flowId, step, world, now)) return tryStart(ticket);
    return withUsed(await saveStart(flowId, step, world, request));
  };
  const started = await sendWithinLimits(parts, request, KIND, tryStart, () =>
    invalidData('INVALID_VALUE', 'mobilePayload', { message: 'The payload was used before.' }),
  );

  if ('refusal' in started) throw started.refusal;
  const { flow, world } = started.saved;
  announce(parts, started.saved);
  return { status: 201, body: flowView(flow, world) };
};

async function startIn(
  flowId: string,
  start: StartRequest,
  world: World,
  request: OperationRequest,
): Promise<Try> {
  return saveStart(flowId, startFlow(start, world.facts), world, request);
}

async function saveStart(
  flowId: string,
  step: Step,
  world: World,
  request: OperationRequest,
): Promise<Try> {
  const saved = await writesOf(flowId, undefined, step, world, originOf(request));
  return { writes: saved.writes, result: { saved } };
}

/** Whose token it is, for whoever is asked to approve. */
const startedBy = ({ actor: { applicationId } }: OperationRequest) =>
  applicationId === undefined ? {} : { startedBy: applicationId };

/** What the request says of the properties that belong to a method. */
function optionsOf({ methods }: FlowParts, body: StartBody): Record<string, unknown> {
  const isOption = (name: string) =>
    methods.all().some(({ schemas }) => schemas.start && Object.hasOwn(schemas.start, name));
  return Object.fromEntries(Object.entries(body).filter(([name]) => isOption(name)));
}

/** Without what says something once only. */
function keptOptions({ methods }: FlowParts, options: Record<string, unknown>) {
  const transient = methods.all().flatMap(({ transientOptions }) => transientOptions ?? []);
  return Object.fromEntries(Object.entries(options).filter(([name]) => !transient.includes(name)));
}

/** The phone that the request comes from, where it shows that it is one. */
async function accessingDeviceOf(
  world: World,
  options: Record<string, unknown>,
): Promise<AccessingDevice | undefined> {
  for (const method of world.parts.methods.all()) {
    if (!method.accessingDevice) continue;
    const own = world.devices.filter((device) => device.method === method);
    const context = contextOf(world, blockOf(world.policy, method));
    const rows = own.map(({ row }) => methodDevice(row));
    const found = await method.accessingDevice(options, rows, context);
    if (found) return found;
  }
  return undefined;
}

/** What a device has signed once starts one flow. */
const signedOnce = (environmentId: string, { requestId }: AccessingDevice, now: Instant) =>
  rememberRequest(environmentId, requestId, now);

/** The type of device that may tell who the user is. Throws `REQUIRED_VALUE`, `user.id`. */
function methodForAnyone(
  { methods }: FlowParts,
  options: Record<string, unknown>,
  { actor }: OperationRequest,
): { type: string } {
  const method = methods.all().find(({ usernameless }) => usernameless?.isWanted(options));
  if (!method) throw invalidData('REQUIRED_VALUE', 'user.id');
  // A user's own token is for his own flows only.
  if (actor.type === 'USER') throw new ApiError('ACCESS_FAILED');
  return { type: method.type };
}

/** The user reads codes on the device itself, and the policy takes them. An unusable one says why. */
const makesCodes = (method: AuthenticationMethod, { answers, unusable }: FlowDevice) =>
  method.selfContained && (unusable !== undefined || answers.includes('otp'));

const deviceIdOf = ({ selectedDevice }: StartBody) =>
  selectedDevice?.id === undefined ? {} : { deviceId: selectedDevice.id };

/**
 * A code given at once: the named device's, or any device's that makes its own codes. A right one
 * completes the flow. A wrong one makes no flow and counts on every device that it was tried on:
 * otherwise it would be a way to guess without end (docs/decisions/0004-otp-at-start.md).
 */
async function startWithOtp(
  flowId: string,
  base: StartRequest['base'],
  body: StartBody,
  otp: string,
  world: World,
  request: OperationRequest,
): Promise<Try> {
  const wantedId = body.selectedDevice?.id;
  const candidates = world.devices.filter(({ row, method, seen }) =>
    wantedId === undefined ? makesCodes(method, seen) && !seen.unusable : row.id === wantedId,
  );
  const named = candidates[0];
  if (wantedId !== undefined && named && !makesCodes(named.method, named.seen)) {
    throw invalidData('INVALID_VALUE', 'selectedDevice.otp', {
      message: 'The device makes no passcodes of its own.',
    });
  }
  if (!named) {
    // Says why: no such device, a closed door, or nothing that could be tried.
    const { flow } = startFlow({ base, ...deviceIdOf(body) }, world.facts);
    if (flow.status === 'FAILED') {
      return startIn(flowId, { base }, world, request);
    }
    throw invalidData('INVALID_OTP', 'selectedDevice.otp');
  }

  if (typedCode(otp) === undefined) {
    throw invalidData('INVALID_OTP', 'selectedDevice.otp', {
      message: 'A passcode has 6 to 10 digits.',
    });
  }

  const failures: Effect[] = [];
  let refusal: ApiError | undefined;
  for (const candidate of candidates) {
    const { row, method, block } = candidate;
    const started = startFlow({ base, deviceId: row.id }, world.facts);
    if (started.flow.status === 'FAILED') {
      return saveStart(flowId, started, world, request);
    }
    const judged = judgedDevice(candidate);
    const verdict = judged
      ? await method.verify({ otp }, { state: {} }, judged, contextOf(world, block))
      : ({ verdict: 'REJECTED' } as const);
    const event = { type: 'answer', answer: 'otp', ...verdict } as const;
    const step = stepFlow(started.flow, event, world.facts);
    if (verdict.verdict === 'VERIFIED') {
      const created = started.effects.filter(({ type }) => type === 'record');
      const done = { flow: step.flow, effects: [...created, ...step.effects] };
      return saveStart(flowId, done, world, request);
    }
    failures.push(...step.effects);
    refusal = step.refusal;
  }
  const error = new ApiError(
    'INVALID_DATA',
    refusal?.details.map((detail) => ({ ...detail, target: 'selectedDevice.otp' })) ?? [
      errorDetail('INVALID_OTP', 'selectedDevice.otp'),
    ],
  );
  return {
    writes: writesWithoutFlow(flowId, failures, world, originOf(request)),
    result: { refusal: error },
  };
}
