/** What each keyword of a schema means for the client when its value breaks it; contract §1.5. */
import type { ErrorObject } from 'ajv';
import type { ErrorDetail, InnerError } from '../errors/api-error.ts';

/** A detail without its target. */
export type Finding = Omit<ErrorDetail, 'target' | 'message'> & { message?: string };
type Schema = Readonly<Record<string, unknown>>;
type Meaning = (error: ErrorObject, schema: Schema) => Finding;

function withInner(
  code: Finding['code'],
  members: { [K in keyof InnerError]: InnerError[K] | undefined },
  message?: string,
): Finding {
  const kept = Object.entries(members).filter(([, value]) => value !== undefined);
  const inner = kept.length === 0 ? {} : { innerError: Object.fromEntries(kept) };
  return { code, ...inner, ...(message === undefined ? {} : { message }) };
}

/** More would not be read as a sentence; `innerError` has them all. */
const VALUES_TOLD_MAX = 15;

function invalid(allowedValues: string[] | undefined): Finding {
  const isShort = allowedValues !== undefined && allowedValues.length <= VALUES_TOLD_MAX;
  const message = isShort ? `The value is not one of: ${allowedValues.join(', ')}.` : undefined;
  return withInner('INVALID_VALUE', { allowedValues }, message);
}

/** What a value of each format looks like. */
const FORMATS: Readonly<Record<string, string>> = {
  uuid: 'The value is not an id: a UUID in lower case.',
  'date-time': 'The value is not a time: 2026-03-04T05:06:07.089Z.',
  date: 'The value is not a date: 2026-03-04.',
  email: 'The value is not an e-mail address: name@shop.example.',
  uri: 'The value is not an absolute address: https://shop.example/.',
};
const formatMessage = (format: unknown) =>
  typeof format === 'string' ? FORMATS[format] : undefined;

const numberOf = (value: unknown) => (typeof value === 'number' ? value : undefined);

const outOfRange = (minimum: unknown, maximum: unknown) =>
  withInner(
    'OUT_OF_RANGE',
    { rangeMinimumValue: numberOf(minimum), rangeMaximumValue: numberOf(maximum) },
    rangeMessage(numberOf(minimum), numberOf(maximum)),
  );

function rangeMessage(minimum: number | undefined, maximum: number | undefined) {
  if (minimum !== undefined && maximum !== undefined) {
    return `The value is not between ${minimum} and ${maximum}.`;
  }
  if (minimum !== undefined) return `The value is below ${minimum}.`;
  return maximum === undefined ? undefined : `The value is above ${maximum}.`;
}

/** The constants of a union such as `A | B`; undefined when it isn't one of constants only. */
function constantsOf({ anyOf, oneOf }: Schema): string[] | undefined {
  const branches = (anyOf ?? oneOf) as readonly Schema[] | undefined;
  if (!branches?.every((branch) => 'const' in branch)) return undefined;
  return branches.map((branch) => String(branch.const));
}

/** Values of the property that tells the branches of a union apart. */
function tagsOf(schema: Schema, tag: string): string[] {
  const branches = (schema.oneOf ?? []) as readonly { properties?: Record<string, Schema> }[];
  return branches.flatMap(({ properties }) => {
    const { const: constant, enum: values } = properties?.[tag] ?? {};
    if (Array.isArray(values)) return values.map(String);
    return constant === undefined ? [] : [String(constant)];
  });
}

const required: Meaning = () => ({ code: 'REQUIRED_VALUE' });
const tooLong: Meaning = ({ params }) =>
  withInner('SIZE_LIMIT_EXCEEDED', { maximumValue: params.limit });
const tooFew: Meaning = ({ params, data }, { maxItems, maxProperties }) =>
  Array.isArray(data) && data.length === 0
    ? { code: 'EMPTY_VALUE' }
    : outOfRange(params.limit, maxItems ?? maxProperties);
const range: Meaning = (_error, { minimum, maximum, exclusiveMinimum, exclusiveMaximum }) =>
  outOfRange(minimum ?? exclusiveMinimum, maximum ?? exclusiveMaximum);
const noBranch: Meaning = (_error, schema) => invalid(constantsOf(schema));

const MEANINGS: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  ['required', required],
  ['dependentRequired', required],
  [
    'minLength',
    ({ params, data }) =>
      data === ''
        ? { code: 'EMPTY_VALUE' }
        : {
            code: 'INVALID_VALUE',
            message: `The value has fewer than ${params.limit} characters.`,
          },
  ],
  ['minItems', tooFew],
  ['minProperties', tooFew],
  ['maxLength', tooLong],
  ['maxItems', tooLong],
  ['maxProperties', tooLong],
  ['minimum', range],
  ['maximum', range],
  ['exclusiveMinimum', range],
  ['exclusiveMaximum', range],
  ['enum', ({ params }) => invalid(params.allowedValues.map(String))],
  ['const', ({ params }) => invalid([String(params.allowedValue)])],
  [
    'pattern',
    ({ params }, { format }) =>
      withInner('INVALID_VALUE', { allowedPattern: params.pattern }, formatMessage(format)),
  ],
  ['format', ({ params }) => withInner('INVALID_VALUE', {}, formatMessage(params.format))],
  ['anyOf', noBranch],
  ['oneOf', noBranch],
  [
    'discriminator',
    ({ params }, schema) =>
      params.tagValue === undefined
        ? { code: 'REQUIRED_VALUE' }
        : invalid(tagsOf(schema, params.tag)),
  ],
  [
    'type',
    ({ params }) => ({
      code: 'INVALID_VALUE',
      message: `The value is not of the type ${params.type}.`,
    }),
  ],
]);

/** What the client did wrong. Never holds the value. Pure. */
export function findingOf(error: ErrorObject): Finding {
  return (
    MEANINGS.get(error.keyword)?.(error, error.parentSchema ?? {}) ?? { code: 'INVALID_VALUE' }
  );
}

/** How much a finding tells: of several for one value the one that tells most is given. */
export function weightOf({ code, innerError }: Finding): number {
  if (code === 'REQUIRED_VALUE' || code === 'EMPTY_VALUE') return 3;
  if (!innerError) return 0;
  return innerError.allowedPattern === undefined ? 2 : 1;
}
