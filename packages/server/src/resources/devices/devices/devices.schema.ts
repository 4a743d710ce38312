/** The messages of MFA devices; contract flows-and-devices §4. */
import { type Static, type TSchema, Type } from 'typebox';
import { NICKNAME_LENGTH_MAX } from '../../../config/limits.ts';
import { type MethodRegistry, REMEMBERED } from '../../../methods/registry.ts';
import { NOTIFICATION } from '../../kit/notification-request.ts';
import {
  CredentialText,
  closed,
  HalLinks,
  listOf,
  Origin,
  ofMethods,
  oneOf,
  Reference,
  resourceOf,
  Timestamp,
} from '../../kit/schemas.ts';
import { PROOF } from '../user-codes/proof.ts';

// A nickname is shown to people: no control characters, and no bidirectional overrides.
export const Nickname = Type.String({
  maxLength: NICKNAME_LENGTH_MAX,
  pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f\\u2028-\\u202e\\u2066-\\u2069]*$',
});

const Status = oneOf('ACTIVE', 'ACTIVATION_REQUIRED');

const CreateCommon = Type.Object({
  status: Type.Optional(Status),
  nickname: Type.Optional(Nickname),
  policy: Type.Optional(Reference),
  notification: Type.Optional(NOTIFICATION),
  testMode: Type.Optional(Type.Boolean()),
});

/** The common part of a create request; the method's own properties stand beside it. */
export type CreateDevice = { type: string } & Static<typeof CreateCommon> & Record<string, unknown>;

/** A create request: the branch of the union is told by `type`. */
function createSchema(methods: MethodRegistry): TSchema {
  return Type.Unsafe({
    type: 'object',
    required: ['type'],
    discriminator: { propertyName: 'type' },
    oneOf: methods.kinds().map((kind) =>
      closed({
        type: Type.Literal(kind.type),
        ...CreateCommon.properties,
        ...PROOF,
        ...kind.schemas.create,
      }),
    ),
  });
}

/** A device with the secret that its user has already, told by `type`, too. */
function importSchema(methods: MethodRegistry): TSchema {
  return Type.Unsafe({
    type: 'object',
    required: ['type'],
    discriminator: { propertyName: 'type' },
    oneOf: methods.all().flatMap(({ type, importable }) =>
      importable
        ? closed({
            type: Type.Literal(type),
            nickname: CreateCommon.properties.nickname,
            policy: CreateCommon.properties.policy,
            ...importable.schema,
          })
        : [],
    ),
  });
}

/** What a device looks like in the API: the common properties and those of every method. */
function deviceSchema(methods: MethodRegistry) {
  return resourceOf({
    user: Reference,
    type: Type.String({ enum: methods.kinds().map(({ type }) => type) }),
    status: Status,
    ...ofMethods(methods.all(), ({ view, question }) => ({ ...view, ...question })),
    ...REMEMBERED.schemas.view,
    nickname: Type.Optional(Type.String()),
    testMode: Type.Optional(Type.Boolean()),
    test: Type.Optional(Type.Object({ otp: Type.String() })),
    lock: Type.Object({
      status: oneOf('LOCKED', 'UNLOCKED'),
      reason: Type.Optional(Type.String()),
      expiresAt: Type.Optional(Timestamp),
    }),
    block: Type.Object({
      status: oneOf('BLOCKED', 'UNBLOCKED'),
      blockedAt: Type.Optional(Timestamp),
    }),
  });
}

export function deviceMessages(methods: MethodRegistry) {
  const one = deviceSchema(methods);
  const list = listOf('devices', one, { order: Type.Optional(Type.Array(Reference)) });
  return { body: createSchema(methods), imported: importSchema(methods), one, list };
}

/** A new passcode; with words of its own, or those of the one before. */
export const SendActivationCode = closed({ notification: Type.Optional(NOTIFICATION) });

/** The proof that a pending device is the user's: which one, its method says. Contract §4.8. */
export const Activate = closed({
  otp: Type.Optional(Type.String({ minLength: 1, maxLength: 20 })),
  oathResync: Type.Optional(
    Type.Boolean({ description: '`otp` is the one after that of the last try: an OATH token.' }),
  ),
  origin: Type.Optional(Origin),
  attestation: Type.Optional(CredentialText),
});

export const NicknameMessages = {
  body: closed({ nickname: Nickname }),
  one: Type.Object({ _links: HalLinks, nickname: Type.String() }),
};

export const Reorder = closed({ order: Type.Array(Reference, { minItems: 1, maxItems: 100 }) });

/** `PUT …/logs`; contract §4.12. */
export const LogsMessages = {
  body: closed({ status: Type.Literal('PENDING') }),
  one: Type.Object({
    _links: HalLinks,
    status: Type.Enum(['PENDING', 'RECEIVED']),
    expiresAt: Type.Optional(Timestamp),
    supportId: Type.Optional(Type.String()),
    // Not of the platform, whose support reads them.
    logs: Type.Optional(Type.String()),
  }),
};
