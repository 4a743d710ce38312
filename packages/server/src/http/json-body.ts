/**
 * JSON request bodies: strict UTF-8, an object at the top, nothing that poisons what reads it. A
 * member that is null is absent: serializers of many languages write each property that has no value.
 */
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

/** `keepsNull`: where null says something, because it removes; `PATCH`. */
function checkValue(value: unknown, depth: number, keepsNull: boolean): void {
  if (typeof value === 'string') checkText(value);
  else if (typeof value === 'number') {
    // 1e999 reads as Infinity, which JSON could not write again.
    if (!Number.isFinite(value)) throw refuse('The body has a number that is too large.');
  } else if (typeof value === 'object' && value !== null) {
    if (depth > BODY_DEPTH_MAX) throw refuse(`The body nests deeper than ${BODY_DEPTH_MAX}.`);
    if (Array.isArray(value)) for (const item of value) checkValue(item, depth + 1, keepsNull);
    else checkMembers(value, depth, keepsNull);
  }
}

function checkMembers(value: object, depth: number, keepsNull: boolean): void {
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
    if (member === null && !keepsNull) Reflect.deleteProperty(value, name);
    else checkValue(member, depth + 1, keepsNull);
  }
}

// RFC 8259 §8.1: a byte order mark may be ignored, and some editors and shells write one.
const BYTE_ORDER_MARK = /^\ufeff/;

/**
 * The object that the bytes hold; undefined for `null`, which some clients send for no body. Throws
 * `INVALID_REQUEST` when they hold neither. Pure.
 */
export function parseJsonObject(bytes: Buffer, { keepsNull = false } = {}): object | undefined {
  if (!isUtf8(bytes)) throw refuse('The body is not UTF-8.');
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8').replace(BYTE_ORDER_MARK, ''));
  } catch {
    // The parser's own message quotes the body, which must not reach the log.
    throw refuse('The body is not JSON.');
  }
  if (value === null) return undefined;
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw refuse('The body is not a JSON object.');
  }
  checkValue(value, 1, keepsNull);
  return value;
}
