/** What the contract says of an answer's members, and whether an answer is like that. */

/** The kind of a value on the wire; `?` behind it: the member may be missing. */
export type Kind =
  | 'uuid'
  | 'moment'
  | 'text'
  | 'number'
  | 'flag'
  | 'object'
  | 'list'
  | 'reference'
  | 'duration';

/** Member by member; a nested shape is an object, with `?` at its name where it may be missing. */
export interface Shape {
  [member: string]: Kind | `${Kind}?` | Shape | readonly [Shape];
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** ISO 8601 in UTC with milliseconds; contract §1.4. */
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const IS: Record<Kind, (value: unknown) => boolean> = {
  uuid: (value) => UUID.test(String(value)),
  moment: (value) => MOMENT.test(String(value)),
  text: (value) => typeof value === 'string' && value !== '',
  number: (value) => Number.isFinite(value),
  flag: (value) => typeof value === 'boolean',
  object: isObject,
  list: Array.isArray,
  reference: (value) => isObject(value) && Object.keys(value).join() === 'id' && IS.uuid(value.id),
  duration: (value) => isObject(value) && Object.keys(value).sort().join() === 'duration,timeUnit',
};

/** What of the value isn't as the shape says: wrong, missing, or not documented. Pure. */
export function differences(value: unknown, shape: Shape, where = ''): string[] {
  if (!isObject(value)) return [`${where || 'the answer'} is no object`];
  const names = Object.keys(shape).map((name) => name.replace(/\?$/, ''));
  const unknown = Object.keys(value).filter((name) => !names.includes(name));
  return [
    ...unknown.map((name) => `${where}${name} is not documented`),
    ...Object.entries(shape).flatMap(([key, expected]) => {
      const name = key.replace(/\?$/, '');
      const path = `${where}${name}`;
      const found = value[name];
      const mayMiss = key.endsWith('?') || (typeof expected === 'string' && expected.endsWith('?'));
      if (found === undefined) return mayMiss ? [] : [`${path} is missing`];
      if (Array.isArray(expected)) {
        if (!Array.isArray(found)) return [`${path} is no list`];
        return found.flatMap((item, index) =>
          differences(item, expected[0] as Shape, `${path}[${index}].`),
        );
      }
      if (typeof expected === 'object') return differences(found, expected as Shape, `${path}.`);
      const kind = expected.replace(/\?$/, '') as Kind;
      return IS[kind](found) ? [] : [`${path} is ${JSON.stringify(found)}, no ${kind}`];
    }),
  ];
}

/** The links of an answer: these names and no others, each with an absolute address. Pure. */
export function wrongLinks(value: unknown, names: readonly string[]): string[] {
  const links = Object(Object(value)._links);
  const found = Object.keys(links).sort();
  const wanted = [...names].sort();
  return [
    ...(found.join() === wanted.join() ? [] : [`links are ${found}, not ${wanted}`]),
    ...found
      .filter((name) => !/^https?:\/\/[^/]+\//.test(String(Object(links[name]).href)))
      .map((name) => `the link ${name} has no address`),
  ];
}
