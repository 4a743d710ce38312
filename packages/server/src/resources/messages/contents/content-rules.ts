/** What the words of a content are held to; contract messages §2.3, §2.4, §2.6. Throws `INVALID_DATA`. */
import { Type } from 'typebox';
import { ApiError, type ErrorDetail, errorDetail, invalidData } from '../../../errors/api-error.ts';
import { EMAIL_RULE, isEmailAddress } from '../../../model/address.ts';
import { defined } from '../../../model/defined.ts';
import { type DeliveryMethod, localeKey } from '../../../model/messages.ts';
import type { Template } from '../../../notifications/templates/catalogue.ts';
import type { ContentWords } from '../../../notifications/templates/content-words.ts';
import { namesIn, usesVariable } from '../../../notifications/templates/fill.ts';
import { parseVoice } from '../../../notifications/voice/markup.ts';
import type { Parts } from '../../../parts.ts';
import type { Row } from '../../kit/rows.ts';
import { closed } from '../../kit/schemas.ts';
import { isEnabledLocale } from './content-locale.ts';
import { DEFAULTS, methodNamed, Variant, WORDS, type WriteContentBody } from './contents.schema.ts';

/** The template's delivery method that the request names. */
export function methodOf({ deliveryMethods }: Template, name: string): DeliveryMethod {
  const method = methodNamed(name);
  if (method && deliveryMethods.includes(method)) return method;
  throw invalidData('INVALID_VALUE', 'deliveryMethod', {
    message: `The template is offered by: ${deliveryMethods.join(', ')}.`,
    innerError: { allowedValues: deliveryMethods },
  });
}

/** What a content is of can't change: that would be another content. */
export function assertSame(
  {
    template,
    deliveryMethod,
    locale,
  }: { template: string } & Pick<WriteContentBody, 'locale'> & {
      deliveryMethod: DeliveryMethod;
    },
  before: Row<'template_contents'> | undefined,
): void {
  if (!before) return;
  const { doc } = before;
  const changed = [
    template !== doc.template && 'template.id',
    deliveryMethod !== doc.deliveryMethod && 'deliveryMethod',
    localeKey(locale) !== localeKey(doc.locale) && 'locale',
  ].find((target) => target !== false);
  if (changed === undefined) return;
  throw invalidData('INVALID_VALUE', changed, {
    message: 'It stays as it is: make another content for another one.',
  });
}

export function assertLocale(locale: string): void {
  if (isEnabledLocale(locale)) return;
  throw invalidData('INVALID_VALUE', 'language', {
    message: 'The locale is not one of the languages of the environment.',
  });
}

/** The property that a method's text stands in, and what else may hold its variables. */
const TEXTS: Readonly<Record<DeliveryMethod, readonly (keyof ContentWords)[]>> = {
  Email: ['body', 'subject'],
  SMS: ['content'],
  Voice: ['content'],
  Push: ['body', 'title'],
  WhatsApp: [],
};

function assertVariables(
  { variables = {} }: Template,
  method: DeliveryMethod,
  words: ContentWords,
): void {
  const [target, ...others] = TEXTS[method];
  if (target === undefined) return;
  const names = namesIn(...[target, ...others].map((name) => String(words[name] ?? '')));
  const missing = Object.entries(variables).find(
    ([name, { required, requiredForDeliveryMethods }]) =>
      required &&
      (requiredForDeliveryMethods?.includes(method) ?? true) &&
      !usesVariable(names, name.toLowerCase()),
  );
  if (!missing) return;
  throw invalidData('REQUIRED_VALUE', target, {
    message: `The content must hold the variable \${${missing[0]}}.`,
  });
}

function assertMailbox(words: ContentWords, property: 'from' | 'replyTo'): void {
  const address = words[property]?.address;
  if (!address || isEmailAddress(address)) return;
  throw invalidData('INVALID_VALUE', `${property}.address`, { message: EMAIL_RULE });
}

/** Of the body what the method has; the rest is another method's, and ignored. */
const partOf = (body: WriteContentBody, method: DeliveryMethod) =>
  Object.fromEntries(
    Object.keys(WORDS[method])
      .filter((name) => Object.hasOwn(body, name))
      .map((name) => [name, body[name as keyof WriteContentBody]]),
  );

const SCHEMAS = new Map(
  Object.entries(WORDS).map(([method, properties]) => [
    method,
    closed({ ...properties, variant: Type.Optional(Variant) }),
  ]),
);

/** Lengths are ranges here; contract messages §16. */
function asRange(detail: ErrorDetail): ErrorDetail {
  if (detail.code !== 'SIZE_LIMIT_EXCEEDED') return detail;
  const { target, innerError } = detail;
  const { maximumValue = 0 } = innerError ?? {};
  return errorDetail('OUT_OF_RANGE', target, {
    message: `The value has more than ${maximumValue} characters.`,
    innerError: { rangeMinimumValue: 0, rangeMaximumValue: maximumValue },
  });
}

/** Checks the words by the rules of their method. */
function assertForm(
  { validator }: Pick<Parts, 'validator'>,
  method: DeliveryMethod,
  words: object,
) {
  const schema = SCHEMAS.get(method);
  try {
    if (schema) validator(schema)(words, 0);
  } catch (error) {
    if (error instanceof ApiError) throw new ApiError(error.code, error.details.map(asRange));
    throw error;
  }
}

/** The words that the request brings for this method, with the defaults of what it leaves out. */
export function wordsOf(
  parts: Pick<Parts, 'validator'>,
  template: Template,
  method: DeliveryMethod,
  body: WriteContentBody,
): ContentWords {
  const given = partOf(body, method);
  const { variant } = body;
  assertForm(parts, method, { ...given, ...defined({ variant }) });
  const words: ContentWords = { ...DEFAULTS[method], ...given };
  assertMailbox(words, 'from');
  assertMailbox(words, 'replyTo');
  if (method === 'Voice' && !parseVoice(words.content ?? '')) {
    throw invalidData('INVALID_VALUE', 'content', {
      message:
        'The markup is malformed: <pause1sec>, <sayCharValue>…</sayCharValue>, <repeatMessage val=2>…</repeatMessage>.',
    });
  }
  assertVariables(template, method, words);
  return words;
}
