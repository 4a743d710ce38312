/**
 * The operations that resources have in common, list, create, read, replace and delete, as the
 * HTTP contract wants them: a resource says what it is called and where it is, and gives a handler
 * for each that it has.
 */
import type { TSchema } from 'typebox';
import { LIST_QUERY } from './list.ts';
import type { Handler, Operation, OperationReply, OperationRequest } from './operation.ts';
import { isOfPlatform, type PermissionResource } from './permissions.ts';
import { listOf } from './schemas.ts';

/** Where the paths of an environment's resources begin. */
export const ENVIRONMENT = '/v1/environments/{envID}';

export type Verb = 'list' | 'create' | 'read' | 'replace' | 'delete';

export interface Resource {
  /**
   * From the origin: `/v1/environments/{envID}/users`. Its last part is the key in `_embedded`, and
   * says how many are called in operation ids.
   */
  path: string;
  /** How one is called there: `User`. */
  name: string;
  /** The path parameter that names one; default: after its name, `userID`. */
  idParameter?: string;
  tag: string;
  /** One and many, as in summaries; default: the names in small letters, `a user`, `users`. */
  words?: readonly [one: string, many: string];
  permission: PermissionResource;
  /** The operations that it has; absent: all for which there is a handler. */
  verbs?: readonly Verb[];
  /** The list comes whole: it takes neither `limit` nor a filter. */
  isUnpaged?: true;
  /** Of a request's body, and of one as the API shows it. */
  schemas: { body: TSchema; one: TSchema };
}

/** What differs in single operations: a summary, an own schema. */
export type Differences = Partial<Record<Verb, Partial<Operation>>>;

/** The key in `_embedded`: the last part of the path. */
export const embeddedName = ({ path }: Pick<Resource, 'path'>) =>
  path.slice(path.lastIndexOf('/') + 1);

/** The path parameter that names one. */
export const idParameterOf = ({ name, idParameter }: Pick<Resource, 'name' | 'idParameter'>) =>
  idParameter ?? `${name[0]?.toLowerCase()}${name.slice(1)}ID`;

const inWords = (name: string) => name.replaceAll(/(?<=.)(?=[A-Z])/g, ' ').toLowerCase();

function wordsOf(resource: Resource): readonly [one: string, many: string] {
  const one = inWords(resource.name);
  const article = /^[aeio]/.test(one) ? 'an' : 'a';
  return resource.words ?? [`${article} ${one}`, inWords(embeddedName(resource))];
}

const SUMMARIES = {
  list: (_one: string, many: string) => `Read all ${many}`,
  create: (one: string) => `Create ${one}`,
  read: (one: string) => `Read ${one}`,
  replace: (one: string) => `Replace ${one}`,
  delete: (one: string) => `Delete ${one}`,
} as const;

const METHODS = {
  list: ['GET', 'list', 'read'],
  create: ['POST', 'create', 'create'],
  read: ['GET', 'read', 'read'],
  replace: ['PUT', 'update', 'update'],
  delete: ['DELETE', 'delete', 'delete'],
} as const;

/** What an environment has without MFA, too, is used there. */
function withoutMfa(permission: Operation['permission']): Pick<Operation, 'needsMfa'> {
  const [, resource] = permission.split(':') as [string, PermissionResource];
  return isOfPlatform(resource) ? { needsMfa: false } : {};
}

/** The operations for which there is a handler, in the order of `Verb`. */
export function resourceOperations<Parts>(
  parts: Parts,
  resource: Resource,
  handlers: Partial<Record<Verb, Handler<Parts>>>,
  differences: Differences = {},
): Operation[] {
  const { path, name, tag, permission, verbs, isUnpaged, schemas } = resource;
  const embedded = embeddedName(resource);
  const many = `${embedded[0]?.toUpperCase()}${embedded.slice(1)}`;
  const messages: Record<Verb, Pick<Operation, 'query' | 'body' | 'responses'>> = {
    list: {
      ...(isUnpaged ? {} : { query: LIST_QUERY }),
      responses: { 200: listOf(embedded, schemas.one) },
    },
    create: { body: schemas.body, responses: { 201: schemas.one } },
    read: { responses: { 200: schemas.one } },
    replace: { body: schemas.body, responses: { 200: schemas.one } },
    delete: { responses: { 204: null } },
  };
  return (Object.keys(METHODS) as Verb[]).flatMap((verb) => {
    const handler = handlers[verb];
    if (!handler || verbs?.includes(verb) === false) return [];
    const [method, prefix, allowed] = METHODS[verb];
    const isOfAll = verb === 'list' || verb === 'create';
    return {
      id: `${prefix}${verb === 'list' ? many : name}`,
      method,
      path: isOfAll ? path : `${path}/{${idParameterOf(resource)}}`,
      tag,
      summary: SUMMARIES[verb](...wordsOf(resource)),
      permission: `${allowed}:${permission}` as const,
      ...withoutMfa(`${allowed}:${permission}`),
      ...messages[verb],
      handle: (request: OperationRequest): Promise<OperationReply> => handler(parts, request),
      ...differences[verb],
    };
  });
}

/** An operation as an entry of a table: its key is its id. */
export interface Action<Parts> extends Partial<Omit<Operation, 'id' | 'handle'>> {
  summary: string;
  /** Selects it by media type: `device.block` is `application/vnd.pingidentity.device.block+json`. */
  action?: string;
  handle: Handler<Parts>;
}

/** What entries needn't say. */
export type CommonOfActions = Pick<Operation, 'tag' | 'path' | 'permission' | 'responses'> &
  Partial<Operation>;

/** What can be done with a resource beside that: `POST` where an entry doesn't say otherwise. */
export function actionsOf<Parts>(
  parts: Parts,
  common: CommonOfActions,
  actions: Readonly<Record<string, Action<Parts>>>,
): Operation[] {
  return Object.entries(actions).map(([id, { action, handle, ...own }]) => ({
    method: 'POST',
    ...withoutMfa(own.permission ?? common.permission),
    ...common,
    ...(action === undefined ? {} : { mediaType: `application/vnd.pingidentity.${action}+json` }),
    ...own,
    id,
    handle: (request) => handle(parts, request),
  }));
}
