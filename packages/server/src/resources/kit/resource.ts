/**
 * The operations that resources have in common, list, create, read, replace and delete, as the
 * HTTP contract wants them: a resource says what it is called and where it is, and gives a handler
 * for each that it has.
 */
import type { TSchema } from 'typebox';
import { LIST_QUERY } from './list.ts';
import type { Handler, Operation, OperationReply, OperationRequest } from './operation.ts';
import type { PermissionResource } from './permissions.ts';
import { listOf } from './schemas.ts';

/** Where the paths of an environment's resources begin. */
export const ENVIRONMENT = '/v1/environments/{envID}';

export type Verb = 'list' | 'create' | 'read' | 'replace' | 'delete';

export interface Resource {
  /** From the origin; its last part is the key in `_embedded`: `/v1/environments/{envID}/users`. */
  path: string;
  /** The path parameter that names one: `userID`. */
  idParameter: string;
  tag: string;
  /** One and many, as in operation ids: `Population`, `Populations`. */
  ids: readonly [one: string, many: string];
  /** One and many, as in summaries: `a population`, `populations`. */
  words: readonly [one: string, many: string];
  permission: PermissionResource;
  /** Default true: the environment must have MFA in its bill of materials. */
  needsMfa?: boolean;
  /** The list comes whole: it takes neither `limit` nor a filter. */
  isUnpaged?: true;
  /** Of a request's body, and of one as the API shows it. */
  schemas: { body: TSchema; one: TSchema };
}

/** What differs in single operations: a summary, an own schema. */
export type Differences = Partial<Record<Verb, Partial<Operation>>>;

/** The key in `_embedded`: the last part of the path. */
export const embeddedName = (path: string) => path.slice(path.lastIndexOf('/') + 1);

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

/** The operations for which there is a handler, in the order of `Verb`. */
export function resourceOperations<Parts>(
  parts: Parts,
  resource: Resource,
  handlers: Partial<Record<Verb, Handler<Parts>>>,
  differences: Differences = {},
): Operation[] {
  const { path, idParameter, tag, ids, words, permission, needsMfa, isUnpaged, schemas } = resource;
  const messages: Record<Verb, Pick<Operation, 'query' | 'body' | 'responses'>> = {
    list: {
      ...(isUnpaged ? {} : { query: LIST_QUERY }),
      responses: { 200: listOf(embeddedName(path), schemas.one) },
    },
    create: { body: schemas.body, responses: { 201: schemas.one } },
    read: { responses: { 200: schemas.one } },
    replace: { body: schemas.body, responses: { 200: schemas.one } },
    delete: { responses: { 204: null } },
  };
  return (Object.keys(METHODS) as Verb[]).flatMap((verb) => {
    const handler = handlers[verb];
    if (!handler) return [];
    const [method, prefix, allowed] = METHODS[verb];
    const isOfAll = verb === 'list' || verb === 'create';
    return {
      id: `${prefix}${verb === 'list' ? ids[1] : ids[0]}`,
      method,
      path: isOfAll ? path : `${path}/{${idParameter}}`,
      tag,
      summary: SUMMARIES[verb](...words),
      permission: `${allowed}:${permission}` as const,
      ...(needsMfa === undefined ? {} : { needsMfa }),
      ...messages[verb],
      handle: (request: OperationRequest): Promise<OperationReply> => handler(parts, request),
      ...differences[verb],
    };
  });
}
