/** Devices and pairing keys. */
import { EXAMPLE_IDS, type OperationTexts } from './operation-text.ts';

const { DEVICE_ID, POLICY_ID } = EXAMPLE_IDS;

export const DEVICE_TEXTS: OperationTexts = {
  listDevices: {
    description: 'All of them, pending ones too. `_embedded.devices[0]` is the default device.',
  },
  createDevice: {
    description:
      'Adds a device. What else is needed depends on `type`: an address, a number, nothing. An administrator’s device is `ACTIVE` at once unless `status` is `ACTIVATION_REQUIRED`; then a passcode is sent, which *activate* takes. A `TOTP` device’s answer has `secret` and `keyUri` for the QR code, this once. A `FIDO2` device’s answer has the options for `navigator.credentials.create`. A `BROWSER` is remembered after its user has authenticated: hand the answer’s `Set-Cookie` to it, and ask by *payload.check* before the next authentication.',
    example: { type: 'EMAIL', email: 'kaisa@shop.example' },
  },
  importDevice: {
    description:
      'Not of the platform. The device is `ACTIVE` at once: its user has proved it elsewhere, and goes on with the authenticator app that they have. A `TOTP` device has SHA-1, six digits and steps of 30 seconds; every other secret is an OATH token. The secret is never returned. The same one again is 409. The user hears of a new device, as the policy says. A user’s own token may not do this.',
    example: { type: 'TOTP', secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ', nickname: 'Old phone' },
  },
  reorderDevices: {
    description:
      'Active devices, each once, in the order that the user likes. Those left out come after them.',
    example: { order: [{ id: DEVICE_ID }] },
  },
  removeDeviceOrder: { description: 'Afterwards a flow asks the user to choose.' },
  deleteDeviceOrder: { description: 'Only the order is deleted. No device is.' },
  readDevice: { description: 'With its lock, and whether an administrator has blocked it.' },
  deleteDevice: {
    description: 'It can’t be used any more. A phone learns of it and drops its account.',
  },
  activateDevice: {
    description:
      'Takes the proof that the device is the user’s: the passcode that was sent, the first one of an authenticator app or an OATH token (where that answers `EXTRA_OTP_REQUIRED`, the next one with `oathResync`), or, for `FIDO2`, `origin` and what `navigator.credentials.create` has returned, as JSON in a text.',
    example: { otp: '482913' },
  },
  sendActivationCode: { description: 'The passcode of before ends. No body.' },
  blockDevice: {
    description: 'It can’t be used until it is unblocked. For a device that is lost, say.',
  },
  unblockDevice: { description: 'Ends the block of an administrator; a lock stays.' },
  unlockDevice: {
    description: 'Ends the lock that wrong answers brought, before its time is over.',
  },
  setDeviceNickname: {
    description: 'An empty nickname removes it.',
    example: { nickname: 'Work phone' },
  },
  requestDeviceLogs: {
    description:
      'The phone hands its logs in when it is heard of next. `PENDING` is the only value.',
    example: { status: 'PENDING' },
  },
  readDeviceLogs: {
    description: '`RECEIVED` once they are there; they are kept for a while only.',
  },
  createPairingKey: {
    description:
      'Makes a code for one phone. Show `uri` as a QR code, and `code` for those who can’t scan. With `policy`, that policy says which applications may pair. The body may be left out.',
    example: { policy: { id: POLICY_ID } },
  },
  readPairingKey: {
    description:
      'Read it every two seconds while the QR code is shown: `CLAIMED` means that the phone is paired, and `device.id` which one it is.',
  },
  deletePairingKey: { description: 'Nobody can pair with it any more.' },
};
