/** The device SDK of Countersign; docs/device-protocol.md is what it speaks. */
export type { About, PushToken, ScannedCode, Update } from './about.ts';
export {
  Account,
  type AccountRequest,
} from './account.ts';
export type { PushResult } from './account-record.ts';
export type { Attester } from './attestation.ts';
export {
  type Approval,
  ApprovalRequest,
  type Challenge,
  type ChallengeKind,
  type DenyReason,
} from './challenge.ts';
export { type Listening, type ListenOptions, listen, type RequestListener } from './channel.ts';
export {
  Device,
  type DeviceOptions,
  type PairingPreview,
  type PairOptions,
  SDK_VERSION,
} from './device.ts';
export { DeviceError, type DeviceErrorCode } from './errors.ts';
export { type PairingTarget, pairingUriOf, readPairingUri } from './pairing-uri.ts';
export type { Passcode } from './passcode.ts';
export { type DeviceStorage, memoryStorage } from './storage.ts';
