/** What the schema validator found, as the contract's `details`; contract §1.5, §11. */
import type { ErrorObject } from 'ajv';
import { type ErrorDetail, errorDetail, type InnerError } from '../errors/api-error.ts';

const DETAILS_MAX = 20;
const TARGET_LENGTH_MAX = 200;

type Found = Omit<ErrorDetail, 'target' | 'message'> & { message?: string };
type Schema = Readonly<Record<string, unknown>>;

const numberOf = (value: unknown): number | undefined =>
  typeof value === 'number' ? value : undefined;

function innerError(
  members: {
    [K in keyof InnerError]: InnerError[K] | undefined;
  },
): { innerError?: InnerError } {
  const kept = Object.entries(members).filter(([, value]) => value !== undefined);
  return kept.length === 0 ? {} : { innerError: Object.fromEntries(kept) };
}

const range = (minimum: unknown, maximum: unknown) =>
  innerError({ rangeMinimumValue: numberOf(minimum), rangeMaximumValue: numberOf(maximum) });

const isEmpty = (value: unknown): boolean =>
  value === '' || (Array.isArray(value) && value.length === 0);

/** The constants of a union such as `A | B`; undefined when it isn't one of constants only. */
function constantsOf(schema: Schema): string[] | undefined {
  const branches = (schema.anyOf ?? schema.oneOf) as readonly Schema[] | undefined;
  if (!branches?.every((branch) => 'const' in branch)) return undefined;
  return branches.map((branch) => String(branch.const));
}

/** Values of the property that tells the branches of a union apart. */
function tagsOf(schema: Schema, tag: string): string[] {
  const branches = (schema.oneOf ?? []) as readonly { properties?: Record<string, Schema> }[];
  return branches.flatMap(({ properties }) => {
    const { const: constant, enum: values } = properties?.[tag] ?? {};
    return Array.isArray(values) ? values.map(String) : constant === undefined ? [] : `${constant}`;
  });
}

/** What one broken keyword means; undefined: another error says it better. */
function foundIn({ keyword, params, data, parentSchema }: ErrorObject): Found | undefined {
  const schema: Schema = parentSchema ?? {};
  switch (keyword) {
    case 'required':
    case 'dependentRequired':
      return { code: 'REQUIRED_VALUE' };
    case 'minLength':
    case 'minItems':
    case 'minProperties':
      if (isEmpty(data)) return { code: 'EMPTY_VALUE' };
      return keyword === 'minLength'
        ? { code: 'INVALID_VALUE', message: `The value has fewer than ${params.limit} characters.` }
        : { code: 'OUT_OF_RANGE', ...range(params.limit, schema.maxItems ?? schema.maxProperties) };
    case 'maxLength':
    case 'maxItems':
    case 'maxProperties':
      return { code: 'SIZE_LIMIT_EXCEEDED', ...innerError({ maximumValue: params.limit }) };
    case 'minimum':
    case 'maximum':
    case 'exclusiveMinimum':
    case 'exclusiveMaximum':
      return {
        code: 'OUT_OF_RANGE',
        ...range(
          schema.minimum ?? schema.exclusiveMinimum,
          schema.maximum ?? schema.exclusiveMaximum,
        ),
      };
    case 'enum':
      return {
        code: 'INVALID_VALUE',
        ...innerError({ allowedValues: params.allowedValues.map(String) }),
      };
    case 'const':
      return {
        code: 'INVALID_VALUE',
        ...innerError({ allowedValues: [String(params.allowedValue)] }),
      };
    case 'pattern':
      return { code: 'INVALID_VALUE', ...innerError({ allowedPattern: params.pattern }) };
    case 'anyOf':
    case 'oneOf':
      return { code: 'INVALID_VALUE', ...innerError({ allowedValues: constantsOf(schema) }) };
    case 'discriminator':
      if (params.tagValue === undefined) return { code: 'REQUIRED_VALUE' };
      return {
        code: 'INVALID_VALUE',
        ...innerError({ allowedValues: tagsOf(schema, params.tag) }),
      };
    case 'type':
      return { code: 'INVALID_VALUE', message: `The value is not of the type ${params.type}.` };
    case 'if':
      return undefined;
    default:
      return { code: 'INVALID_VALUE' };
  }
}

/** `otp.failure.count`, `order[0].id`: the way to a value, from the validator's JSON pointer. */
function targetOf(pointer: string, root: unknown): string {
  let target = '';
  let at: unknown = root;
  for (const part of pointer.split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    target += Array.isArray(at) ? `[${name}]` : `${target === '' ? '' : '.'}${name}`;
    at = typeof at === 'object' && at !== null ? Reflect.get(at, name) : undefined;
  }
  return target.slice(0, TARGET_LENGTH_MAX);
}

function pointerOf({ keyword, instancePath, params }: ErrorObject): string {
  const member = params.missingProperty ?? (keyword === 'discriminator' ? params.tag : undefined);
  if (typeof member !== 'string') return instancePath;
  return `${instancePath}/${member.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/**
 * A union reports each branch and then itself. The branches are dropped, but where they got into
 * the value: there they say what is wrong inside it.
 */
function withoutBranches(errors: readonly ErrorObject[]): ErrorObject[] {
  const unions = errors.filter(({ keyword }) => keyword === 'anyOf' || keyword === 'oneOf');
  return errors.filter((error) =>
    unions.every((union) => {
      const isInUnion = (other: ErrorObject) => other.schemaPath.startsWith(`${union.schemaPath}/`);
      const isInside = (other: ErrorObject) =>
        isInUnion(other) && pointerOf(other).length > union.instancePath.length;
      if (error === union) return !errors.some(isInside);
      return !isInUnion(error) || isInside(error);
    }),
  );
}

const depthOf = (pointer: string): number => pointer.split('/').length;

// Of several faults of one value the one that says most is told.
const WEIGHT: Partial<Record<ErrorDetail['code'], number>> = { REQUIRED_VALUE: 3, EMPTY_VALUE: 3 };
const weightOf = ({ code, innerError: inner }: Found): number =>
  WEIGHT[code] ?? (inner?.allowedPattern === undefined && inner ? 2 : inner ? 1 : 0);

/**
 * At most 20 details, the deepest value first because clients look at the first one; one for each
 * value, and never the value itself. `root` is what was validated.
 */
export function detailsOf(errors: readonly ErrorObject[], root: unknown): ErrorDetail[] {
  const found = new Map<string, Found>();
  for (const error of withoutBranches(errors)) {
    const one = foundIn(error);
    const pointer = pointerOf(error);
    const other = found.get(pointer);
    if (one && (!other || weightOf(one) > weightOf(other))) found.set(pointer, one);
  }
  return [...found]
    .sort(([one], [other]) => depthOf(other) - depthOf(one))
    .slice(0, DETAILS_MAX)
    .map(([pointer, { code, ...more }]) => errorDetail(code, targetOf(pointer, root), more));
}
