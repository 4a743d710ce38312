/** A phone claims a pairing key and becomes a device of the user; docs/device-protocol.md. */
import { randomBytes, randomUUIDv7 } from 'node:crypto';
import { NATIVE_PAIRING_MS } from '../../../config/limits.ts';
import { encryptToDevice, importEncryptionKey } from '../../../device-protocol/server-message.ts';
import { ApiError, invalidData } from '../../../errors/api-error.ts';
import { defined } from '../../../model/defined.ts';
import type { Device } from '../../../model/documents.ts';
import { type NativeCredential, type PairingKey, passcodeIdentity } from '../../../model/mobile.ts';
import { isSound } from '../../../policy/device-integrity.ts';
import { passcodePeriodSeconds } from '../../../policy/mobile-application.ts';
import type { Write } from '../../../storage/store.ts';
import { assertRoom } from '../../devices/devices/create-device.ts';
import { configurationOf } from '../../devices/devices/devices.parts.ts';
import { normalCode } from '../../devices/pairing-keys/new-pairing-key.ts';
import { deviceRecord } from '../../kit/activity.ts';
import { commitOrRetry } from '../../kit/commit.ts';
import { nativeMethod } from '../../kit/native-method.ts';
import { environmentOf, type Handler, type OperationRequest } from '../../kit/operation.ts';
import { rememberRequest, replayed } from '../../kit/remember-request.ts';
import { insertRow, type Row, touchRow, updateRow } from '../../kit/rows.ts';
import { assessIntegrity } from './assess-integrity.ts';
import { ClaimRefused, claimableKey, claimRules, readGuess } from './claimable-key.ts';
import { type PairingClaims, readPairingClaims } from './native.schema.ts';
import type { GuardedParts, NativeParts } from './native-parts.ts';
import { pushOf, pushResult } from './push-token.ts';

const SECRET_BYTES = 32;

/** `POST …/device/v1/pairings`: the device, its encrypted secret, and how it is woken. */
export const pairDevice: Handler<GuardedParts> = async (parts, request) => {
  const device = await readGuess(parts, request, 'pairings');
  const asked = readPairingClaims(device.claims);
  // Before anything is claimed: whoever can't be answered has claimed nothing.
  const encryptionKey = await importEncryptionKey(asked.encryptionKey);
  if (!encryptionKey) throw invalidData('INVALID_VALUE', 'encryptionKey');

  const forgive = device.begin();
  const claimed = await claim(parts, request, asked, device);
  if (!claimed) throw invalidData('PAIRING_KEY_INVALID', 'code');
  forgive();
  if ('refusal' in claimed) throw claimed.refusal;
  const { deviceId, credential, application, rules, user, environment, secret } = claimed;
  const { pushProviders } = await configurationOf(parts, environment.id);
  return device.answer({
    deviceId,
    application,
    user,
    environment,
    passcode: {
      secret: await encryptToDevice(secret, encryptionKey),
      algorithm: 'SHA256',
      digits: 6,
      period: credential.passcodePeriodSeconds,
    },
    push: pushResult(credential, rules, pushProviders),
    userVerification: rules.biometricsEnabled ? 'REQUIRED' : 'PREFERRED',
    webPushKey: (await parts.keyring.webPushKeys(environment.id)).publicKey,
  });
};

type NewDevice = Pick<Awaited<ReturnType<typeof readGuess>>, 'claims' | 'publicJwk' | 'thumbprint'>;

type Claimed = Awaited<ReturnType<typeof newDevice>>['claimed'];
type Claim = Claimed | { refusal: ApiError } | undefined;

/** One guarded write claims the key; undefined: there is none to claim. */
async function claim(
  parts: NativeParts,
  request: OperationRequest,
  asked: PairingClaims,
  device: NewDevice,
): Promise<Claim> {
  const { claims, publicJwk, thumbprint } = device;
  const environmentId = environmentOf(request);
  const { now } = request;
  // A key that was made for this very phone has its thumbprint for a code (automatic enrolment).
  const code = asked.code === undefined ? `key:${thumbprint}` : normalCode(asked.code);
  const deviceId = randomUUIDv7();
  const secret = randomBytes(SECRET_BYTES);
  const assessed = new Map<string, ReturnType<typeof assessIntegrity>>();
  // Once, also where a race makes it decide again: somebody outside may be asked.
  const assess = (applicationId: string) => {
    const { about, integrity } = asked;
    const { nonce } = claims;
    const said = { environmentId, applicationId, about, integrity, nonce, publicJwk, now };
    const known = assessed.get(applicationId) ?? assessIntegrity(parts, said);
    assessed.set(applicationId, known);
    return known;
  };
  return commitOrRetry<Claim>(
    parts.store,
    async () => {
      const key = await claimableKey(parts, environmentId, code, now);
      if (!key) return { writes: [], result: undefined };
      const used = rememberRequest(environmentId, claims.requestId, now);
      try {
        const made = await newDevice(parts, request, key, asked, {
          ...device,
          deviceId,
          secret,
          assess,
        });
        return { writes: [...made.writes, used], result: made.claimed };
      } catch (error) {
        if (!(error instanceof ClaimRefused)) throw error;
        const writes = [...failedWrites(key, error, request), used];
        return { writes, result: { refusal: error.error } };
      }
    },
    (table) =>
      table === 'device_requests'
        ? replayed()
        : invalidData('UNIQUENESS_VIOLATION', 'request', {
            message: 'A device with this key is paired already.',
          }),
  );
}

/** The key has failed then, and can't be tried again. */
function failedWrites(
  key: Row<'pairing_keys'>,
  { code, error }: ClaimRefused,
  request: OperationRequest,
): Write[] {
  const { environmentId, id, doc } = key;
  const { message } = error.details[0] ?? { message: '' };
  const failed = { code, message };
  const how = code === 'DEVICE_COMPROMISED' ? 'FAILED_COMPROMISED' : 'FAILED';
  const record = {
    action: `DEVICE.PAIRING_${how}`,
    resource: { type: 'PAIRING_KEY', id },
    result: 'FAILED',
    data: { code },
  } as const;
  return [
    updateRow('pairing_keys', key, {
      ...doc,
      status: 'FAILED',
      error: failed,
      updatedAt: request.now,
    }),
    deviceRecord(request, { environmentId, userId: doc.userId }, record),
  ];
}

interface Made extends NewDevice {
  deviceId: string;
  secret: Uint8Array;
  /** What is to be thought of the device, as one of this application. */
  assess(applicationId: string): ReturnType<typeof assessIntegrity>;
}

/** The writes of a claim that nothing stands against. Throws `ClaimRefused`. */
async function newDevice(
  parts: NativeParts,
  request: OperationRequest,
  key: Row<'pairing_keys'>,
  asked: PairingClaims,
  { deviceId, publicJwk, thumbprint, secret, assess }: Made,
) {
  const { environmentId, doc: keyDoc } = key;
  const { now } = request;
  const { store, keyring } = parts;
  const method = nativeMethod(parts);
  const rulings = await claimRules(parts, request, key, asked.application);
  const { configuration, policy, block, rules, application } = rulings;
  const applicationId = application.id;
  const integrity = await assess(applicationId);
  const about = asked.about ?? {};
  if (!isSound({ integrity, about }, rules, now)) {
    throw new ClaimRefused('DEVICE_COMPROMISED', 'integrity');
  }
  const facts = await store.readUserFacts(environmentId, keyDoc.userId);
  if (!facts?.user.doc.enabled) throw new ClaimRefused('PAIRING_KEY_INVALID', 'code');
  try {
    assertRoom(facts, 'ACTIVE', configuration, now);
  } catch (error) {
    throw error instanceof ApiError ? new ClaimRefused('LIMIT_EXCEEDED', error) : error;
  }
  const credential: NativeCredential = {
    version: 1,
    applicationId,
    publicJwk,
    sealedSecret: keyring.seal(environmentId, passcodeIdentity(deviceId), secret),
    passcodePeriodSeconds: passcodePeriodSeconds(block, application.doc.settings.mobile ?? {}),
    lastTimeStep: 0,
    sequence: 0,
    about,
    integrity,
    ...defined({ push: pushOf(parts, { environmentId, id: deviceId }, asked.push) }),
  };
  const { user } = facts;
  const doc: Device = {
    userId: user.id,
    type: method.type,
    status: 'ACTIVATION_REQUIRED',
    ...(asked.nickname ? { nickname: asked.nickname } : {}),
    credential: { ...credential },
    environmentKey: `${method.type}:${thumbprint}`,
    pairing: {
      policyId: policy.id,
      challenge: { expiresAt: now + NATIVE_PAIRING_MS, state: { pairingKeyId: key.id } },
      failures: 0,
    },
    ...(keyDoc.ownPolicyId === undefined ? {} : { ownPolicyId: keyDoc.ownPolicyId }),
    failures: 0,
    expiresAt: now + NATIVE_PAIRING_MS,
    createdAt: now,
    updatedAt: now,
  };
  const created = { action: 'DEVICE.CREATED', resource: { type: 'DEVICE', id: deviceId } };
  const claimedKey: PairingKey = { ...keyDoc, status: 'CLAIMED', deviceId, updatedAt: now };
  return {
    claimed: {
      deviceId,
      credential,
      application: { id: applicationId, name: application.doc.name },
      rules,
      user: { id: user.id, username: user.doc.username },
      environment: { id: environmentId, name: configuration.environment.doc.name },
      secret,
    },
    writes: [
      updateRow('pairing_keys', key, claimedKey),
      insertRow('devices', { environmentId, id: deviceId, doc }),
      // His version guards the count of his devices.
      touchRow('users', user),
      deviceRecord(request, { environmentId, userId: user.id }, created),
    ],
  };
}
