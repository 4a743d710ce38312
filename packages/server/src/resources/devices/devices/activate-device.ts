/** Pairing ends, or its code is sent again; contract §4.8. */
import { QUESTIONS_MAX } from '../../../config/limits.ts';
import {
  ApiError,
  errorDetail,
  invalidData,
  limitExceeded,
  notUnique,
  wrongState,
} from '../../../errors/api-error.ts';
import { whyOf } from '../../../flow/answer.ts';
import {
  type ActivationVerdict,
  activateDevice,
  assertAwaitsAnswer,
} from '../../../flow/device-activation.ts';
import type { AuthenticationMethod } from '../../../methods/authentication-method.ts';
import { defined } from '../../../model/defined.ts';
import type { Device } from '../../../model/documents.ts';
import { toMs } from '../../../model/duration.ts';
import { notBefore } from '../../../model/instant.ts';
import { limitError } from '../../../policy/notification-limits.ts';
import type { Write } from '../../../storage/store.ts';
import { originOf } from '../../kit/activity.ts';
import { commitOrRetry } from '../../kit/commit.ts';
import { notificationOf } from '../../kit/notification-request.ts';
import type { Handler, OperationRequest } from '../../kit/operation.ts';
import { updateRow } from '../../kit/rows.ts';
import { claimOfEnvironment, claimWrites } from '../../messages/limits/claims.ts';
import { assertNotificationPolicy } from '../../messages/limits/policy-in-force.ts';
import { sendWithinLimits } from '../../messages/limits/send-within-limits.ts';
import { activationWrites, assertRoom } from './create-device.ts';
import { assertFree, methodToken, pairedKey, tokenOf } from './device-token.ts';
import { methodDevice } from './device-view.ts';
import {
  assertMayPair,
  configurationOf,
  type DeviceParts,
  deviceActivity,
  deviceOf,
  deviceReply,
  idsOf,
  pairingRules,
  readUser,
} from './devices.parts.ts';
import { PAIRING, pairingLimits, pairingMessage } from './pairing-messages.ts';
import { assertMayTry, triedToken } from './token-tries.ts';

/** All that one step of pairing is decided on, read anew for each try. */
async function readPairing(parts: DeviceParts, request: OperationRequest) {
  const [configuration, facts] = await Promise.all([
    configurationOf(parts, idsOf(request).environmentId),
    readUser(parts, request),
  ]);
  const device = deviceOf(facts, request);
  const token = await tokenOf(parts, device);
  const now = notBefore(request.now, [facts.user, device, token]);
  if (device.doc.remembers) throw wrongState('status', 'The device is active already.');
  const rules = pairingRules(parts, configuration, facts, device, now);
  // It may have been changed, or be gone, since.
  if (device.doc.status !== 'ACTIVE') assertMayPair(rules.block);
  return { ...rules, now, configuration, facts, device, token };
}

type PairingRead = Awaited<ReturnType<typeof readPairing>>;

/** The verdict on the proof: by the device's own credential, or by that of its token. */
async function judge(
  parts: DeviceParts,
  { method, token, device, context, now }: PairingRead,
  { body }: OperationRequest,
): Promise<ActivationVerdict> {
  if (!method.token) {
    const challenge = device.doc.pairing?.challenge ?? { state: {} };
    return method.verify(body, challenge, methodDevice(device), context);
  }
  if (!token) {
    throw invalidData('DEVICE_NOT_USABLE', 'otp', {
      message: 'The token of the device was revoked.',
    });
  }
  await assertFree(parts, method.token.property, method, token);
  assertMayTry(token, now);
  return method.token.activate(body, methodToken(token), context);
}

/** What a proof makes of the token: it moves, or a wrong one is counted there, too. */
const tokenWrites = ({ token, now }: PairingRead, verdict: ActivationVerdict): Write[] =>
  token ? [updateRow('oath_tokens', token, triedToken(token, verdict, now))] : [];

/** The device as it is kept, where its token keeps what proves it. */
function withoutProof({ method, token, device }: PairingRead, doc: Device): Device {
  if (!token) return doc;
  const { credential } = device.doc;
  const held = doc.status === 'ACTIVE' ? { environmentKey: pairedKey(method, token.id) } : {};
  return { ...doc, credential, ...held };
}

/** What the proof of each kind of answer is made of; contract §4.8. */
const PROOFS = { otp: ['otp'], assertion: ['origin', 'attestation'], push: ['otp'] } as const;

function assertProof(method: AuthenticationMethod, { body }: OperationRequest): void {
  const missing = PROOFS[method.answerKind].filter((name) => body[name] === undefined);
  if (missing.length === 0) return;
  throw new ApiError(
    'INVALID_DATA',
    missing.map((name) => errorDetail('REQUIRED_VALUE', name)),
  );
}

/** `device.activate`: 200 with the ACTIVE device. A wrong answer counts, whoever races. */
export const activate: Handler<DeviceParts> = async (parts, request) => {
  const outcome = await commitOrRetry(
    parts.store,
    async () => {
      const read = await readPairing(parts, request);
      const { now, configuration, facts, device, method, policy, block } = read;
      assertProof(method, request);
      const failure = block.otp?.failure ?? block.failure;
      const rules = {
        now,
        target: method.answerKind === 'assertion' ? 'attestation' : 'otp',
        delivered: method.delivered !== undefined,
        coolDownMs: failure ? toMs(failure.coolDown) : 0,
      };
      assertAwaitsAnswer(device.doc, rules);
      const verdict = await judge(parts, read, request);
      const step = activateDevice(device.doc, verdict, rules);
      const { action, refusal } = step;
      const data = whyOf(verdict);
      const after = { ...device, doc: withoutProof(read, step.device) };
      const isActive = after.doc.status === 'ACTIVE';
      const counted = isActive ? device.doc.pairing?.counted : undefined;
      if (isActive) assertRoom(facts, 'ACTIVE', configuration, now);
      return {
        writes: [
          updateRow('devices', device, after.doc),
          ...tokenWrites(read, verdict),
          ...(isActive ? await claimWrites(parts, device.environmentId, counted, now) : []),
          ...(isActive
            ? await activationWrites(
                parts,
                configuration,
                policy,
                facts,
                after,
                now,
                originOf(request),
              )
            : []),
          deviceActivity({ ...request, now }, device.id, action, {
            result: refusal ? 'FAILED' : 'SUCCESS',
            ...defined({ data }),
          }),
        ],
        result: { device: after, refusal, counted },
      };
    },
    // While this one was pending: a credential is one device's, whoever's, an address once a user's.
    () => {
      const { attestation } = request.body;
      return attestation === undefined
        ? notUnique('type', 'Another device of the user has this address.')
        : notUnique('attestation', 'The credential is that of another device.');
    },
  );
  if (outcome.refusal) throw outcome.refusal;
  const { device, counted } = outcome;
  await claimOfEnvironment(parts, device.environmentId, counted, request.now);
  parts.wakeOutbox();
  return deviceReply(parts, device, request);
};

/** `device.sendActivationCode`: a new code; the one before it is void. */
export const sendActivationCode: Handler<DeviceParts> = async (parts, request) => {
  const { now } = request;
  const device = await sendWithinLimits(parts, request, PAIRING, async (ticket) => {
    const read = await readPairing(parts, request);
    const { device, method, context, configuration, policy } = read;
    const { pairing } = device.doc;
    if (device.doc.status !== 'ACTIVATION_REQUIRED' || !pairing) {
      throw wrongState('status', 'The device is active already.');
    }
    if (!method.delivered) {
      throw wrongState('type', 'No passcode is sent to a device of this type.');
    }
    const resent = (pairing.resent ?? 0) + 1;
    if (resent > QUESTIONS_MAX) {
      throw limitExceeded('Too many passcodes were sent: pair anew.', QUESTIONS_MAX);
    }
    const { notification: before, counted: _before, ...rest } = pairing;
    const said = notificationOf(request.body?.notification, 'PAIRING');
    assertNotificationPolicy(configuration, said, request);
    const notification = said ? { ...before, ...said } : before;
    const subject = { configuration, policy, notification, userId: device.doc.userId, now };
    const { limits, limit } = await pairingLimits(parts, subject, method, device.doc, ticket);
    if (limit) throw limitError(limit);
    const asked = await method.challenge(
      methodDevice(device),
      { purpose: 'PAIRING', ...defined({ notification }) },
      context,
    );
    const { user } = read.facts;
    const message = pairingMessage(parts, asked.delivery, request, user, limits);
    const { counted } = message;
    const { challenge } = asked;
    const doc = {
      ...device.doc,
      updatedAt: now,
      pairing: {
        ...rest,
        challenge,
        failures: 0,
        resent,
        ...defined({ notification, counted }),
      },
    };
    const writes = [updateRow('devices', device, doc), ...message.writes];
    return { writes, result: { ...device, doc } };
  });
  parts.wakeOutbox();
  return deviceReply(parts, device, request);
};
