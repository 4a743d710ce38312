/** `notification` of a request: which words a message uses; contract messages §3. */
import { type Static, Type } from 'typebox';
import { invalidData } from '../../errors/api-error.ts';
import type { NotificationRequest } from '../../model/documents.ts';
import { isLanguageList } from '../../notifications/templates/locale.ts';
import { closed, maybe, Uuid } from './schemas.ts';

const VARIABLES_MAX = 50;
const VALUE_LENGTH_MAX = 1_000;
/** As JSON: it travels to phones. */
const CLIENT_CONTEXT_BYTES_MAX = 4_096;

export const NOTIFICATION = closed({
  template: maybe({
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
    variant: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
    locale: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 255,
        description:
          'A language, or several by weight, as in `Accept-Language`: `fr-CA, en;q=0.8`.',
      }),
    ),
    variables: Type.Optional(
      Type.Record(
        Type.String({ maxLength: 100 }),
        Type.Union([Type.String({ maxLength: VALUE_LENGTH_MAX }), Type.Number(), Type.Boolean()]),
        { maxProperties: VARIABLES_MAX },
      ),
    ),
  }),
  clientContext: Type.Optional(
    Type.Record(Type.String({ maxLength: 100 }), Type.Unknown(), {
      maxProperties: VARIABLES_MAX,
      description:
        "What the application knows of the request (its user's browser, place, address): the phone shows it line by line.",
    }),
  ),
  policy: maybe({ id: Uuid }),
});

/** What a message is about decides which templates it may use; the first is the usual one. */
const TEMPLATES = {
  AUTHENTICATION: ['strong_authentication', 'transaction'],
  PAIRING: ['device_pairing'],
} as const;

type Template = NonNullable<Static<typeof NOTIFICATION>['template']>;

/** The template that is asked for; absent: the usual one. Throws `INVALID_VALUE`. */
function nameOf({ name }: Template, purpose: keyof typeof TEMPLATES): { name?: string } {
  if (name === undefined) return {};
  const allowedValues = TEMPLATES[purpose];
  const known = allowedValues.find((one) => one === name.toLowerCase());
  if (known !== undefined) return { name: known };
  // A pairing has one template, whatever is said.
  if (purpose === 'PAIRING') return {};
  throw invalidData('INVALID_VALUE', 'notification.template.name', {
    message: `The template is not one of: ${allowedValues.join(', ')}.`,
    innerError: { allowedValues },
  });
}

function templateOf(
  template: Template,
  purpose: keyof typeof TEMPLATES,
): NonNullable<NotificationRequest['template']> {
  const { name: _, variables, ...rest } = template;
  if (template.locale !== undefined && !isLanguageList(template.locale)) {
    throw invalidData('INVALID_VALUE', 'notification.template.locale', {
      message: 'The value is not a list of languages, such as: fr-CA, en;q=0.8.',
    });
  }
  const texts = Object.entries(variables ?? {}).map(([name, value]) => [name, String(value)]);
  return {
    ...rest,
    ...nameOf(template, purpose),
    ...(variables ? { variables: Object.fromEntries(texts) } : {}),
  };
}

function assertContextSize(context: object | undefined): void {
  if (context === undefined) return;
  if (Buffer.byteLength(JSON.stringify(context)) <= CLIENT_CONTEXT_BYTES_MAX) return;
  throw invalidData('OUT_OF_RANGE', 'notification.clientContext', {
    message: `The client context has more than ${CLIENT_CONTEXT_BYTES_MAX} bytes as JSON.`,
    innerError: { rangeMinimumValue: 0, rangeMaximumValue: CLIENT_CONTEXT_BYTES_MAX },
  });
}

/**
 * The request's `notification` with its template's name as it is listed, and texts for variables.
 * Throws `INVALID_DATA`.
 */
export function notificationOf(
  notification: Static<typeof NOTIFICATION> | undefined,
  purpose: keyof typeof TEMPLATES,
): NotificationRequest | undefined {
  if (!notification) return undefined;
  const { template, ...rest } = notification;
  assertContextSize(rest.clientContext);
  return { ...rest, ...(template ? { template: templateOf(template, purpose) } : {}) };
}
