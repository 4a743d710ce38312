/**
 * The one place that keeps secrets out of the log. A value whose name says that it is secret is
 * censored wherever it stands; and as a net below that, addresses and tokens are masked in every
 * text. Nobody may rely on it: secrets should not be logged at all.
 */
const CENSORED = '[censored]';
const DEPTH_MAX = 8;
const MEMBERS_MAX = 100;
const TEXT_LENGTH_MAX = 10_000;

const SECRET_NAME =
  /authorization|cookie|token|secret|passw|passcode|^otps?$|email|phone|keyuri|assertion|attestation|private|masterkey|databaseurl|smtpurl|apikey|credential|payload|^address$|^recipient$/;

// Log lines use few names, again and again.
const NAMES_KEPT_MAX = 1_000;
const secretNames = new Map<string, boolean>();

function isSecretName(name: string): boolean {
  const known = secretNames.get(name);
  if (known !== undefined) return known;
  const isSecret = SECRET_NAME.test(name.toLowerCase().replaceAll(/[-_]/g, ''));
  if (secretNames.size < NAMES_KEPT_MAX) secretNames.set(name, isSecret);
  return isSecret;
}

// Ids come first, so that the digits in them are not taken for a phone number.
const SENSITIVE = new RegExp(
  [
    '(?<id>\\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\\b)',
    '(?<token>\\beyJ[\\w-]{5,}(?:\\.[\\w-]*){0,4}|\\b(?:Bearer|Basic)\\s+[\\w.~+/=-]+)',
    '(?<uri>otpauth:[^\\s"]*)',
    '(?<login>(?<=:\\/\\/)[^\\s/@:]*:[^\\s/@]*(?=@))',
    '(?<email>[^\\s"\'<>(),:;@]{1,64}@[^\\s"\'<>(),:;@]{1,255})',
    '(?<phone>\\+\\d[\\d .()-]{5,20}\\d|(?<![\\w.])\\d{8,15}(?![\\w])|(?<![\\w.])\\(?\\d{3}\\)?[ .-]\\d{3}[ .-]\\d{4}(?!\\w))',
  ].join('|'),
  'giu',
);

// Most texts of a log line are ids and words: these two tests are cheap, the search above is not.
const ONLY_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const MAY_BE_SENSITIVE = /[@:]|\d{3}|eyj|bearer|basic/i;

/** The text with e-mail addresses, phone numbers and tokens masked. Pure. */
export function maskText(text: string): string {
  if (ONLY_ID.test(text) || !MAY_BE_SENSITIVE.test(text)) return text;
  const bounded = text.length > TEXT_LENGTH_MAX ? `${text.slice(0, TEXT_LENGTH_MAX)}…` : text;
  return bounded.replaceAll(SENSITIVE, (match, ...rest) => {
    const groups: Record<string, string | undefined> = rest.at(-1);
    if (groups.id !== undefined) return match;
    if (groups.email !== undefined) return '[email]';
    return groups.phone !== undefined ? '[phone]' : CENSORED;
  });
}

/** Members of a line that whoever made it has kept clean himself: they are logged as they are. */
export class CleanFields {
  [name: string]: unknown;

  constructor(fields: object) {
    Object.assign(this, fields);
  }
}

/** A copy of the value that is fit for the log: censored, masked, and bounded in depth and size. */
export function censor(value: unknown): unknown {
  return censorWithin(value, 0, new Set());
}

// `seen` ends circles, and keeps what is referred to twice from being written twice.
function censorWithin(value: unknown, depth: number, seen: Set<object>): unknown {
  if (typeof value === 'string') return maskText(value);
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date) return value;
  if (depth >= DEPTH_MAX || seen.has(value) || ArrayBuffer.isView(value)) return CENSORED;
  seen.add(value);
  if (value instanceof Error) return censorError(value, depth, seen);
  if (Array.isArray(value)) {
    return value.slice(0, MEMBERS_MAX).map((item) => censorWithin(item, depth + 1, seen));
  }
  return censorMembers(value, depth, seen);
}

function censorError(error: Error, depth: number, seen: Set<object>): object {
  const { name, message, stack, cause, ...members } = error;
  return {
    type: name,
    message: maskText(message),
    stack: maskText(stack ?? ''),
    ...(cause === undefined ? {} : { cause: censorWithin(cause, depth + 1, seen) }),
    ...censorMembers(members, depth, seen),
  };
}

function censorMembers(members: object, depth: number, seen: Set<object>): Record<string, unknown> {
  const censored: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(members).slice(0, MEMBERS_MAX)) {
    censored[maskText(name)] = isSecretName(name) ? CENSORED : censorWithin(value, depth + 1, seen);
  }
  return censored;
}
