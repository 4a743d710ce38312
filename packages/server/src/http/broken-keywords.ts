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
): Finding {
  const kept = Object.entries(members).filter(([, value]) => value !== undefined);
  return kept.length === 0 ? { code } : { code, innerError: Object.fromEntries(kept) };
}

const invalid = (allowedValues: string[] | undefined) =>
  withInner('INVALID_VALUE', { allowedValues });

const numberOf = (value: unknown) => (typeof value === 'number' ? value : undefined);

const outOfRange = (minimum: unknown, maximum: unknown) =>
  withInner('OUT_OF_RANGE', {
    rangeMinimumValue: numberOf(minimum),
    rangeMaximumValue: numberOf(maximum),
  });

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
  ['pattern', ({ params }) => withInner('INVALID_VALUE', { allowedPattern: params.pattern })],
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
