/** JSON request bodies: strict UTF-8, an object at the top, nothing that poisons what reads it. */
import { isUtf8 } from 'node:buffer';
import { BODY_DEPTH_MAX } from '../config/limits.ts';
import { ApiError } from '../errors/api-error.ts';

const refuse = (message: string, cause?: unknown): ApiError =>
  new ApiError('INVALID_REQUEST', [], { message, cause });

function checkText(text: string): void {
  if (text.includes('\0') || !text.isWellFormed()) {
    throw refuse('The body has a text with characters that are not allowed.');
  }
}

function checkValue(value: unknown, depth: number): void {
  if (typeof value === 'string') checkText(value);
  else if (typeof value === 'number') {
    // 1e999 reads as Infinity, which JSON could not write again.
    if (!Number.isFinite(value)) throw refuse('The body has a number that is too large.');
  } else if (typeof value === 'object' && value !== null) {
    if (depth > BODY_DEPTH_MAX) throw refuse(`The body nests deeper than ${BODY_DEPTH_MAX}.`);
    if (Array.isArray(value)) for (const item of value) checkValue(item, depth + 1);
    else checkMembers(value, depth);
  }
}

function checkMembers(value: object, depth: number): void {
  for (const [name, member] of Object.entries(value)) {
    // Either name would change the prototype of an object that members are copied to.
    const isPoison =
      name === '__proto__' ||
      (name === 'constructor' &&
        typeof member === 'object' &&
        member !== null &&
        Object.hasOwn(member, 'prototype'));
    if (isPoison) throw refuse('The body has a property name that is not allowed.');
    checkText(name);
    checkValue(member, depth + 1);
  }
}

/** The object that the bytes hold. Throws `INVALID_REQUEST` when they aren't one. Pure. */
export function parseJsonObject(bytes: Buffer): object {
  if (!isUtf8(bytes)) throw refuse('The body is not UTF-8.');
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch {
    // The parser's own message quotes the body, which must not reach the log.
    throw refuse('The body is not JSON.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw refuse('The body is not a JSON object.');
  }
  checkValue(value, 1);
  return value;
}
