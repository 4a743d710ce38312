import { newDeviceNonce } from '../../../device-protocol/nonce.ts';
import type { Operation } from '../../kit/operation.ts';
import { answerChallenge, fetchChallenges } from './challenges.ts';
import { createPairingGuard } from './claimable-key.ts';
import { confirmPairing } from './confirm-pairing.ts';
import { handInLogs, removeBySelf, updateBySelf } from './device-changes.ts';
import { FoundPairing, SignedMessage, SignedRequest, TypedCode } from './native.schema.ts';
import { messageTo, type NativeParts } from './native-parts.ts';
import { pairDevice } from './pair-device.ts';
import { findPairing, previewPairing } from './preview-pairing.ts';
import { reportWrongNumber } from './report-wrong-number.ts';
import { rotateKey } from './rotate-key.ts';
import { answerCode, createCodeGuard, scanCode } from './scan-code.ts';

const BASE = '/{envID}/device/v1';

/** The open device protocol: how a phone talks to its environment; docs/device-protocol.md. */
export function nativeDeviceOperations(parts: NativeParts): Operation[] {
  const tag = 'Device protocol';
  const guard = createPairingGuard();
  const codeGuard = createCodeGuard();
  const operation = (
    id: string,
    name: string,
    summary: string,
    handle: Operation['handle'],
  ): Operation => ({
    id,
    method: 'POST',
    path: `${BASE}/${name}`,
    tag,
    summary,
    // Whoever signs the request is who sends it.
    permission: 'PUBLIC',
    body: SignedRequest,
    responses: { 200: SignedMessage },
    handle,
  });
  return [
    {
      id: 'greetDevice',
      method: 'GET',
      path: BASE,
      tag,
      summary: "The server's time and a nonce, signed; the versions that it speaks",
      permission: 'PUBLIC',
      responses: { 200: SignedMessage },
      handle: (request) => {
        const environmentId = request.params.envID ?? '';
        const { now } = request;
        const nonce = newDeviceNonce(parts.keyring, environmentId, now);
        const greeting = { nonce, time: now, versions: [1] };
        return messageTo(parts, { environmentId, audience: 'device' }, greeting, now);
      },
    },
    {
      id: 'findPairing',
      method: 'POST',
      path: '/device/v1/pairings',
      tag,
      summary: 'Which environment a typed pairing code is of',
      permission: 'PUBLIC',
      body: TypedCode,
      responses: { 200: FoundPairing },
      handle: (request) => findPairing(parts, guard, request),
    },
    operation('previewPairing', 'previews', 'Whose account a pairing key adds', (request) =>
      previewPairing(parts, guard, request),
    ),
    operation('pairNativeDevice', 'pairings', 'Claim a pairing key', (request) =>
      pairDevice(parts, guard, request),
    ),
    operation('confirmNativeDevice', 'confirmations', 'Finish pairing by a passcode', (request) =>
      confirmPairing(parts, request),
    ),
    operation('fetchChallenges', 'challenges', 'What the device is asked now', (request) =>
      fetchChallenges(parts, request),
    ),
    operation('answerChallenge', 'answers', 'Approve or deny', (request) =>
      answerChallenge(parts, request),
    ),
    operation('reportWrongNumber', 'reports', 'The wrong number was not the user', (request) =>
      reportWrongNumber(parts, request),
    ),
    operation(
      'updateNativeDevice',
      'updates',
      'Push token, name, what it says of itself',
      (request) => updateBySelf(parts, request),
    ),
    operation('rotateDeviceKey', 'keys', "Replace the device's key", (request) =>
      rotateKey(parts, request),
    ),
    operation('handInDeviceLogs', 'logs', 'Hand in logs that were asked for', (request) =>
      handInLogs(parts, request),
    ),
    operation('scanAuthenticationCode', 'codes', 'Claim an authentication code', (request) =>
      scanCode(parts, codeGuard, request),
    ),
    operation('answerAuthenticationCode', 'code-answers', 'Sign on, or refuse to', (request) =>
      answerCode(parts, request),
    ),
    operation('removeNativeDevice', 'removals', 'Remove the device', (request) =>
      removeBySelf(parts, request),
    ),
  ];
}
