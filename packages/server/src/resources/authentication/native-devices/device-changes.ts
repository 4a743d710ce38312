/** What a device changes of itself: names and tokens, its logs, its end. */
import { randomUUID } from 'node:crypto';
import { type ApiError, invalidData, wrongState } from '../../../errors/api-error.ts';
import type { Device } from '../../../model/documents.ts';
import {
  logsIdentity,
  type NativeCredential,
  presentLogs,
  pushTokenIdentity,
} from '../../../model/mobile.ts';
import type { Stored, Write } from '../../../storage/store.ts';
import { withDeviceRemoved } from '../../devices/devices/device-order.ts';
import { configurationOf } from '../../devices/devices/devices.parts.ts';
import { activityWrite } from '../../kit/activity.ts';
import { commitOrRetry } from '../../kit/commit.ts';
import type { OperationReply, OperationRequest } from '../../kit/operation.ts';
import { rememberRequest, replayed } from '../../kit/remember-request.ts';
import { assessIntegrity } from './assess-integrity.ts';
import { readLogsClaims, readUpdateClaims } from './native.schema.ts';
import {
  askerOf,
  assertUnblocked,
  credentialOf,
  messageTo,
  type NativeParts,
  type ReadDevice,
  readDevice,
  withCredential,
} from './native-parts.ts';
import { pushOf, tokenResult } from './push-token.ts';

interface Change {
  doc: Device;
  action: string;
  /** For the device. */
  said?: object;
}

/** What isn't done, and is recorded. */
interface Refusal {
  refusal: ApiError;
  action: string;
}

/** Reads the signed request, decides, and commits the change with the request's id. */
export async function changeBySelf(
  parts: NativeParts,
  request: OperationRequest,
  name: string,
  decide: (read: ReadDevice) => Promise<Change | Refusal> | Change | Refusal,
): Promise<OperationReply> {
  const { now, correlationId } = request;
  const { asker, outcome } = await commitOrRetry(
    parts.store,
    async () => {
      const read = await readDevice(parts, request, name);
      assertUnblocked(read.device);
      const outcome = await decide(read);
      return {
        writes: [
          ...changeWrites(read, outcome),
          rememberRequest(read.device.environmentId, read.claims.requestId, now),
          ownActivity(read.device, outcome, correlationId, now),
        ],
        result: { asker: askerOf(read), outcome },
      };
    },
    (table) =>
      table === 'device_requests' ? replayed() : invalidData('UNIQUENESS_VIOLATION', 'publicKey'),
  );
  if ('refusal' in outcome) throw outcome.refusal;
  return messageTo(parts, asker, { ...outcome.said }, now);
}

function changeWrites({ device }: ReadDevice, outcome: Change | Refusal): Write[] {
  if ('refusal' in outcome) return [];
  const { environmentId, id, version } = device;
  return [{ op: 'update', table: 'devices', environmentId, id, version, doc: outcome.doc }];
}

function ownActivity(
  { environmentId, id, doc }: Stored<Device>,
  outcome: { action: string; refusal?: ApiError },
  correlationId: string,
  now: number,
): Write {
  const { action, refusal } = outcome;
  const { userId } = doc;
  const actor = { type: 'USER' as const, id: userId };
  const resource = { type: 'DEVICE', id };
  const result = refusal ? 'FAILED' : 'SUCCESS';
  const data = refusal ? { data: { code: refusal.details[0]?.code ?? refusal.code } } : {};
  const record = { action, actor, resource, userId, correlationId, result, ...data } as const;
  return activityWrite(environmentId, record, now);
}

/** `POST …/device/v1/updates`: what it says of itself, its push token, its name. */
export function updateBySelf(parts: NativeParts, request: OperationRequest) {
  let assessed: ReturnType<typeof assessIntegrity> | undefined;
  return changeBySelf(parts, request, 'updates', async ({ device, claims }) => {
    const { environmentId, id, doc } = device;
    const { now } = request;
    const said = readUpdateClaims(claims);
    const { pushProviders } = await configurationOf(parts, environmentId);
    const { push: before, ...credential } = credentialOf(device);
    const { about, integrity } = said;
    // Once, also where a race makes it decide again: somebody outside may be asked.
    assessed ??= assessIntegrity(parts, {
      environmentId,
      applicationId: credential.applicationId,
      about,
      integrity,
      nonce: claims.nonce,
      publicJwk: credential.publicJwk,
      known: credential.integrity,
      now,
    });
    const push =
      said.push === undefined
        ? before
        : said.push === null
          ? undefined
          : pushOf(said.push, (token) =>
              parts.keyring.seal(environmentId, pushTokenIdentity(id), token),
            );
    const next: NativeCredential = {
      ...credential,
      about: { ...credential.about, ...about },
      ...(push ? { push } : {}),
      integrity: await assessed,
    };
    const { nickname: _before, ...rest } = doc;
    const nickname = said.nickname ?? doc.nickname;
    const named: Device = nickname ? { ...rest, nickname } : rest;
    return {
      doc: withCredential(named, next, now),
      action: 'DEVICE.UPDATED',
      said: {
        push: tokenResult(next, pushProviders),
      },
    };
  });
}

/** `POST …/device/v1/logs`: what an administrator has asked for. */
export function handInLogs(parts: NativeParts, request: OperationRequest) {
  return changeBySelf(parts, request, 'logs', ({ device, claims }) => {
    const { environmentId, id, doc } = device;
    const { now } = request;
    const credential = credentialOf(device);
    if (presentLogs(credential, now)?.status !== 'PENDING') {
      throw wrongState('status', 'Nobody has asked for the logs of the device.');
    }
    const supportId = randomUUID();
    const sealed = parts.keyring.seal(environmentId, logsIdentity(id), readLogsClaims(claims).logs);
    return {
      doc: withCredential(
        doc,
        { ...credential, logs: { status: 'RECEIVED', supportId, sealed } },
        now,
      ),
      action: 'DEVICE.LOGS_RECEIVED',
      said: { supportId },
    };
  });
}

/** `POST …/device/v1/removals`: the device is gone, also while it is blocked. */
export async function removeBySelf(
  parts: NativeParts,
  request: OperationRequest,
): Promise<OperationReply> {
  const { now, correlationId } = request;
  const asker = await commitOrRetry(
    parts.store,
    async () => {
      const read = await readDevice(parts, request, 'removals');
      const { device, facts, claims } = read;
      const { environmentId, id, version } = device;
      const left = facts.devices
        .filter((one) => one.id !== id && one.doc.status === 'ACTIVE')
        .map((one) => one.id);
      const { user } = facts;
      return {
        writes: [
          { op: 'delete', table: 'devices', environmentId, id, version },
          {
            op: 'update',
            table: 'users',
            environmentId,
            id: user.id,
            version: user.version,
            doc: withDeviceRemoved(user.doc, id, left),
          },
          rememberRequest(environmentId, claims.requestId, now),
          ownActivity(device, { action: 'DEVICE.DELETED' }, correlationId, now),
        ],
        result: askerOf(read),
      };
    },
    replayed,
  );
  // Whatever node it is connected to ends that.
  parts.wakeDevices(asker.environmentId, [asker.audience]);
  return messageTo(parts, asker, { status: 'REMOVED' }, now);
}
