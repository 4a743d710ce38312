/**
 * `${name}` in words: the one way in which values come into a message. What is put in is text: it is
 * never read again. Contract messages §2.6. Pure.
 */

/** What the server sets itself: found in any case of letters, and never a caller's to give. */
const PREDEFINED: ReadonlySet<string> = new Set([
  'otp',
  'user.username',
  'user.name.given',
  'user.name.family',
  'environment.name',
  'application.name',
  'device.type',
  'device.name',
  'device.nickname',
  'current-year',
]);

const PLACEHOLDER = /\$\{([^${}]*)\}/g;

// Control characters would make lines (or headers) of their own; the directional overrides and
// isolates could show an amount or a recipient in another order than it is.
const NOT_SHOWN = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu;

/** The value as it stands in a message: on its line, and in the order in which it is written. */
export const shownValue = (value: string): string => value.replace(NOT_SHOWN, ' ');

/** Whether the server sets it itself. */
export const isPredefined = (name: string): boolean => PREDEFINED.has(name.toLowerCase());

/** The names that words use, as they are written, each once. */
export function namesIn(...texts: readonly (string | undefined)[]): string[] {
  const names = texts.flatMap((text) =>
    Array.from((text ?? '').matchAll(PLACEHOLDER), ([, name = '']) => name.trim()),
  );
  return [...new Set(names)];
}

/** Whether one of the names means this variable. */
export const usesVariable = (names: readonly string[], variable: string): boolean =>
  names.some((name) => name.toLowerCase() === variable);

export type Variables = Readonly<Record<string, string>>;

/** What a name stands for; undefined: nothing. */
export function valueNamed(variables: Variables, name: string): string | undefined {
  const lower = name.toLowerCase();
  if (PREDEFINED.has(lower)) return Object.hasOwn(variables, lower) ? variables[lower] : undefined;
  if (Object.hasOwn(variables, name)) return variables[name];
  const other = Object.keys(variables).find((one) => one.toLowerCase() === lower);
  return other === undefined ? undefined : variables[other];
}

const asItIs = (text: string) => text;

/** The words with their values; what has none is empty. `escaped`: each value as it is put in. */
export function fill(
  text: string,
  variables: Variables,
  escaped: (text: string) => string = asItIs,
) {
  return text.replace(PLACEHOLDER, (_, name: string) =>
    escaped(shownValue(valueNamed(variables, name.trim()) ?? '')),
  );
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** The text with the characters replaced that mean something in HTML. */
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
