/** What a provider's request may name of a message; contract messages §9. Pure. */
import type { RenderedMessage } from '../channel.ts';
import type { Lookup } from './request-template.ts';

/** The name that the platform's pages give to some of them, too. */
const SYNONYMS: Readonly<Record<string, string>> = { 'user.user.name': 'user.username' };

export interface SenderVariables {
  to?: string;
  from?: string;
  message?: string;
  [name: string]: string | undefined;
}

function byAnyCase(values: Readonly<Record<string, string | undefined>>) {
  return new Map(Object.entries(values).map(([name, value]) => [name.toLowerCase(), value]));
}

/**
 * Looks up the predefined ones, which ignore case and which nothing takes the place of; then the
 * message's own, exact first. `own`: what the sender knows better, its number for one.
 */
export function messageVariables(message: RenderedMessage, own: SenderVariables = {}): Lookup {
  const { to, from, replyTo, subject, text, html, locale, voice, variables = {} } = message;
  const predefined = byAnyCase({
    to: to.address,
    extension: to.extension ?? '',
    message: html ?? text,
    from: from?.address ?? '',
    'from.name': from?.name ?? '',
    reply_to: replyTo?.address ?? '',
    'reply_to.name': replyTo?.name ?? '',
    subject: subject ?? '',
    locale,
    voice: voice ?? '',
    ...own,
  });
  const others = byAnyCase(variables);
  return (name) => {
    const key = name.toLowerCase();
    const known = SYNONYMS[key] ?? key;
    if (predefined.has(known)) return predefined.get(known) ?? '';
    const exact = Object.hasOwn(variables, name) ? variables[name] : undefined;
    return exact ?? others.get(known) ?? '';
  };
}
