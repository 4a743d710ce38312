/** Passcodes as people type, paste and read them. */

const PLAIN = /^[0-9]{6,10}$/;

// What applications show between the digits, and what comes along when a code is copied.
const BETWEEN = /[\s\p{Z}\p{Cf}\p{Pd}.]/gu;
const DIGIT = /\p{Nd}/u;

/** The value of a decimal digit in any script: each script has its ten in a row, zero first. */
function asciiDigit(digit: string): string {
  const point = digit.codePointAt(0) ?? 0;
  let value = 0;
  while (value < 9 && DIGIT.test(String.fromCodePoint(point - value - 1))) value += 1;
  return String(value);
}

/**
 * The digits of a typed passcode: `123 456`, `123-456` and full-width digits are the same code.
 * Undefined: the text can't be a passcode at all, so it is no guess either.
 */
export function typedCode(text: unknown): string | undefined {
  if (typeof text !== 'string') return undefined;
  if (PLAIN.test(text)) return text;
  const digits = text
    .normalize('NFKC')
    .replaceAll(BETWEEN, '')
    .replaceAll(/\p{Nd}/gu, asciiDigit);
  return PLAIN.test(digits) ? digits : undefined;
}
