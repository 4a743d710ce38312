/** A request to a provider as data: `${name}` stands for a value in its URL, headers and body. Pure. */
import type { Call } from '../../../outgoing/public-call.ts';

export interface RequestTemplate {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  url: string;
  headers?: Readonly<Record<string, string>>;
  /** A text with its variables in place. JSON is recognised, else it counts as a form. */
  body?: string;
  /** Instead of `body`: the fields of a form; those that are empty are left out. */
  form?: Readonly<Record<string, string>>;
  /** The header by which the provider knows a repetition; its value is the message's id. */
  idempotencyHeader?: string;
}

/** The value of a variable; unknown: empty. */
export type Lookup = (name: string) => string;

const VARIABLE = /\$\{([^${}]*)\}/g;
const FORM = 'application/x-www-form-urlencoded';

/** The names of the variables of a text, as they are written. */
export const variablesOf = (text: string): string[] =>
  [...text.matchAll(VARIABLE)].map(([, name = '']) => name.trim());

const filled = (text: string, look: Lookup, encode: (value: string) => string) =>
  text.replaceAll(VARIABLE, (_, name: string) => encode(look(name.trim())));

export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** RFC 3986 §2: all but what is never special; half a surrogate pair becomes U+FFFD. */
const inUrl = (value: string) =>
  encodeURIComponent(value.toWellFormed()).replaceAll(
    /[!'()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
/** The WHATWG's form-urlencoded: a space is `+`, a plus is `%2B`. */
const inForm = (value: string) => inUrl(value).replaceAll('%20', '+');
const inJson = (value: string) => JSON.stringify(value).slice(1, -1);
const asItIs = (value: string) => value;

/** RFC 9110 §5.5: no line of its own; Node.js writes Latin-1, so the bytes of UTF-8 one by one. */
const headerValue = (value: string) =>
  Buffer.from(value.replaceAll(/\p{Cc}+/gu, ' ').trim(), 'utf8').toString('latin1');

/** Whether values can't choose the host: nothing stands for one before the path. */
export const hasFixedOrigin = (url: string) =>
  /^https?:\/\/[^/?#$@\\]+(?:[/?#]|$)/i.test(url) && URL.canParse(url.replaceAll(VARIABLE, 'x'));

/** Where the strings of a JSON text are, and its variables outside of them. */
const JSON_PARTS = /"(?:[^"\\]|\\.)*"|\$\{([^${}]*)\}/gs;

/** Whether a variable stands for more than a part of a string: what it becomes is nobody's to check. */
export const hasBareVariable = (json: string): boolean =>
  [...json.matchAll(JSON_PARTS)].some(([, name]) => name !== undefined);

/** In a string its escapes; outside a string of its own, but for the message: it may be JSON itself. */
const filledJson = (json: string, look: Lookup) =>
  json.replaceAll(JSON_PARTS, (part: string, bare: string | undefined) => {
    if (bare === undefined) return filled(part, look, inJson);
    const value = look(bare.trim());
    return bare.trim().toLowerCase() === 'message' ? value : JSON.stringify(value);
  });

function filledBody(body: string, contentType: string, look: Lookup): string {
  if (/\bjson\b/i.test(contentType)) return filledJson(body, look);
  return filled(body, look, contentType.toLowerCase().startsWith(FORM) ? inForm : asItIs);
}

/** The body with its type: what the header says, else JSON where it is some, else a form. */
function bodyOf({ body, form }: RequestTemplate, contentType: string | undefined, look: Lookup) {
  if (form) {
    const fields = Object.entries(form)
      .map(([name, value]) => [name, filled(value, look, asItIs)] as const)
      .filter(([, value]) => value !== '');
    const text = fields.map(([name, value]) => `${inForm(name)}=${inForm(value)}`).join('&');
    return { text, contentType: contentType ?? FORM };
  }
  if (body === undefined) return undefined;
  const type = contentType ?? (isJson(body) ? 'application/json' : FORM);
  return { text: filledBody(body, type, look), contentType: type };
}

/** The request with its values, each encoded for its place; contract messages §9. */
export function fillTemplate(template: RequestTemplate, look: Lookup, messageId?: string): Call {
  const { method, url, idempotencyHeader } = template;
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(template.headers ?? {})) {
    headers[name.toLowerCase()] = headerValue(filled(value, look, asItIs));
  }
  if (idempotencyHeader !== undefined && messageId !== undefined) {
    headers[idempotencyHeader.toLowerCase()] = messageId;
  }
  const body = bodyOf(template, headers['content-type'], look);
  return {
    method,
    url: filled(url, look, inUrl),
    headers: { ...headers, ...(body ? { 'content-type': body.contentType } : {}) },
    ...(body ? { body: body.text } : {}),
  };
}
