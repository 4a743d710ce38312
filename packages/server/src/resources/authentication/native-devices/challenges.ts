/** What a device is asked now, and its answer; docs/device-protocol.md, "Challenge", "Answer". */
import { createHash } from 'node:crypto';
import { DEVICE_WAIT_MAX_MS } from '../../../config/limits.ts';
import { invalidData, requestLimited } from '../../../errors/api-error.ts';
import { reachPush } from '../../../flow/push.ts';
import { presentLogs } from '../../../model/mobile.ts';
import { wantsAttestation } from '../../../policy/device-integrity.ts';
import { mobileApplicationPolicy } from '../../../policy/mobile-application.ts';
import { configurationOf } from '../../devices/devices/devices.parts.ts';
import { commitOrRetry } from '../../kit/commit.ts';
import { blockOf } from '../../kit/method-context.ts';
import { nativeMethod } from '../../kit/native-method.ts';
import type { Handler } from '../../kit/operation.ts';
import { rememberRequest } from '../../kit/remember-request.ts';
import { type Row, updateRow, whereIs } from '../../kit/rows.ts';
import { answerAsDevice } from '../device-authentications/answer-as-device.ts';
import { decideRequest, ownActivity } from './decide-request.ts';
import {
  type AnswerClaims,
  readAnswerClaims,
  readFetchClaims,
  readReportClaims,
} from './native.schema.ts';
import {
  askerOf,
  assertUnblocked,
  credentialOf,
  messageTo,
  type NativeParts,
  type ReadDevice,
  readDevice,
  useRequest,
} from './native-parts.ts';

const CHALLENGES_MAX = 10;

/** The flows that wait for this device, which has them then: only now does the user's time begin. */
async function reachedFlows(
  { store }: NativeParts,
  environmentId: string,
  deviceId: string,
  now: number,
): Promise<Row<'flows'>[]> {
  const isOpen = { column: 'push_expires_at', is: 'gt', value: now } as const;
  const where = { all: [whereIs('push_device_id', deviceId), isOpen] };
  return commitOrRetry(store, async () => {
    const waiting = await store.list('flows', environmentId, { where, limit: CHALLENGES_MAX });
    const flows = waiting.filter(({ doc }) => typeof doc.challenge?.state.text === 'string');
    const writes = flows.flatMap((flow) => {
      const doc = reachPush(flow.doc);
      return doc === flow.doc ? [] : [updateRow('flows', flow, doc)];
    });
    return { writes, result: flows };
  });
}

/** `POST …/device/v1/challenges`: at once, or after a wait when there is nothing. */
export const fetchChallenges: Handler<NativeParts> = async (parts, request) => {
  const read = await readDevice(parts, request, 'challenges');
  const { device, claims } = read;
  const { environmentId, id } = device;
  assertUnblocked(device);
  const { wait = 0 } = readFetchClaims(claims);
  const { now } = request;
  await useRequest(parts, environmentId, claims, now);
  // Begun before it looks: what happens in between ends it, too.
  const waitMs = Math.min(wait * 1_000, DEVICE_WAIT_MAX_MS);
  const waiting = waitMs > 0 ? parts.deviceWakes.wait(environmentId, id, waitMs) : undefined;
  let flows = await reachedFlows(parts, environmentId, id, now);
  if (flows.length === 0 && waiting) {
    if ((await waiting.ended) === 'REPLACED') {
      throw requestLimited('wait', 'The device has other requests that wait.');
    }
    flows = await reachedFlows(parts, environmentId, id, now);
  }
  waiting?.end();
  const wantsLogs = presentLogs(credentialOf(device), now)?.status === 'PENDING';
  const answer = {
    challenges: flows.map(({ doc }) => doc.challenge?.state.text),
    ...(wantsLogs ? { logs: 'REQUESTED' } : {}),
    ...((await isAttestationDue(parts, read, now)) ? { integrity: 'REQUESTED' } : {}),
  };
  return messageTo(parts, askerOf(read), answer, now);
};

/** Whether the device can't be used, or soon won't, before its system has attested it anew. */
async function isAttestationDue(
  parts: NativeParts,
  { device }: Pick<ReadDevice, 'device'>,
  now: number,
): Promise<boolean> {
  const { defaultPolicy, nativeApplications } = await configurationOf(parts, device.environmentId);
  const credential = credentialOf(device);
  const application = nativeApplications.get(credential.applicationId);
  const block = blockOf(defaultPolicy, nativeMethod(parts));
  const rules = mobileApplicationPolicy(block, credential.applicationId, application?.mobile);
  return rules !== undefined && wantsAttestation(credential, rules, now);
}

/** The same for the same decision on the same challenge, whenever it is signed. */
function answerHash({ challenge, decision, number }: Omit<AnswerClaims, 'flow'>): string {
  return createHash('sha256').update(`${challenge} ${decision} ${number}`).digest('base64url');
}

/** `POST …/device/v1/answers`: the flow's guarded write decides who was first. */
export const answerChallenge: Handler<NativeParts> = async (parts, request) => {
  const read = await readDevice(parts, request, 'answers');
  const { device, claims } = read;
  const { environmentId, id, doc } = device;
  assertUnblocked(device);
  const { flow, ...answer } = readAnswerClaims(claims);
  const { now, correlationId } = request;
  const status = await answerAsDevice(parts, {
    environmentId,
    flowId: flow,
    deviceId: id,
    answer,
    hash: answerHash(answer),
    used: rememberRequest(environmentId, claims.requestId, now),
    origin: { actor: { type: 'USER', id: doc.userId }, correlationId },
    now,
  });
  return messageTo(parts, askerOf(read), { status }, now);
};

/**
 * `POST …/device/v1/reports`: after a wrong number, its user says that they had started nothing;
 * decision 0018. Once for each flow that this device has failed by a wrong number. The flow is over
 * and stays as it is; administrators find the record.
 */
export const reportWrongNumber: Handler<NativeParts> = async (parts, request) => {
  const { answer } = await decideRequest(parts, request, 'reports', async (read) => {
    const { device, claims } = read;
    assertUnblocked(device);
    const { flow: flowId } = readReportClaims(claims);
    const flow = await parts.store.get('flows', device.environmentId, flowId);
    const isIts = flow?.doc.selectedDeviceId === device.id && request.now < flow.doc.expiresAt;
    if (!isIts || flow.doc.error?.reason !== 'NUMBER_MISMATCH') {
      throw invalidData('PUSH_CONFIRMATION_TOO_LATE', 'flow');
    }
    if (flow.doc.reported) return { writes: [], result: undefined };
    const data = { deviceId: device.id, authenticationId: flowId };
    return {
      writes: [
        updateRow('flows', flow, { ...flow.doc, reported: true }),
        ownActivity(read, request, { action: 'DEVICE.FRAUD_REPORTED', data }),
      ],
      result: undefined,
    };
  });
  return answer({ status: 'REPORTED' });
};
