import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ERROR_DETAILS, ERRORS } from './catalogue.ts';

/** Terraform and others look for these words, and decide by these codes; contract §6.1. */
const WORDS = {
  INVALID_DATA: [400, 'One or more validation errors were in the request.'],
  REQUEST_FAILED: [400, 'There was an issue processing the request.'],
  ACCESS_FAILED: [403, 'You do not have access to this resource.'],
  NOT_FOUND: [404, 'The requested resource was not found.'],
} as const;

const STATUSES = {
  INVALID_REQUEST: 400,
  INVALID_TOKEN: 401,
  METHOD_NOT_ALLOWED: 405,
  UNIQUENESS_VIOLATION: 409,
  UNSUPPORTED_MEDIA_TYPE: 415,
  REQUEST_LIMITED: 429,
  UNEXPECTED_ERROR: 500,
} as const;

test('errors have the codes and the words that clients match', () => {
  for (const [code, [status, words]] of Object.entries(WORDS)) {
    const error = ERRORS[code as keyof typeof WORDS];
    assert.deepEqual(
      [error.status, error.message],
      [status, `The request could not be completed. ${words}`],
    );
  }
  for (const [code, status] of Object.entries(STATUSES)) {
    assert.equal(ERRORS[code as keyof typeof STATUSES].status, status, code);
  }
  for (const code of [
    'INVALID_VALUE',
    'REQUIRED_VALUE',
    'UNIQUENESS_VIOLATION',
    'CONSTRAINT_VIOLATION',
    'LIMIT_EXCEEDED',
    'EXTRA_OTP_REQUIRED',
    'INVALID_FILTER',
  ]) {
    assert.ok(code in ERROR_DETAILS, code);
  }
});
