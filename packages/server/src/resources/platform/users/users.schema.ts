/** The messages of users: the part of the platform's user model that MFA stands on. */
import { type Static, type TSchema, Type } from 'typebox';
import { closed, HalLinks, maybe, Reference, Timestamp, Uuid } from '../../kit/schemas.ts';

// What the platform's page "Characters supported in user attributes" lists, but for the separators
// of lines: no control characters, so that no header can be smuggled in, and none that have no width
// or turn the direction of writing, so that a name can't pass for another.
const CHARACTER = '[\\p{L}\\p{M}\\p{N}\\p{P}\\p{S}\\p{Zs}]';
const text = (maxLength: number) => Type.String({ maxLength, pattern: `^${CHARACTER}*$` });

const members = (names: readonly string[], more: Record<string, TSchema> = {}) => {
  const named = Object.fromEntries(names.map((name) => [name, text(256)]));
  return closed(Type.Partial(Type.Object({ ...named, ...more })).properties);
};

const PROFILE = {
  email: text(254),
  mobilePhone: text(32),
  primaryPhone: text(32),
  name: members(['given', 'family', 'middle', 'honorificPrefix', 'honorificSuffix'], {
    formatted: text(512),
  }),
  address: members(['streetAddress', 'locality', 'region', 'postalCode', 'countryCode']),
  photo: members([], { href: text(2_048) }),
  nickname: text(256),
  title: text(256),
  type: text(256),
  preferredLanguage: text(64),
  locale: text(64),
  timezone: text(64),
  externalId: text(1_024),
};

export const PROFILE_NAMES = Object.keys(PROFILE) as (keyof typeof PROFILE)[];

const OPTIONAL_PROFILE = Type.Partial(Type.Object(PROFILE)).properties;

/** Kept and returned; it is the applications' that read it to act on it. */
const STATE = {
  lifecycle: maybe({
    status: Type.Optional(Type.Enum(['ACCOUNT_OK', 'VERIFICATION_REQUIRED'])),
    suppressVerificationCode: Type.Optional(Type.Boolean()),
  }),
  identityProvider: maybe({ id: Type.Optional(Uuid), type: Type.Optional(text(64)) }),
  verifyStatus: Type.Optional(Type.Enum(['NOT_INITIATED', 'ENABLED', 'DISABLED'])),
};

const Username = Type.String({
  minLength: 1,
  maxLength: 128,
  // Not of spaces only.
  pattern: `^(?!\\p{Zs}*$)${CHARACTER}+$`,
});

/** The same for both media types. */
export const CreateUser = closed({
  username: Username,
  population: Type.Optional(Reference),
  ...OPTIONAL_PROFILE,
  ...STATE,
  enabled: Type.Optional(Type.Boolean()),
  mfaEnabled: Type.Optional(Type.Boolean()),
  account: maybe({
    canAuthenticate: Type.Optional(Type.Boolean()),
    status: Type.Optional(Type.Enum(['OK', 'LOCKED'])),
  }),
  password: Type.Optional(
    Type.Record(Type.String(), Type.Unknown(), {
      writeOnly: true,
      description: 'Taken, and not kept: the first factor is somebody else’s.',
    }),
  ),
});
export type CreateUserBody = Static<typeof CreateUser>;

/** `PUT`: what is left out is removed; `enabled` and `mfaEnabled` have addresses of their own. */
export const ReplaceUser = closed({
  username: Username,
  population: Type.Optional(Reference),
  ...OPTIONAL_PROFILE,
  ...STATE,
});
export type ReplaceUserBody = Static<typeof ReplaceUser>;

/** The schemas, and null for what they may lose; of an object, its members too. */
function removable(schemas: Record<string, TSchema>): Record<string, TSchema> {
  const nullable = ({ type, enum: values, properties, ...schema }: Record<string, unknown>) => ({
    ...schema,
    ...(type ? { type: [type, 'null'] } : {}),
    ...(values ? { enum: [...(values as unknown[]), null] } : {}),
    ...(properties ? { properties: removable(properties as Record<string, TSchema>) } : {}),
  });
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [
      name,
      Type.Optional(Type.Unsafe(nullable({ ...schema }))),
    ]),
  );
}

/** `PATCH`: only what is named changes; null removes. */
export const PatchUser = closed({
  username: Type.Optional(Username),
  population: Type.Optional(Reference),
  ...removable(PROFILE),
  ...removable(STATE),
});

export const LockAccount = closed({
  unlockAt: Type.Optional(Type.String({ format: 'date-time' })),
});

export const UserReply = Type.Object({
  _links: HalLinks,
  id: Uuid,
  environment: Reference,
  population: Reference,
  username: Type.String(),
  ...OPTIONAL_PROFILE,
  emailVerified: Type.Boolean(),
  enabled: Type.Boolean(),
  mfaEnabled: Type.Boolean(),
  account: Type.Object({
    canAuthenticate: Type.Boolean(),
    status: Type.Enum(['OK', 'LOCKED']),
    lockedAt: Type.Optional(Timestamp),
    unlockAt: Type.Optional(Timestamp),
    secondsUntilUnlock: Type.Optional(Type.Integer()),
  }),
  lifecycle: Type.Object({
    status: Type.String(),
    suppressVerificationCode: Type.Optional(Type.Boolean()),
  }),
  identityProvider: Type.Object({ id: Type.Optional(Uuid), type: Type.String() }),
  verifyStatus: Type.String(),
  memberOfGroupIDs: Type.Optional(Type.Array(Uuid)),
  memberOfGroupNames: Type.Optional(Type.Array(Type.String())),
  _embedded: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  createdAt: Timestamp,
  updatedAt: Timestamp,
});
