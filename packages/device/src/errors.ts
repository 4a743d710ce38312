/** What can go wrong, as one error type with a stable code. */

/**
 * Of the device itself:
 * - `NETWORK`: no answer. The request may or may not have been carried out.
 * - `NOT_PAIRED`: this account is unknown to the server, or not on this device any more.
 * - `REMOVED`: the account was removed by somebody else; the SDK has forgotten it, too.
 * - `SERVER_KEY_MISMATCH`: who answers isn't the server that the QR code names.
 * - `UNSUPPORTED_VERSION`: the two speak different versions of the protocol.
 * - `STORAGE`: the accounts can't be read or written.
 *
 * Of the server: docs/device-protocol.md says when; docs/reference/errors.md has the words.
 */
export type DeviceErrorCode =
  | 'NETWORK'
  | 'NOT_PAIRED'
  | 'REMOVED'
  | 'SERVER_KEY_MISMATCH'
  | 'UNSUPPORTED_VERSION'
  | 'STORAGE'
  | 'ADDRESS_MISMATCH'
  | 'ADDRESS_NOT_ALLOWED'
  | 'APPLICATION_MISMATCH'
  | 'AUTHENTICATION_CANCELLED'
  | 'AUTHENTICATION_CODE_INVALID'
  | 'DEVICE_BLOCKED'
  | 'DEVICE_COMPROMISED'
  | 'DEVICE_LOCKED'
  | 'INVALID_OTP'
  | 'INVALID_SIGNATURE'
  | 'INVALID_STATE'
  | 'INVALID_VALUE'
  | 'LIMIT_EXCEEDED'
  | 'OTP_EXPIRED'
  | 'PAIRING_DISABLED'
  | 'PAIRING_KEY_INVALID'
  | 'PASSCODE_NOT_VERIFIED'
  | 'PUSH_CONFIRMATION_TOO_LATE'
  | 'REQUEST_REPLAYED'
  | 'UNIQUENESS_VIOLATION'
  | 'UNSYNCHRONIZED_CLOCK'
  // Whatever a later server says.
  | (string & {});

/** Numbers that the platform's own SDK gives the same conditions; contract §7. */
const NUMBERS: Readonly<Record<string, number>> = {
  PAIRING_KEY_INVALID: 10_005,
  APPLICATION_MISMATCH: 10_006,
  NOT_PAIRED: 10_008,
  REMOVED: 10_008,
  PUSH_CONFIRMATION_TOO_LATE: 10_009,
  PASSCODE_NOT_VERIFIED: 10_010,
  AUTHENTICATION_CODE_INVALID: 10_011,
  PAIRING_DISABLED: 10_012,
  SERVER_KEY_MISMATCH: 10_017,
  AUTHENTICATION_CANCELLED: 10_020,
  DEVICE_COMPROMISED: 10_024,
};

export class DeviceError extends Error {
  override readonly name = 'DeviceError';
  readonly code: DeviceErrorCode;
  /** Of the platform's SDK, where it has one for this. */
  readonly number: number | undefined;
  /** Tries that are left, where the server counts them. */
  readonly attemptsRemaining: number | undefined;
  /** With `ADDRESS_MISMATCH`: the origin that the server is known by. */
  readonly serverOrigin: string | undefined;

  constructor(
    code: DeviceErrorCode,
    message: string,
    options: { cause?: unknown; attemptsRemaining?: number; serverOrigin?: string } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.number = NUMBERS[code];
    this.attemptsRemaining = options.attemptsRemaining;
    this.serverOrigin = options.serverOrigin;
  }
}
