/** The device shows by its first passcode that it has read its secret; docs/device-protocol.md. */
import { NATIVE_PAIRING_TRIES_MAX } from '../../../config/limits.ts';
import { type ApiError, invalidData, wrongState } from '../../../errors/api-error.ts';
import type { Device } from '../../../model/documents.ts';
import { mobileApplicationPolicy } from '../../../policy/mobile-application.ts';
import type { Write } from '../../../storage/store.ts';
import { activationWrites, assertRoom } from '../../devices/devices/create-device.ts';
import { methodDevice } from '../../devices/devices/device-view.ts';
import { configurationOf, pairingRules } from '../../devices/devices/devices.parts.ts';
import type { Decision } from '../../kit/commit.ts';
import type { Handler, OperationRequest } from '../../kit/operation.ts';
import { deleteRow, type Row, updateRow } from '../../kit/rows.ts';
import { decideRequest, ownActivity } from './decide-request.ts';
import { readConfirmationClaims } from './native.schema.ts';
import { credentialOf, type NativeParts, type ReadDevice } from './native-parts.ts';
import { pushResult } from './push-token.ts';

type Confirmed = { refusal: ApiError } | { push: object };

/** `POST …/device/v1/confirmations`: three tries, 15 minutes; then the pairing has failed. */
export const confirmPairing: Handler<NativeParts> = async (parts, request) => {
  const { result, answer } = await decideRequest(parts, request, 'confirmations', (read) =>
    decide(parts, request, read),
  );
  if ('refusal' in result) throw result.refusal;
  parts.wakeOutbox();
  return answer({ status: 'ACTIVE', push: result.push, otp: { status: 'ENABLED' } });
};

async function decide(
  parts: NativeParts,
  request: OperationRequest,
  read: ReadDevice,
): Promise<Decision<Confirmed>> {
  const { device, facts, claims } = read;
  const { otp } = readConfirmationClaims(claims);
  const { environmentId, id, doc } = device;
  const { now } = request;
  const { pairing, expiresAt: _expiresAt, ...rest } = doc;
  if (doc.status === 'ACTIVE' || !pairing) {
    throw wrongState('status', 'The device is active already.');
  }
  if (now >= (pairing.challenge?.expiresAt ?? 0)) throw invalidData('OTP_EXPIRED', 'otp');
  const configuration = await configurationOf(parts, environmentId);
  const { method, policy, block, context } = pairingRules(parts, configuration, facts, device, now);
  const verdict = await method.verify({ otp }, { state: {} }, methodDevice(device), context);
  if (verdict.verdict !== 'VERIFIED') {
    const failures = pairing.failures + 1;
    const attemptsRemaining = NATIVE_PAIRING_TRIES_MAX - failures;
    const isLast = attemptsRemaining <= 0;
    const failed: Device = { ...doc, pairing: { ...pairing, failures }, updatedAt: now };
    const action = `DEVICE.ACTIVATION_OTP_${isLast ? 'FAILED' : 'INVALID'}`;
    const code = isLast ? 'PASSCODE_NOT_VERIFIED' : 'INVALID_OTP';
    return {
      writes: [
        ...(isLast
          ? [deleteRow('devices', device), ...(await failKey(parts, device, now))]
          : [updateRow('devices', device, failed)]),
        ownActivity(read, request, { action, result: 'FAILED' }),
      ],
      result: { refusal: invalidData(code, 'otp', { innerError: { attemptsRemaining } }) },
    };
  }
  assertRoom(facts, 'ACTIVE', configuration, now);
  // Nobody has seen this passcode: it counts as none that was used.
  const active: Device = { ...rest, status: 'ACTIVE', activatedAt: now, updatedAt: now };
  const credential = credentialOf({ ...device, doc: active });
  const rules = mobileApplicationPolicy(block, credential.applicationId);
  return {
    writes: [
      updateRow('devices', device, active),
      ...(await activationWrites(parts, configuration, policy, facts, { id, doc: active }, now)),
      ownActivity(read, request, { action: 'DEVICE.ACTIVATED' }),
    ],
    result: {
      push: rules
        ? pushResult(credential, rules, configuration.pushProviders)
        : { status: 'DISABLED' },
    },
  };
}

/** The key says why nothing came of it; contract §5. */
async function failKey(
  { store }: NativeParts,
  { environmentId, doc }: Row<'devices'>,
  now: number,
): Promise<Write[]> {
  const keyId = String(doc.pairing?.challenge?.state.pairingKeyId);
  const key = await store.get('pairing_keys', environmentId, keyId);
  if (!key) return [];
  const error = {
    code: 'OneTimePasscodeRetriesExceeded',
    message: 'The device gave too many wrong passcodes.',
  };
  const { deviceId: _deviceId, ...rest } = key.doc;
  return [updateRow('pairing_keys', key, { ...rest, status: 'FAILED', error, updatedAt: now })];
}
