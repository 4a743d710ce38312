/** Pieces of messages that many resources share; contract §1.4, §1.5. */

import { type TLiteral, type TObjectOptions, type TProperties, type TSchema, Type } from 'typebox';
import { NAME_LENGTH_MAX } from '../../config/limits.ts';
import { ERROR_DETAILS, ERRORS } from '../../errors/catalogue.ts';
import type { AuthenticationMethod } from '../../methods/authentication-method.ts';

/** Ids are lower-case UUIDs; contract §1.4. */
export const UUID_PATTERN = '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$';
// The `date-time` format checks the calendar; the pattern asks for milliseconds and UTC.
const TIMESTAMP_PATTERN =
  '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]\\.[0-9]{3}Z$';

/** An id of a resource. */
export const Uuid = Type.String({ format: 'uuid', pattern: UUID_PATTERN });

/** `YYYY-MM-DDThh:mm:ss.sssZ`. */
export const Timestamp = Type.String({ format: 'date-time', pattern: TIMESTAMP_PATTERN });

/** What methods say of a message, each for itself: none of it need be there. */
export const ofMethods = (
  methods: readonly AuthenticationMethod[],
  part: (schemas: AuthenticationMethod['schemas']) => Record<string, TSchema> | undefined,
) =>
  Type.Partial(Type.Object(Object.assign({}, ...methods.map(({ schemas }) => part(schemas)))))
    .properties;

/** A HAL link. */
export const Href = Type.Object({ href: Type.String() });

/** `_links` by relation. */
export const HalLinks = Type.Record(Type.String(), Href);

/** One of these words. */
export const oneOf = <const Words extends readonly string[]>(...words: Words) =>
  Type.Union(
    words.map((word) => Type.Literal(word)) as {
      -readonly [Place in keyof Words]: TLiteral<Words[Place]>;
    },
  );

/** An object without other members than these. */
export const closed = <Members extends TProperties>(
  members: Members,
  options: TObjectOptions = {},
) => Type.Object(members, { ...options, additionalProperties: false });

/** The same, where it may be left out. */
export const maybe = <Members extends TProperties>(members: Members, options?: TObjectOptions) =>
  Type.Optional(closed(members, options));

/** `{ "id": "…" }`: names another resource. */
export const Reference = Type.Object({ id: Uuid }, { additionalProperties: false });

/** One line of text, without control characters. */
export const line = (maxLength: number, minLength = 1) =>
  Type.String({ minLength, maxLength, pattern: '^[^\\u0000-\\u001f\\u007f]*$' });

export const Name = line(NAME_LENGTH_MAX);

/** A resource of an environment as the API shows it. */
export function resourceOf<Members extends TProperties>(members: Members) {
  return Type.Object({
    _links: HalLinks,
    id: Uuid,
    environment: Reference,
    ...members,
    createdAt: Timestamp,
    updatedAt: Timestamp,
  });
}

const InnerErrorSchema = Type.Object({
  rangeMinimumValue: Type.Optional(Type.Number()),
  rangeMaximumValue: Type.Optional(Type.Number()),
  allowedPattern: Type.Optional(Type.String()),
  allowedValues: Type.Optional(Type.Array(Type.String())),
  maximumValue: Type.Optional(Type.Number()),
  maximumAllowed: Type.Optional(Type.Number()),
  referencedValues: Type.Optional(Type.Array(Type.String())),
  attemptsRemaining: Type.Optional(Type.Integer()),
  coolDownExpiresAt: Type.Optional(Timestamp),
});

/** Every error's body; the codes are those of `errors/catalogue.ts`. */
export const ErrorBody = Type.Object(
  {
    id: Uuid,
    code: Type.String({ enum: Object.keys(ERRORS) }),
    message: Type.String(),
    details: Type.Optional(
      Type.Array(
        Type.Object({
          code: Type.String({ enum: Object.keys(ERROR_DETAILS) }),
          target: Type.Optional(Type.String()),
          message: Type.String(),
          innerError: Type.Optional(InnerErrorSchema),
        }),
      ),
    ),
  },
  { title: 'Error' },
);

/** One page of a collection. `count`: rows that match in all; `size`: rows in this page. */
export function listOf<Item extends TSchema>(name: string, item: Item, extra: TProperties = {}) {
  return Type.Object({
    _links: HalLinks,
    _embedded: Type.Object({ [name]: Type.Array(item) }),
    count: Type.Integer({ minimum: 0 }),
    size: Type.Integer({ minimum: 0 }),
    ...extra,
  });
}

/** The web origin of the page that an authenticator was used on; RFC 6454 §6.2. */
export const Origin = Type.String({
  minLength: 1,
  maxLength: 512,
  description: 'Web origin of the page: `https://login.shop.example`.',
});

/** The text of a WebAuthn credential as JSON, as a browser page makes it. */
export const CredentialText = Type.String({ minLength: 1, maxLength: 65_536 });
