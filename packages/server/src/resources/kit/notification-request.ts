/** `notification` of a request: which words a message uses; contract §2.2.3. */
import { type Static, Type } from 'typebox';
import { invalidData } from '../../errors/api-error.ts';
import type { NotificationRequest } from '../../model/documents.ts';
import { isKnownTemplate, KNOWN_TEMPLATES } from '../../notifications/templates/catalogue.ts';
import { closed, maybe, Uuid } from './schemas.ts';

const VARIABLES_MAX = 50;

export const NOTIFICATION = closed({
  template: maybe({
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
    variant: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
    locale: Type.Optional(
      Type.String({ pattern: '^[A-Za-z0-9]{2,8}([-_][A-Za-z0-9]{2,8}){0,3}$' }),
    ),
    variables: Type.Optional(
      Type.Record(Type.String({ maxLength: 100 }), Type.String({ maxLength: 1_000 }), {
        maxProperties: VARIABLES_MAX,
      }),
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

/** The request's `notification` with its template's name in lower case. Throws `INVALID_DATA`. */
export function notificationOf(
  notification: Static<typeof NOTIFICATION> | undefined,
): NotificationRequest | undefined {
  const template = notification?.template;
  if (!template?.name) return notification as NotificationRequest | undefined;
  const name = template.name.toLowerCase();
  if (!isKnownTemplate(name)) {
    throw invalidData('INVALID_VALUE', 'notification.template.name', {
      message: `There is no such template. There are: ${KNOWN_TEMPLATES.join(', ')}.`,
      innerError: { allowedValues: KNOWN_TEMPLATES },
    });
  }
  return { ...notification, template: { ...template, name } } as NotificationRequest;
}
