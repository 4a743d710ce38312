/**
 * Reads TypeScript just far enough for the architecture rules: its comments out, its imports and
 * its string literals in. A scanner of this size is enough for sources that the formatter has
 * shaped; it is not a parser.
 */

export interface Import {
  /** As written: `./limits.ts`, `node:crypto`, `typebox`. */
  specifier: string;
  /** Erased before the program runs. */
  typeOnly: boolean;
  line: number;
}

// A slash after one of these begins a regular expression, after anything else it divides.
const BEFORE_REGEX = /(?:[(,=:[!&|?{};+\-*%~^<>]|\b(?:return|typeof|case|in|of))\s*$/;

/**
 * The source with each comment blanked out, so that lines keep their numbers. With `strings:
 * 'blank'` the contents of string and template literals go too. Pure.
 */
export function withoutComments(source: string, { strings = 'keep' as 'keep' | 'blank' } = {}) {
  const blank = (text: string) => text.replace(/[^\n]/g, ' ');
  let out = '';
  let at = 0;
  while (at < source.length) {
    const rest = source.slice(at, at + 2);
    const end = endOfToken(source, at, rest, out);
    const token = source.slice(at, end);
    const isComment = rest === '//' || rest === '/*';
    const isString = /^['"`]/.test(token);
    if (isComment) out += blank(token);
    else if (isString && strings === 'blank') out += `'${blank(token.slice(1, -1))}'`;
    else out += token;
    at = end;
  }
  return out;
}

function endOfToken(source: string, at: number, two: string, before: string): number {
  if (two === '//') return indexOr(source, '\n', at);
  if (two === '/*') return indexOr(source, '*/', at + 2) + 2;
  const first = two[0];
  if (first === "'" || first === '"' || first === '`') return endOfQuoted(source, at, first);
  if (first === '/' && BEFORE_REGEX.test(before.slice(-12))) return endOfQuoted(source, at, '/');
  return at + 1;
}

/** The index after a string, template or regular expression that begins at `at`. */
function endOfQuoted(source: string, at: number, quote: string): number {
  let inClass = false;
  for (let index = at + 1; index < source.length; index++) {
    const character = source[index];
    if (character === '\\') index++;
    else if (quote === '/' && character === '[') inClass = true;
    else if (quote === '/' && character === ']') inClass = false;
    else if (character === quote && !inClass) return index + 1;
    // A line break ends all but a template: what looked like a quote was none.
    else if (character === '\n' && quote !== '`') return at + 1;
  }
  return source.length;
}

function indexOr(source: string, text: string, from: number): number {
  const index = source.indexOf(text, from);
  return index === -1 ? source.length : index;
}

const IMPORT =
  /^[ \t]*(?:import|export)\s+(type\s+)?(?:[\w*{}\s,$]+?\bfrom\s+)?'([^'\n]+)'|\bimport\(\s*'([^'\n]+)'\s*\)/gm;

/** Every import, re-export and dynamic import of a source, in order. Pure. */
export function importsOf(source: string): Import[] {
  const text = withoutComments(source);
  return [...text.matchAll(IMPORT)].map((match) => ({
    specifier: match[2] ?? match[3] ?? '',
    // `import { type A }` still runs the other file (verbatimModuleSyntax), so it counts as a value.
    typeOnly: match[1] !== undefined,
    line: text.slice(0, match.index).split('\n').length,
  }));
}

/** Every plain string literal of a source with its line; templates are left out. Pure. */
export function stringLiteralsOf(source: string): { text: string; line: number }[] {
  const text = withoutComments(source);
  return [...text.matchAll(/'((?:[^'\\\n]|\\.)*)'/g)].map((match) => ({
    text: match[1] ?? '',
    line: text.slice(0, match.index).split('\n').length,
  }));
}
