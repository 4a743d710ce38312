/** A schema as rows that people read: the path of each property, its type, its rules. */
import { UUID_PATTERN } from '../../resources/kit/schemas.ts';
import { PROPERTY_TEXTS } from './property-texts.ts';

export interface Field {
  /** `selectedDevice.oneTime.email`, `order[].id`. */
  path: string;
  type: string;
  /** With all that it stands in. */
  isRequired: boolean;
  /** Bounds, and what the schema says of it. */
  rules: string;
}

interface Schema {
  type?: string;
  const?: unknown;
  enum?: readonly unknown[];
  format?: string;
  pattern?: string;
  description?: string;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  properties?: Record<string, Schema>;
  patternProperties?: Record<string, Schema>;
  required?: readonly string[];
  items?: Schema;
  anyOf?: readonly Schema[];
  oneOf?: readonly Schema[];
  discriminator?: { propertyName: string };
}

const FIELDS_MAX = 300;
const branchesOf = ({ anyOf, oneOf }: Schema) => anyOf ?? oneOf;

function constantsOf(schema: Schema): unknown[] | undefined {
  if ('const' in schema) return [schema.const];
  if (schema.enum) return [...schema.enum];
  const branches = branchesOf(schema)?.map(constantsOf);
  return branches?.every((one) => one !== undefined) ? branches.flat() : undefined;
}

function typeOf(schema: Schema): string {
  const constants = constantsOf(schema);
  if (constants) return constants.map(String).join(' | ');
  if (schema.format === 'uuid' || schema.pattern === UUID_PATTERN) return 'id';
  if (schema.format === 'date-time') return 'time';
  if (schema.type === 'array') return `list of ${typeOf(schema.items ?? {})}`;
  if (branchesOf(schema)) return 'one of several';
  return schema.type ?? 'anything';
}

function rulesOf(schema: Schema): string {
  const { minimum, maximum, maxLength, minItems, maxItems, description, default: preset } = schema;
  const range =
    minimum !== undefined || maximum !== undefined ? `${minimum ?? '…'} to ${maximum ?? '…'}` : '';
  return [
    description?.replace(/\.$/, ''),
    range,
    maxLength !== undefined && `at most ${maxLength} characters`,
    minItems !== undefined && minItems > 0 && `at least ${minItems}`,
    maxItems !== undefined && `at most ${maxItems}`,
    preset !== undefined && `default: ${JSON.stringify(preset)}`,
  ]
    .filter(Boolean)
    .join('; ');
}

/** With the words of its name, unless it has its own. */
function described(name: string, schema: Schema): Schema {
  const text = PROPERTY_TEXTS[name];
  return schema.description !== undefined || text === undefined
    ? schema
    : { ...schema, description: text };
}

/** The properties below a schema. `_links` are left out: they lead, and say nothing. */
function* fieldsBelow(schema: Schema, prefix: string, isNeeded = true): Generator<Field> {
  const { properties = {}, required = [], items } = schema;
  if (items) yield* fieldsBelow(items, `${prefix.replace(/\.$/, '')}[].`, isNeeded);
  for (const [name, bare] of Object.entries(properties)) {
    if (name === '_links') continue;
    const member = described(name, bare);
    const path = prefix + name;
    const isRequired = isNeeded && required.includes(name);
    const isLeaf = !member.properties && !member.items?.properties;
    if (isLeaf || rulesOf(member) !== '') {
      yield {
        path,
        type: typeOf(member),
        isRequired,
        rules: rulesOf(member),
      };
    }
    yield* fieldsBelow(member, `${path}.`, isRequired);
  }
  if (constantsOf(schema)) return;
  for (const branch of branchesOf(schema) ?? []) {
    const { [schema.discriminator?.propertyName ?? '']: told, ...others } = branch.properties ?? {};
    const which = told?.const === undefined ? '' : ` (${told.const})`;
    for (const field of fieldsBelow({ ...branch, properties: others }, prefix, isNeeded)) {
      yield { ...field, path: field.path + which };
    }
  }
}

/** The rows of a schema; a property that all branches of a union share stands there once. Pure. */
export function fieldsOf(schema: object | null | undefined): Field[] {
  if (!schema) return [];
  const all = [...fieldsBelow(schema as Schema, '')].slice(0, FIELDS_MAX * 4);
  const union = schema as Schema;
  const branches = branchesOf(union)?.length ?? 0;
  const tag = union.discriminator?.propertyName;
  const byName = Map.groupBy(all, ({ path }) => path.replace(/ \(\w+\)$/, ''));
  const shared = [...byName].flatMap(([name, fields]) => {
    const [first] = fields;
    return first && branches > 1 && fields.length >= branches ? [{ ...first, path: name }] : fields;
  });
  const tags = branchesOf(union)?.map((branch) => branch.properties?.[tag ?? '']?.const);
  const own: Field[] = tag
    ? [{ path: tag, type: (tags ?? []).map(String).join(' | '), isRequired: true, rules: '' }]
    : [];
  return [...own, ...shared].slice(0, FIELDS_MAX);
}
