/** What a message says, as far as it is known when it is asked for: which words, and what fills them. */
import { invalidData } from '../../errors/api-error.ts';
import type { Environment, NotificationRequest, User } from '../../model/documents.ts';
import type { Instant } from '../../model/instant.ts';
import type { ChannelName, Wording } from '../../notifications/message.ts';
import type { ContentWords } from '../../notifications/templates/content-words.ts';
import {
  isPredefined,
  namesIn,
  type Variables,
  valueNamed,
} from '../../notifications/templates/fill.ts';
import type { Parts } from '../../parts.ts';

/** Whom a message is for, and when. */
export interface Addressee {
  environment: { id: string; doc: Pick<Environment, 'name'> };
  user: Pick<User, 'username' | 'name' | 'preferredLanguage'>;
  now: Instant;
}

export interface WantedWording {
  template: string;
  channel: ChannelName | 'PUSH';
  notification?: NotificationRequest | undefined;
}

/** What the server knows for every message; contract messages §2.1. */
function ownVariables({ environment, user, now }: Addressee): Record<string, string> {
  const { given, family } = user.name ?? {};
  return {
    'user.username': user.username,
    ...(given === undefined ? {} : { 'user.name.given': given }),
    ...(family === undefined ? {} : { 'user.name.family': family }),
    'environment.name': environment.doc.name,
    'current-year': String(new Date(now).getUTCFullYear()),
  };
}

/** What the request says of variables that aren't the server's to set. */
const givenVariables = ({ template }: NotificationRequest): Record<string, string> =>
  Object.fromEntries(
    Object.entries(template?.variables ?? {}).filter(([name]) => !isPredefined(name)),
  );

/** Nobody approves a transaction with a hole in it. Throws `REQUIRED_VALUE`. */
function assertWhole({ title, subject, body, content }: ContentWords, given: Variables): void {
  const missing = namesIn(title, subject, body, content).find(
    (name) => !isPredefined(name) && valueNamed(given, name) === undefined,
  );
  if (missing === undefined) return;
  throw invalidData('REQUIRED_VALUE', `notification.template.variables.${missing}`, {
    message: `The content of the template uses the variable \${${missing}}.`,
  });
}

/** The content that a message takes its words from, as far as there is one. */
export async function chosenWords(
  { contents }: Pick<Parts, 'contents'>,
  { environment, user }: Pick<Addressee, 'environment' | 'user'>,
  { template: standard, channel, notification = {} }: WantedWording,
) {
  const { name: template = standard, variant, locale: wanted } = notification.template ?? {};
  const language = wanted ?? user.preferredLanguage;
  const chosen = await contents.choose({
    environmentId: environment.id,
    template,
    channel,
    ...(variant === undefined ? {} : { variant }),
    ...(language === undefined ? {} : { locale: language }),
  });
  return { template, variant, ...chosen };
}

/**
 * The words that are chosen for a message, with the variables that fill them but its code. What is
 * chosen goes with the message: one that waits keeps its words. Throws what is missing.
 */
export async function wordingOf(
  { contents }: Pick<Parts, 'contents'>,
  addressee: Addressee,
  { template: standard, channel, notification = {} }: WantedWording,
): Promise<Wording> {
  const { template, variant, locale, words } = await chosenWords({ contents }, addressee, {
    template: standard,
    channel,
    notification,
  });
  const given = notification.template?.variables ? givenVariables(notification) : {};
  if (template === 'transaction' && words) assertWhole(words, given);
  return {
    template,
    ...(variant === undefined ? {} : { variant }),
    locale,
    ...(words === undefined ? {} : { words }),
    variables: { ...given, ...ownVariables(addressee) },
  };
}
