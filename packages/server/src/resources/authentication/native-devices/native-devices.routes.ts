import { newDeviceNonce } from '../../../device-protocol/nonce.ts';
import { createFailureWindow } from '../../kit/failure-window.ts';
import { environmentOf, type Handler, type Operation } from '../../kit/operation.ts';
import { actionsOf } from '../../kit/resource.ts';
import { answerChallenge, fetchChallenges, reportWrongNumber } from './challenges.ts';
import { confirmPairing } from './confirm-pairing.ts';
import { handInLogs, removeBySelf, rotateKey, updateBySelf } from './device-changes.ts';
import { FoundPairing, SignedMessage, SignedRequest, TypedCode } from './native.schema.ts';
import { type GuardedParts, messageTo, type NativeParts } from './native-parts.ts';
import { pairDevice } from './pair-device.ts';
import { findPairing, previewPairing } from './preview-pairing.ts';
import { answerCode, scanCode } from './scan-code.ts';

const BASE = '/{envID}/device/v1';

/** The answer to the device that asks whether there is a server: its time and a nonce. */
const greetDevice: Handler<NativeParts> = (parts, request) => {
  const environmentId = environmentOf(request);
  const { now } = request;
  const nonce = newDeviceNonce(parts.keyring, environmentId, now);
  const greeting = { nonce, time: now, versions: [1] };
  return messageTo(parts, { environmentId, audience: 'device' }, greeting, now);
};

/** A request that whoever sends it has signed. */
const signed = (name: string, summary: string, handle: Handler<GuardedParts>) => ({
  path: `${BASE}/${name}`,
  summary,
  body: SignedRequest,
  handle,
});

/** The open device protocol: how a phone talks to its environment; docs/device-protocol.md. */
export function nativeDeviceOperations(parts: NativeParts): Operation[] {
  const guesses = { pairingGuesses: createFailureWindow(), codeGuesses: createFailureWindow() };
  const common = {
    tag: 'Device protocol',
    path: BASE,
    // Whoever signs the request is who sends it.
    permission: 'PUBLIC',
    responses: { 200: SignedMessage },
  } as const;
  return actionsOf({ ...parts, ...guesses }, common, {
    greetDevice: {
      method: 'GET',
      summary: "The server's time and a nonce, signed; the versions that it speaks",
      handle: greetDevice,
    },
    findPairing: {
      path: '/device/v1/pairings',
      summary: 'Which environment a typed pairing code is of',
      body: TypedCode,
      responses: { 200: FoundPairing },
      handle: findPairing,
    },
    previewPairing: signed('previews', 'Whose account a pairing key adds', previewPairing),
    pairNativeDevice: signed('pairings', 'Claim a pairing key', pairDevice),
    confirmNativeDevice: signed('confirmations', 'Finish pairing by a passcode', confirmPairing),
    fetchChallenges: signed('challenges', 'What the device is asked now', fetchChallenges),
    answerChallenge: signed('answers', 'Approve or deny', answerChallenge),
    reportWrongNumber: signed('reports', 'The wrong number was not the user', reportWrongNumber),
    updateNativeDevice: signed('updates', 'Push token, name, what it says of itself', updateBySelf),
    rotateDeviceKey: signed('keys', "Replace the device's key", rotateKey),
    handInDeviceLogs: signed('logs', 'Hand in logs that were asked for', handInLogs),
    scanAuthenticationCode: signed('codes', 'Claim an authentication code', scanCode),
    answerAuthenticationCode: signed('code-answers', 'Sign on, or refuse to', answerCode),
    removeNativeDevice: signed('removals', 'Remove the device', removeBySelf),
  });
}
