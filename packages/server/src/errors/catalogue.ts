/**
 * Every error that a client can meet: the HTTP status and the default English message of each
 * top-level `code`, and the default message of each `details[].code`.
 *
 * Source: the contract's flows-and-devices §1.5 and §11, and the platform's "Error codes" page.
 * Routes, services and methods throw entries of this catalogue only (see `api-error.ts`).
 */
export const ERRORS = {
  INVALID_REQUEST: { status: 400, message: 'The request could not be processed.' },
  INVALID_DATA: {
    status: 400,
    message:
      'The request could not be completed. One or more validation errors were in the request.',
  },
  REQUEST_FAILED: {
    status: 400,
    message: 'The request could not be completed. There was an issue processing the request.',
  },
  INVALID_TOKEN: {
    status: 401,
    message: 'The request could not be completed. The access token is missing or not valid.',
  },
  ACCESS_FAILED: {
    status: 403,
    message: 'The request could not be completed. You do not have access to this resource.',
  },
  NOT_FOUND: {
    status: 404,
    message: 'The request could not be completed. The requested resource was not found.',
  },
  METHOD_NOT_ALLOWED: {
    status: 405,
    message: 'The request could not be completed. The resource does not have this method.',
  },
  REQUEST_TIMED_OUT: {
    status: 408,
    message: 'The request could not be completed. It did not arrive within the time limit.',
  },
  UNIQUENESS_VIOLATION: {
    status: 409,
    message: 'The request could not be completed. The resource conflicts with an existing one.',
  },
  CONFLICT: {
    status: 409,
    message: 'The request could not be completed. The resource is in use or has just changed.',
  },
  DEVICE_REMOVED: {
    status: 410,
    message: 'The device was removed: pair it again.',
  },
  REQUEST_TOO_LARGE: {
    status: 413,
    message: 'The request could not be completed. The body is larger than the limit.',
  },
  UNSUPPORTED_MEDIA_TYPE: {
    status: 415,
    message: 'The request could not be completed. The resource has no action of this media type.',
  },
  HEADERS_TOO_LARGE: {
    status: 431,
    message: 'The request could not be completed. Its head is larger than the limit.',
  },
  REQUEST_LIMITED: {
    status: 429,
    message: 'The request could not be completed. A limit has been reached.',
  },
  UNEXPECTED_ERROR: {
    status: 500,
    message: 'The request could not be completed. An unexpected error happened.',
  },
  SERVICE_UNAVAILABLE: {
    status: 503,
    message: 'The request could not be completed now. Try again later.',
  },
} as const;

export const ERROR_DETAILS = {
  REQUIRED_VALUE: 'A required value is missing.',
  EMPTY_VALUE: 'The value must not be empty.',
  INVALID_VALUE: 'The value is not valid.',
  INVALID_FILTER: 'The filter is not valid.',
  OUT_OF_RANGE: 'The value is out of range.',
  SIZE_LIMIT_EXCEEDED: 'The value is too long.',
  UNIQUENESS_VIOLATION: 'The value is already in use.',
  CONSTRAINT_VIOLATION: 'The value conflicts with another one.',
  LIMIT_EXCEEDED: 'The limit has been reached.',
  NOT_FOUND: 'The referenced resource was not found.',
  INVALID_OTP: 'The passcode is not correct.',
  INVALID_ASSERTION: 'The assertion is not correct.',
  INVALID_ATTESTATION: 'The attestation is not correct.',
  OTP_EXPIRED: 'The passcode has expired.',
  CHALLENGE_EXPIRED: 'The time to answer is over: start another.',
  EXTRA_OTP_REQUIRED: 'The next passcode of the token is required.',
  DEVICE_LOCKED: 'The device is locked.',
  DEVICE_BLOCKED: 'The device is blocked.',
  DEVICE_NOT_USABLE: 'The device cannot be used now.',
  MFA_DISABLED: 'The user is not enabled for multi-factor authentication.',
  METHOD_DISABLED: 'The policy does not allow this device type.',
  PAIRING_DISABLED: 'The policy does not allow pairing of this device type.',
  // What a native device is told; contract §7 has the numbers that the platform's SDK gives them.
  INVALID_SIGNATURE: 'The signature is missing or not correct.',
  ADDRESS_MISMATCH: 'The request was signed for another address than the one that the server has.',
  UNSUPPORTED_VERSION: 'The server does not speak this version of the device protocol.',
  UNSYNCHRONIZED_CLOCK: 'The clock of the device is off: ask the server for the time.',
  REQUEST_REPLAYED: 'The request was sent before.',
  PAIRING_KEY_INVALID: 'The pairing key is not valid.',
  APPLICATION_MISMATCH: 'The pairing key is not for this application.',
  ADDRESS_NOT_ALLOWED: 'A device cannot be paired from this network.',
  DEVICE_COMPROMISED: 'The integrity of the device is compromised or not known.',
  PASSCODE_NOT_VERIFIED: 'The passcode of the device was not verified.',
  PUSH_CONFIRMATION_TOO_LATE: 'The request has ended: it was answered, or took too long.',
  AUTHENTICATION_CANCELLED: 'The request was cancelled.',
  AUTHENTICATION_CODE_INVALID: 'The authentication code is not valid.',
  INVALID_STATE: 'The present state of the resource does not allow this action.',
} as const;

export type ErrorCode = keyof typeof ERRORS;
export type ErrorDetailCode = keyof typeof ERROR_DETAILS;
