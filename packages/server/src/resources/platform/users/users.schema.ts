/** The messages of users: the part of the platform's user model that MFA stands on. */
import { type Static, Type } from 'typebox';
import { HalLinks, Reference, Timestamp, Uuid } from '../../kit/schemas.ts';

const closed = { additionalProperties: false } as const;
// What the platform's page "Characters supported in user attributes" lists, but for the separators
// of lines: no control characters, so that no header can be smuggled in, and none that have no width
// or turn the direction of writing, so that a name can't pass for another.
const CHARACTER = '[\\p{L}\\p{M}\\p{N}\\p{P}\\p{S}\\p{Zs}]';
const text = (maxLength: number) => Type.String({ maxLength, pattern: `^${CHARACTER}*$` });

const PROFILE = {
  email: Type.Optional(text(254)),
  mobilePhone: Type.Optional(text(32)),
  primaryPhone: Type.Optional(text(32)),
  name: Type.Optional(
    Type.Object(
      {
        given: Type.Optional(text(256)),
        family: Type.Optional(text(256)),
        middle: Type.Optional(text(256)),
        formatted: Type.Optional(text(512)),
      },
      closed,
    ),
  ),
  nickname: Type.Optional(text(256)),
  title: Type.Optional(text(256)),
  preferredLanguage: Type.Optional(text(64)),
  locale: Type.Optional(text(64)),
  timezone: Type.Optional(text(64)),
  externalId: Type.Optional(text(1_024)),
};

export const PROFILE_NAMES = Object.keys(PROFILE) as (keyof typeof PROFILE)[];

const Username = Type.String({
  minLength: 1,
  maxLength: 128,
  // Not of spaces only.
  pattern: `^(?!\\p{Zs}*$)${CHARACTER}+$`,
});

export const CreateUser = Type.Object(
  {
    username: Username,
    population: Type.Optional(Reference),
    ...PROFILE,
    enabled: Type.Optional(Type.Boolean()),
    mfaEnabled: Type.Optional(Type.Boolean()),
  },
  closed,
);
export type CreateUserBody = Static<typeof CreateUser>;

/** `PUT`: what is left out is removed; `enabled` and `mfaEnabled` have addresses of their own. */
export const ReplaceUser = Type.Object(
  { username: Username, population: Type.Optional(Reference), ...PROFILE },
  closed,
);
export type ReplaceUserBody = Static<typeof ReplaceUser>;

/** `PATCH`: only what is named changes. */
export const PatchUser = Type.Partial(ReplaceUser, closed);
export type PatchUserBody = Static<typeof PatchUser>;

export const LockAccount = Type.Object(
  { unlockAt: Type.Optional(Type.String({ format: 'date-time' })) },
  closed,
);

export const EnabledBody = Type.Object({ enabled: Type.Boolean() }, closed);
export const EnabledReply = Type.Object({ _links: HalLinks, enabled: Type.Boolean() });
export const MfaEnabledBody = Type.Object({ mfaEnabled: Type.Boolean() }, closed);
export const MfaEnabledReply = Type.Object({ _links: HalLinks, mfaEnabled: Type.Boolean() });

/** Only this form of a moment is taken; contract §3.2. */
export const BypassBody = Type.Object({ bypassMFAEnabledUntil: Timestamp }, closed);
export const BypassReply = Type.Object({
  _links: HalLinks,
  bypassMFAEnabledUntil: Type.Optional(Timestamp),
  canBypassMFA: Type.Optional(Type.Boolean()),
});

export const UserReply = Type.Object({
  _links: HalLinks,
  id: Uuid,
  environment: Reference,
  population: Reference,
  username: Type.String(),
  ...PROFILE,
  enabled: Type.Boolean(),
  mfaEnabled: Type.Boolean(),
  account: Type.Object({
    canAuthenticate: Type.Boolean(),
    status: Type.Enum(['OK', 'LOCKED']),
    lockedAt: Type.Optional(Timestamp),
    unlockAt: Type.Optional(Timestamp),
    secondsUntilUnlock: Type.Optional(Type.Integer()),
  }),
  lifecycle: Type.Object({ status: Type.String() }),
  createdAt: Timestamp,
  updatedAt: Timestamp,
});
