/** The messages of OATH tokens; contract settings §4.2, §4.3. */
import { type Static, Type } from 'typebox';
import { OATH_SECRET_LENGTH_MAX, OATH_SERIAL_LENGTH_MAX } from '../../../config/limits.ts';
import { closed, maybe, oneOf, Reference, resourceOf } from '../../kit/schemas.ts';

const SerialNumber = Type.String({
  minLength: 1,
  maxLength: OATH_SERIAL_LENGTH_MAX,
  pattern: '^[0-9A-Za-z]+$',
});
const Kind = oneOf('TOTP', 'HOTP');
const OtpLength = Type.Union([Type.Literal(6), Type.Literal(8)]);
const Hash = oneOf('HmacSHA1', 'HmacSHA256', 'HmacSHA512');
const TimeStep = Type.Union([Type.Literal(30), Type.Literal(60)]);
// So far that no counter leaves the safe integers, however long its token is used.
const Counter = Type.Integer({ minimum: 0, maximum: 2 ** 48 });
const RowNumber = Type.Integer({ minimum: 0, maximum: 2 ** 31 - 1 });

/** One token as a request makes it. What belongs to the other type is taken and not kept. */
export const CreateOathToken = closed({
  serialNumber: SerialNumber,
  secret: Type.String({
    minLength: 2,
    maxLength: OATH_SECRET_LENGTH_MAX,
    pattern: '^([0-9A-Fa-f]{2})+$',
    description: 'The key in hexadecimal digits. It is never shown again.',
  }),
  type: Kind,
  otpLength: OtpLength,
  hashAlgorithm: Type.Optional(Hash),
  hotp: maybe({ counter: Type.Optional(Counter) }),
  totp: maybe({ timeStep: Type.Optional(TimeStep) }),
  rowNumber: Type.Optional(RowNumber),
});
export type CreateOathTokenBody = Static<typeof CreateOathToken>;

export const OathTokenSchema = resourceOf({
  serialNumber: SerialNumber,
  type: Kind,
  otpLength: OtpLength,
  hashAlgorithm: Hash,
  hotp: Type.Optional(Type.Object({ counter: Type.Integer() })),
  totp: Type.Optional(Type.Object({ timeStep: TimeStep, drift: Type.Integer() })),
  rowNumber: Type.Optional(RowNumber),
  devices: Type.Optional(
    Type.Array(Type.Object({ id: Reference.properties.id, user: Reference }), {
      description: 'The device that is paired with it; with `expand=devices`.',
    }),
  ),
});

/** One or two passcodes; how many and how long is checked by hand, to say so of `otps`. */
export const Resync = closed({
  otps: Type.Array(Type.String({ maxLength: 100 }), { maxItems: 100 }),
});
