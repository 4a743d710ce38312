import type { TSchema } from 'typebox';

type Members = Readonly<Record<string, unknown>>;

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function filled(schema: unknown, value: unknown): unknown {
  if (!isMembers(schema)) return value;
  const { properties, items } = schema;
  if (Array.isArray(value)) return value.map((item) => filled(items, item));
  if (!isMembers(value) || !isMembers(properties)) return value;
  const members: Record<string, unknown> = { ...value };
  for (const [name, member] of Object.entries(properties)) {
    const byDefault = isMembers(member) ? member.default : undefined;
    const given = value[name] ?? byDefault;
    if (given === undefined) delete members[name];
    else members[name] = filled(member, given);
  }
  return members;
}

/**
 * A valid value with the `default` of its schema for each member that it leaves out, in objects
 * and lists that are there; where a schema takes null, that is left out too. So a default stands
 * once: the OpenAPI document shows the same. Pure.
 */
export function withDefaults<Value>(schema: TSchema, value: Value): Value {
  return filled(schema, value) as Value;
}
