/** A phone scans an authentication code, and its user approves or denies; contract §3.5. */
import { invalidData, requestLimited } from '../../../errors/api-error.ts';
import { whyClosed } from '../../../flow/usability.ts';
import { type Instant, toTimestamp } from '../../../model/instant.ts';
import type { AuthenticationCode } from '../../../model/mobile.ts';
import type { Stored, Write } from '../../../storage/store.ts';
import { configurationOf } from '../../devices/devices/devices.parts.ts';
import { guardOf } from '../../kit/commit.ts';
import type { Handler, OperationRequest } from '../../kit/operation.ts';
import { findBy, updateRow } from '../../kit/rows.ts';
import { authenticationCodeHash, isOver } from '../authentication-codes/authentication-codes.ts';
import { seeWorld } from '../device-authentications/flow-world.ts';
import { decideRequest, ownActivity } from './decide-request.ts';
import { readCodeAnswerClaims, readCodeClaims } from './native.schema.ts';
import {
  assertUnblocked,
  credentialOf,
  type GuardedParts,
  type NativeParts,
  type ReadDevice,
} from './native-parts.ts';

const notValid = () => invalidData('AUTHENTICATION_CODE_INVALID', 'code');

function writesOf(
  row: Stored<AuthenticationCode>,
  doc: AuthenticationCode,
  read: ReadDevice,
  request: OperationRequest,
): Write[] {
  return [
    updateRow('authentication_codes', row, doc),
    // Who was disabled or blocked meanwhile signs on nowhere.
    guardOf('devices', read.device),
    guardOf('users', read.facts.user),
    ownActivity(read, request, {
      action: 'AUTHENTICATION_CODE.UPDATED',
      resource: { type: 'AUTHENTICATION_CODE', id: row.id },
      data: { status: doc.status },
    }),
  ];
}

/** A code signs on whom a flow by the default policy would take, with the device that it would. */
async function assertMayAuthenticate(
  parts: NativeParts,
  { device, facts }: ReadDevice,
  now: Instant,
): Promise<void> {
  assertUnblocked(device);
  const { environmentId, id } = device;
  const configuration = await configurationOf(parts, environmentId);
  const world = seeWorld(parts, configuration, configuration.defaultPolicy, facts, {}, now);
  const own = world.devices.find(({ row }) => row.id === id);
  if (whyClosed(world.facts) || !own || own.seen.unusable) throw notValid();
  const { applicationId } = credentialOf(device);
  const application = await parts.store.get('applications', environmentId, applicationId);
  if (!application?.doc.enabled) throw notValid();
}

/** `POST …/device/v1/codes`: claims it; without user approval that signs the user on. */
export const scanCode: Handler<GuardedParts> = async (parts, request) => {
  const { now } = request;
  let tried: (() => void) | undefined;
  const { result, answer } = await decideRequest(parts, request, 'codes', async (read) => {
    const { device, claims } = read;
    await assertMayAuthenticate(parts, read, now);
    const { environmentId, id: deviceId } = device;
    // Once for all times that it is read and decided again.
    const key = `${environmentId}/${deviceId}`;
    tried ??= parts.codeGuesses.begin(key, now);
    if (!tried) {
      const waitMs = parts.codeGuesses.waitMs(key, now);
      throw requestLimited('code', 'The device tried too many codes.', waitMs);
    }
    const code = readCodeClaims(claims).code.trim().toUpperCase();
    const hash = authenticationCodeHash(parts.keyring, environmentId, code);
    const row = await findBy(parts, 'authentication_codes', environmentId, 'code_hash', hash);
    const isOurs = row?.doc.applicationId === credentialOf(device).applicationId;
    if (!row || !isOurs || row.doc.status !== 'UNCLAIMED' || isOver(row.doc, now)) {
      throw notValid();
    }
    const completes = row.doc.userApproval === 'NOT_REQUIRED';
    const doc: AuthenticationCode = {
      ...row.doc,
      status: completes ? 'COMPLETED' : 'CLAIMED',
      deviceId,
      ...(completes ? { userId: device.doc.userId } : {}),
      updatedAt: now,
    };
    return {
      writes: writesOf(row, doc, read, request),
      result: { row, doc, forgive: tried },
    };
  });
  const { row, doc, forgive } = result;
  forgive();
  return answer({
    id: row.id,
    status: doc.status,
    application: { id: doc.applicationId },
    ...(doc.clientContext ? { clientContext: doc.clientContext } : {}),
    expiresAt: toTimestamp(doc.usableUntil),
  });
};

/** `POST …/device/v1/code-answers`: by the device that has claimed it, once. */
export const answerCode: Handler<NativeParts> = async (parts, request) => {
  const { now } = request;
  const { result, answer } = await decideRequest(parts, request, 'code-answers', async (read) => {
    const { device, claims } = read;
    await assertMayAuthenticate(parts, read, now);
    const { code: codeId, decision } = readCodeAnswerClaims(claims);
    const row = await parts.store.get('authentication_codes', device.environmentId, codeId);
    const isOpen = row?.doc.status === 'CLAIMED' && !isOver(row.doc, now);
    if (!row || !isOpen || row.doc.deviceId !== device.id) throw notValid();
    const doc: AuthenticationCode = {
      ...row.doc,
      ...(decision === 'APPROVE'
        ? { status: 'COMPLETED', userId: device.doc.userId }
        : {
            status: 'DENIED',
            error: { code: 'DENIED', message: 'The user denied the sign-on on the device.' },
          }),
      updatedAt: now,
    };
    return { writes: writesOf(row, doc, read, request), result: doc };
  });
  return answer({ status: result.status });
};
