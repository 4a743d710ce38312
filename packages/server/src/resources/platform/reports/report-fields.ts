/** What a report tells of a device and its user, by the names that `fields` and `filter` use. */
import type { Device, User } from '../../../model/documents.ts';
import { toTimestamp } from '../../../model/instant.ts';
import { textKey } from '../../../model/text-key.ts';
import type { Stored } from '../../../storage/store.ts';
import type { FilterAttribute } from '../../kit/filter.ts';

export interface Reported {
  device: Stored<Device>;
  user: Stored<User>;
  /** The device as the API shows it. */
  view: Readonly<Record<string, unknown>>;
}

type Value = string | boolean | undefined;

interface Field {
  read(reported: Reported): Value;
  /** What a filter compares it as; a text without regard to case. */
  type?: 'boolean' | 'instant';
  /** The column of devices that holds the same, and the form that a text has there. */
  column?: { name: string; formOf(text: string): string };
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : undefined);
const memberOf = (value: unknown, name: string) => textOf(Object(value)[name]);
const upper = (text: string) => text.toUpperCase();
const same = (text: string) => text;

export const FIELDS: Readonly<Record<string, Field>> = {
  userId: {
    read: ({ user }) => user.id,
    column: { name: 'user_id', formOf: same },
  },
  username: { read: ({ user }) => user.doc.username },
  /** The device's own address; of a device without one, the user's. */
  email: { read: ({ view, user }) => textOf(view.email) ?? user.doc.email },
  mfaEnabled: { read: ({ user }) => user.doc.mfaEnabled, type: 'boolean' },
  deviceId: { read: ({ device }) => device.id },
  deviceType: {
    read: ({ device }) => device.doc.type,
    column: { name: 'type', formOf: upper },
  },
  deviceStatus: {
    read: ({ device }) => device.doc.status,
    column: { name: 'status', formOf: upper },
  },
  phone: { read: ({ view }) => textOf(view.phone) },
  nickname: { read: ({ device }) => device.doc.nickname },
  blocked: { read: ({ device }) => device.doc.block !== undefined, type: 'boolean' },
  applicationId: { read: ({ view }) => memberOf(view.application, 'id') },
  os: { read: ({ view }) => memberOf(view.os, 'type') },
  model: { read: ({ view }) => memberOf(view.model, 'name') },
  createdAt: { read: ({ device }) => toTimestamp(device.doc.createdAt), type: 'instant' },
};

export const FIELD_NAMES = Object.keys(FIELDS);

/** What a filter may name. */
export const ATTRIBUTES: Readonly<Record<string, FilterAttribute>> = Object.fromEntries(
  Object.entries(FIELDS).map(([name, { type }]) => [
    name,
    type ? { column: name, type } : { column: name, type: 'string', keyOf: textKey },
  ]),
);

/** The value of a field as a filter compares it: booleans are 0 and 1, moments milliseconds. */
export function comparedValueOf(name: string, reported: Reported): string | number | undefined {
  const { read, type } = FIELDS[name] ?? {};
  const value = read?.(reported);
  if (value === undefined) return undefined;
  if (type === 'instant') return Date.parse(String(value));
  return typeof value === 'boolean' ? Number(value) : textKey(value);
}

/** The fields of one row, in the order in which they were asked for; what it hasn't is left out. */
export const entryOf = (names: readonly string[], reported: Reported): Record<string, Value> =>
  Object.fromEntries(
    names.flatMap((name) => {
      const value = FIELDS[name]?.read(reported);
      return value === undefined ? [] : [[name, value]];
    }),
  );
