/** The messages of contents; contract messages §2.3, §2.4. */
import { type Static, type TProperties, Type } from 'typebox';
import { CONTENT_LENGTH_MAX } from '../../../config/limits.ts';
import type { DeliveryMethod } from '../../../model/messages.ts';
import { closed, HalLinks, line, maybe, oneOf, resourceOf } from '../../kit/schemas.ts';
import { LOCALE_PATTERN } from './content-locale.ts';

const METHODS = ['SMS', 'Voice', 'Email', 'Push', 'WhatsApp'] as const;

const text = (maxLength: number) => Type.String({ minLength: 1, maxLength });

const Mailbox = maybe({
  name: Type.Optional(line(256, 0)),
  address: Type.Optional(line(254, 0)),
});

/** What each delivery method's contents have, in the order in which they are shown. */
export const WORDS = {
  Email: {
    subject: Type.Optional(line(256)),
    body: text(CONTENT_LENGTH_MAX),
    from: Mailbox,
    replyTo: Mailbox,
    charset: Type.Optional(
      Type.String({ maxLength: 40, pattern: '^[A-Za-z0-9][A-Za-z0-9._:+-]*$', default: 'UTF-8' }),
    ),
    emailContentType: Type.Optional(Type.Enum(['text/html', 'text/plain'])),
  },
  SMS: {
    // The page says 153 characters, the console 660; contract messages §17-C1.
    content: text(660),
    sender: Type.Optional(Type.String({ maxLength: 11, pattern: '^[A-Za-z0-9 ]*$' })),
    twilioVerifyTemplate: maybe({ id: line(100), locale: Type.Optional(line(35)) }),
  },
  Voice: {
    content: text(1_024),
    voice: Type.Optional(line(100)),
  },
  Push: {
    title: Type.Optional(line(200)),
    body: text(400),
    pushCategory: Type.Optional(
      Type.Enum(['BANNER_BUTTONS', 'WITHOUT_BANNER_BUTTONS', 'APPROVE_AND_OPEN_APP']),
    ),
  },
  WhatsApp: {
    whatsAppTemplate: closed({
      id: line(100),
      name: line(512),
      category: Type.Literal('AUTHENTICATION'),
      language: line(35),
    }),
  },
} as const satisfies Record<DeliveryMethod, TProperties>;

/** What stands for what isn't said. */
export const DEFAULTS: Readonly<Record<DeliveryMethod, object>> = {
  Email: { charset: 'UTF-8', emailContentType: 'text/html' },
  SMS: {},
  Voice: { voice: 'Man' },
  Push: { pushCategory: 'BANNER_BUTTONS' },
  WhatsApp: {},
};

/** The words of every method side by side, none of which need be there. */
const AllWords = Type.Partial(
  Type.Object({
    ...WORDS.WhatsApp,
    ...WORDS.Push,
    ...WORDS.Voice,
    ...WORDS.SMS,
    ...WORDS.Email,
    content: text(1_024),
  }),
).properties;

/**
 * The same for a request: how long they may be, the delivery method says, and is told in the words
 * of this resource (contract messages §16).
 */
const AnyLength = Type.Partial(
  Type.Object(
    JSON.parse(
      JSON.stringify(AllWords, (key, value) => (key === 'maxLength' ? undefined : value)),
    ) as typeof AllWords,
  ),
).properties;

export const Variant = line(100);
const DeliveryMethodText = Type.String({
  minLength: 1,
  maxLength: 20,
  description: `One of the template’s delivery methods: ${METHODS.join(', ')}.`,
});

export const WriteContent = closed({
  template: maybe({ id: Type.String({ maxLength: 100 }) }),
  deliveryMethod: DeliveryMethodText,
  locale: Type.String({ pattern: LOCALE_PATTERN, maxLength: 35 }),
  variant: Type.Optional(line(Number.MAX_SAFE_INTEGER)),
  ...AnyLength,
});
export type WriteContentBody = Static<typeof WriteContent>;

export const ContentSchema = resourceOf({
  template: Type.Object({ id: Type.String() }),
  deliveryMethod: oneOf(...METHODS),
  locale: Type.String(),
  variant: Type.Optional(Type.String()),
  default: Type.Boolean(),
  ...AllWords,
});

export const RenameVariant = closed({ variant: Variant });
export type RenameVariantBody = Static<typeof RenameVariant>;

export const ContentList = Type.Object({
  _links: HalLinks,
  _embedded: Type.Object({ contents: Type.Array(ContentSchema) }),
  count: Type.Integer(),
  size: Type.Integer(),
});

/** The delivery method as it is spelled; undefined: there is none of this name. */
export const methodNamed = (name: string): DeliveryMethod | undefined =>
  METHODS.find((method) => method.toLowerCase() === name.toLowerCase());
