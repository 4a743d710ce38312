/** What can go wrong, as one error type with a stable code. */

/**
 * - `PAIRING_KEY_INVALID`, `APPLICATION_MISMATCH`, … : the server's own detail codes, as in
 *   docs/reference/errors.md.
 * - `NOT_PAIRED`: this account is unknown to the server.
 * - `REMOVED`: the account was removed there; the SDK has forgotten it, too.
 * - `SERVER_KEY_MISMATCH`: who answers isn't the server that the QR code names.
 * - `UNSUPPORTED_VERSION`: the two speak different versions of the protocol.
 * - `NETWORK`: no answer. The request may or may not have been carried out.
 */
export type DeviceErrorCode =
  | 'NOT_PAIRED'
  | 'REMOVED'
  | 'SERVER_KEY_MISMATCH'
  | 'UNSUPPORTED_VERSION'
  | 'NETWORK'
  | (string & {});

/** Numbers that the platform's own SDK gives the same conditions; contract §7. */
const NUMBERS: Readonly<Record<string, number>> = {
  PAIRING_KEY_INVALID: 10_005,
  APPLICATION_MISMATCH: 10_006,
  NOT_PAIRED: 10_008,
  PUSH_CONFIRMATION_TOO_LATE: 10_009,
  PASSCODE_NOT_VERIFIED: 10_010,
  AUTHENTICATION_CODE_INVALID: 10_011,
  PAIRING_DISABLED: 10_012,
  SERVER_KEY_MISMATCH: 10_017,
  DEVICE_COMPROMISED: 10_024,
};

export class DeviceError extends Error {
  override readonly name = 'DeviceError';
  readonly code: DeviceErrorCode;
  /** Of the platform's SDK, where it has one for this. */
  readonly number: number | undefined;
  /** Tries that are left, where the server counts them. */
  readonly attemptsRemaining: number | undefined;

  constructor(
    code: DeviceErrorCode,
    message: string,
    options: { cause?: unknown; attemptsRemaining?: number } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.number = NUMBERS[code];
    this.attemptsRemaining = options.attemptsRemaining;
  }
}
