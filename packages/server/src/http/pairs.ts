/** `name=value&…`: query strings and form bodies (application/x-www-form-urlencoded). */
import { invalidData } from '../errors/api-error.ts';

function decode(text: string): string | undefined {
  try {
    const decoded = decodeURIComponent(text.replaceAll('+', ' '));
    return decoded.includes('\0') ? undefined : decoded;
  } catch {
    return undefined;
  }
}

/**
 * The values of the known names; others are ignored. Throws `INVALID_DATA` with the name as
 * target when it stands twice or its value isn't percent-encoded UTF-8.
 */
export function parsePairs(text: string, names: ReadonlySet<string>): Record<string, string> {
  const values: Record<string, string> = {};
  for (const pair of text.split('&')) {
    const at = pair.indexOf('=');
    const name = decode(at < 0 ? pair : pair.slice(0, at));
    if (name === undefined || !names.has(name)) continue;
    const value = at < 0 ? '' : decode(pair.slice(at + 1));
    if (value === undefined) {
      throw invalidData('INVALID_VALUE', name, {
        message: 'The value is not percent-encoded UTF-8.',
      });
    }
    if (Object.hasOwn(values, name)) {
      throw invalidData('INVALID_VALUE', name, { message: 'The parameter stands more than once.' });
    }
    values[name] = value;
  }
  return values;
}
