/**
 * SCIM filters (RFC 7644 §3.4.2.2) to conditions of the store: `status eq "ACTIVE" and not (…)`.
 *
 * An own parser in place of the `scim2-parse-filter` package: that one rewrites the backslashes of
 * quoted values, takes `not` without parentheses and words such as `constructor` as operators, and
 * bounds neither nesting nor the number of conditions.
 */
import { FILTER_CONDITIONS_MAX, FILTER_LENGTH_MAX } from '../../config/limits.ts';
import { type ApiError, type InnerError, invalidData } from '../../errors/api-error.ts';
import { textKey } from '../../model/text-key.ts';
import type { Condition } from '../../storage/store.ts';

const DEPTH_MAX = 20;

const OPERATORS = {
  string: ['eq', 'ne', 'sw', 'ew', 'co', 'gt', 'ge', 'lt', 'le', 'pr'],
  boolean: ['eq', 'ne', 'pr'],
  number: ['eq', 'ne', 'gt', 'ge', 'lt', 'le', 'pr'],
  instant: ['eq', 'ne', 'gt', 'ge', 'lt', 'le', 'pr'],
} as const;

/** `in`: only where an attribute says so; `name in ("a", "b")`, also with square brackets. */
export type FilterOperator = (typeof OPERATORS)['string'][number] | 'in';

/** What a filter may name. */
export interface FilterAttribute {
  /** The searched column; absent: `condition` says what is searched. */
  column?: string;
  type: keyof typeof OPERATORS;
  /** Fewer operators than the type has. */
  operators?: readonly FilterOperator[];
  /** The column holds its texts in one form: a text to compare is brought into it. */
  keyOf?: (text: string) => string;
  condition?(operator: FilterOperator, value: string | number): Condition;
}

/** An attribute that has one value everywhere: it is compared without asking the store. */
export const constantly = (constant: string): FilterAttribute => ({
  type: 'string',
  operators: ['eq', 'ne'],
  keyOf: textKey,
  condition: (operator, value) =>
    (value === textKey(constant)) === (operator === 'eq') ? { all: [] } : { any: [] },
});

/** A boolean that no column holds: true where the condition is. */
export const wherever = (condition: Condition): FilterAttribute => ({
  type: 'boolean',
  operators: ['eq', 'ne'],
  condition: (operator, value) =>
    (value === 1) === (operator === 'eq') ? condition : { not: condition },
});

/** Whether a filter over nothing but constants is true. Pure. */
export function isTrue(condition: Condition): boolean {
  if ('all' in condition) return condition.all.every(isTrue);
  if ('any' in condition) return condition.any.some(isTrue);
  return 'not' in condition && !isTrue(condition.not);
}

// One token, with the white space before it; sticky, so that reading is linear.
const TOKEN =
  /[ \t]*(?:(?<bracket>[()[\],])|(?<text>"(?:[^"\\\p{Cc}]|\\.)*")|(?<number>-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?(?![\w.$:-]))|(?<word>[A-Za-z][\w.$:-]*))/uy;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[-+]\d\d:\d\d)$/;

type Token = { kind: 'bracket' | 'text' | 'number' | 'word' | 'end'; text: string };

function refuse(message: string, innerError?: InnerError): ApiError {
  return invalidData('INVALID_FILTER', 'filter', {
    message,
    ...(innerError ? { innerError } : {}),
  });
}

function tokensOf(filter: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  const end = filter.trimEnd().length;
  while (TOKEN.lastIndex < end) {
    const groups = TOKEN.exec(filter)?.groups;
    if (!groups) throw refuse('The filter is not well-formed.');
    for (const kind of ['bracket', 'text', 'number', 'word'] as const) {
      const text = groups[kind];
      if (text !== undefined) tokens.push({ kind, text });
    }
  }
  return tokens;
}

/** The value of an `instant` in milliseconds; undefined when it is none. */
function instantOf(text: string): number | undefined {
  const instant = INSTANT.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(instant) ? undefined : instant;
}

function quoted(token: Token): string | undefined {
  if (token.kind !== 'text') return undefined;
  try {
    const text: unknown = JSON.parse(token.text);
    return typeof text === 'string' && text.isWellFormed() && !text.includes('\0')
      ? text
      : undefined;
  } catch {
    return undefined;
  }
}

/** The compared value as the store keeps it: booleans as 0 and 1, moments as milliseconds. */
function comparedValue(token: Token, { type, keyOf }: FilterAttribute): string | number {
  const text = quoted(token);
  let value: string | number | undefined;
  if (type === 'string') value = text === undefined ? undefined : (keyOf?.(text) ?? text);
  else if (type === 'instant') value = text === undefined ? undefined : instantOf(text);
  else if (type === 'boolean') {
    // The platform's samples quote them.
    const word = (text ?? (token.kind === 'word' ? token.text : '')).toLowerCase();
    if (word === 'true' || word === 'false') value = word === 'true' ? 1 : 0;
  } else if (token.kind === 'number' && Number.isSafeInteger(Number(token.text))) {
    value = Number(token.text);
  }
  if (value === undefined)
    throw refuse(`The filter compares a ${type} with another kind of value.`);
  return value;
}

const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']' };

const WITHIN = { sw: 'startsWith', ew: 'endsWith', co: 'contains' } as const;

function conditionOf(column: string, operator: FilterOperator, value: string | number): Condition {
  if (operator === 'sw' || operator === 'ew' || operator === 'co') {
    return { column, is: WITHIN[operator], value: String(value) };
  }
  if (operator === 'pr') return { column, is: 'present' };
  return { column, is: operator === 'in' ? 'eq' : operator, value };
}

function compared(
  { column, condition }: FilterAttribute,
  operator: FilterOperator,
  value: string | number,
): Condition {
  if (condition) return condition(operator, value);
  if (column === undefined) throw new Error('The attribute has no column and no condition.');
  return conditionOf(column, operator, value);
}

const tooMany = () =>
  refuse('The filter has too many conditions.', { maximumValue: FILTER_CONDITIONS_MAX });

/** Reads the tokens from left to right; each method takes one rule of the grammar. */
class FilterReader {
  readonly #tokens: Token[];
  readonly #attributes: Map<string, FilterAttribute>;
  readonly #names: readonly string[];
  #at = 0;
  #conditions = 0;

  constructor(tokens: Token[], attributes: Readonly<Record<string, FilterAttribute>>) {
    this.#tokens = tokens;
    this.#names = Object.keys(attributes);
    // Attribute names and operators are case-insensitive; RFC 7644 §3.4.2.2.
    this.#attributes = new Map(
      Object.entries(attributes).map(([name, attribute]) => [name.toLowerCase(), attribute]),
    );
  }

  whole(): Condition {
    const condition = this.#anyOf(0);
    if (this.#peek().kind !== 'end') throw refuse('The filter has more after its end.');
    return condition;
  }

  #peek(): Token {
    return this.#tokens[this.#at] ?? { kind: 'end', text: '' };
  }

  #next(): Token {
    const token = this.#peek();
    this.#at++;
    return token;
  }

  /** Takes the next token if it is this keyword or bracket. */
  #takes(text: string): boolean {
    const token = this.#peek();
    const isIt =
      (token.kind === 'word' || token.kind === 'bracket') && token.text.toLowerCase() === text;
    if (isIt) this.#at++;
    return isIt;
  }

  #anyOf(depth: number): Condition {
    const first = this.#allOf(depth);
    const any = [first];
    while (this.#takes('or')) any.push(this.#allOf(depth));
    return any.length === 1 ? first : { any };
  }

  #allOf(depth: number): Condition {
    const first = this.#term(depth);
    const all = [first];
    while (this.#takes('and')) all.push(this.#term(depth));
    return all.length === 1 ? first : { all };
  }

  #term(depth: number): Condition {
    const isNot = this.#takes('not');
    if (this.#takes('(')) {
      if (depth >= DEPTH_MAX) throw refuse(`The filter nests deeper than ${DEPTH_MAX}.`);
      const inner = this.#anyOf(depth + 1);
      if (!this.#takes(')')) throw refuse('The filter lacks a closing bracket.');
      return isNot ? { not: inner } : inner;
    }
    if (isNot) throw refuse('The filter has "not" without brackets.');
    return this.#comparison();
  }

  #comparison(): Condition {
    if (++this.#conditions > FILTER_CONDITIONS_MAX) throw tooMany();
    const name = this.#next();
    // RFC 7644 §3.4.2.2, a value path: `groups[id eq "7"]` is `groups.id eq "7"`.
    const isPath = name.kind === 'word' && this.#takes('[');
    const condition = this.#compared(isPath ? [name, this.#next()] : [name]);
    if (isPath && !this.#takes(']')) throw refuse('The filter lacks a closing bracket.');
    return condition;
  }

  #compared(path: readonly Token[]): Condition {
    const attribute = path.every(({ kind }) => kind === 'word')
      ? this.#attributes.get(path.map(({ text }) => text.toLowerCase()).join('.'))
      : undefined;
    if (!attribute) {
      throw refuse('The filter names an attribute that can not be searched.', {
        allowedValues: this.#names,
      });
    }
    const operators: readonly FilterOperator[] = attribute.operators ?? OPERATORS[attribute.type];
    const word = this.#next();
    const operator =
      word.kind === 'word' ? operators.find((one) => one === word.text.toLowerCase()) : undefined;
    if (!operator) {
      throw refuse('The filter uses an operator that the attribute does not have.', {
        allowedValues: operators,
      });
    }
    if (operator === 'in') return { any: this.#values(attribute) };
    const value = operator === 'pr' ? '' : comparedValue(this.#next(), attribute);
    return compared(attribute, operator, value);
  }

  /** The bracketed values of `in`: each is a condition of its own. */
  #values(attribute: FilterAttribute): Condition[] {
    const open = this.#next();
    const closing = open.kind === 'bracket' ? CLOSING[open.text] : undefined;
    if (!closing) throw refuse('The filter has "in" without brackets.');
    const any: Condition[] = [];
    do {
      if (++this.#conditions > FILTER_CONDITIONS_MAX) throw tooMany();
      any.push(compared(attribute, 'eq', comparedValue(this.#next(), attribute)));
    } while (this.#takes(','));
    if (!this.#takes(closing)) throw refuse('The filter lacks a closing bracket.');
    return any;
  }
}

/**
 * The store's condition of a SCIM filter. Pure. Throws `INVALID_DATA` with the detail
 * `INVALID_FILTER` and target `filter` for everything that isn't a filter over `attributes`.
 */
export function parseFilter(
  filter: string,
  attributes: Readonly<Record<string, FilterAttribute>>,
): Condition {
  if (filter.length > FILTER_LENGTH_MAX) {
    throw refuse('The filter is too long.', { maximumValue: FILTER_LENGTH_MAX });
  }
  return new FilterReader(tokensOf(filter), attributes).whole();
}
