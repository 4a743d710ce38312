/**
 * The dispatch table: method and path to an endpoint, media type to its operation. All that can
 * be known of an operation before a request comes is worked out here, once.
 */
import type { IncomingMessage } from 'node:http';
import type { TSchema } from 'typebox';
import { ApiError, errorDetail } from '../errors/api-error.ts';
import type { Method, Operation } from '../resources/kit/operation.ts';
import { hasBody } from './read-body.ts';
import type { Validate, Validators } from './validators.ts';

export const JSON_MEDIA_TYPE = 'application/json';
export const FORM_MEDIA_TYPE = 'application/x-www-form-urlencoded';

/** An operation and what is worked out of it. */
export interface CompiledOperation {
  operation: Operation;
  /** Names of the query parameters; undefined: the query is not read. */
  queryNames?: ReadonlySet<string>;
  validateQuery?: Validate;
  body?: {
    kind: 'JSON' | 'FORM' | 'BYTES';
    isOptional: boolean;
    names: ReadonlySet<string>;
    validate: Validate;
  };
}

/** The operations of one method and path. */
export interface Endpoint {
  method: Method;
  path: string;
  /** Parameters that must be a UUID, and those that may be any short text. */
  idNames: readonly string[];
  textNames: readonly string[];
  /** By media type, lower case and without parameters. */
  byMediaType: ReadonlyMap<string, CompiledOperation>;
  /** What a request without `Content-Type` and without a body means. */
  withoutMediaType: CompiledOperation | undefined;
}

const namesOf = (schema: TSchema): ReadonlySet<string> =>
  new Set(Object.keys(Object(Object(schema).properties)));

/** Whatever comes; the handler looks at it. */
const BYTES: NonNullable<CompiledOperation['body']> = {
  kind: 'BYTES',
  isOptional: false,
  names: new Set(),
  validate: () => undefined,
};

function compile(operation: Operation, validators: Validators): CompiledOperation {
  const { query, body, bytes, mediaType } = operation;
  return {
    operation,
    ...(query ? { queryNames: namesOf(query), validateQuery: validators.validator(query) } : {}),
    ...(body
      ? {
          body: {
            kind: mediaType?.toLowerCase() === FORM_MEDIA_TYPE ? 'FORM' : 'JSON',
            isOptional: operation.bodyOptional ?? false,
            names: namesOf(body),
            validate: validators.validator(body),
          },
        }
      : {}),
    ...(bytes ? { body: BYTES } : {}),
  };
}

/** `{envID}` parameters of a path, in order. */
export function parametersOf(path: string): string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
}

/** Whether a path parameter is the id of a resource: it is named so. */
export const isIdName = (name: string): boolean => name.endsWith('ID');

/**
 * Nothing is guessed from an empty request where several actions share an address: it means the
 * `application/json` one, or the only one, and only if that needs no body; contract §15.
 */
function meantWithoutMediaType(
  method: Method,
  byMediaType: ReadonlyMap<string, CompiledOperation>,
): CompiledOperation | undefined {
  const only = byMediaType.size === 1 ? byMediaType.values().next().value : undefined;
  const meant = byMediaType.get(JSON_MEDIA_TYPE) ?? only;
  const needsBody = meant?.body && !meant.body.isOptional;
  return needsBody && method !== 'DELETE' ? undefined : meant;
}

/** Groups the operations. Throws when two of them can't be told apart. */
export function createEndpoints(
  operations: readonly Operation[],
  validators: Validators,
): Endpoint[] {
  const groups = new Map<string, Map<string, CompiledOperation>>();
  for (const operation of operations) {
    const key = `${operation.method} ${operation.path}`;
    const group = groups.get(key) ?? new Map<string, CompiledOperation>();
    groups.set(key, group);
    const mediaType = (operation.mediaType ?? JSON_MEDIA_TYPE).toLowerCase();
    if (group.has(mediaType)) throw new Error(`Two operations are ${key} with ${mediaType}.`);
    group.set(mediaType, compile(operation, validators));
  }
  return [...groups].map(([key, byMediaType]) => {
    const [method, path] = key.split(' ', 2) as [Method, string];
    const names = parametersOf(path);
    return {
      method,
      path,
      idNames: names.filter(isIdName),
      textNames: names.filter((name) => !isIdName(name)),
      byMediaType,
      withoutMediaType: meantWithoutMediaType(method, byMediaType),
    };
  });
}

/** Parameters such as `charset` are ignored, and case; contract §1.3. */
function mediaTypeOf(contentType: string): string {
  const end = contentType.indexOf(';');
  return (end < 0 ? contentType : contentType.slice(0, end)).trim().toLowerCase();
}

/**
 * The media types of a request, each once. Go clients of the platform send the general and the
 * special one as two headers, in either order, and a proxy may make one of them.
 */
function mediaTypesOf({ rawHeaders }: Pick<IncomingMessage, 'rawHeaders'>): string[] {
  const types: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    if (rawHeaders[index]?.toLowerCase() !== 'content-type') continue;
    for (const text of (rawHeaders[index + 1] ?? '').split(',')) {
      const type = mediaTypeOf(text);
      if (!types.includes(type)) types.push(type);
    }
  }
  return types;
}

/** The operation that a request's head asks for. Throws `UNSUPPORTED_MEDIA_TYPE`. Pure. */
export function selectOperation(
  endpoint: Endpoint,
  request: Pick<IncomingMessage, 'headers' | 'rawHeaders'>,
): CompiledOperation {
  const { method, byMediaType, withoutMediaType } = endpoint;
  const types = method === 'GET' ? [] : mediaTypesOf(request);
  // Beside a special type the general one says nothing; two special ones say two things.
  const special = types.filter((type) => type !== JSON_MEDIA_TYPE);
  const [wanted = types[0]] = special;
  const named = special.length > 1 || wanted === undefined ? undefined : byMediaType.get(wanted);
  if (named) return named;
  // GET and DELETE mean one thing, whatever media type they bring.
  const isPlain = method === 'GET' || method === 'DELETE';
  if (withoutMediaType && (isPlain || (types.length === 0 && !hasBody(request.headers)))) {
    return withoutMediaType;
  }
  const allowedValues = [...byMediaType.keys()];
  throw new ApiError('UNSUPPORTED_MEDIA_TYPE', [
    errorDetail('INVALID_VALUE', 'Content-Type', {
      message: `The media type chooses the action. Here: ${allowedValues.join(', ')}.`,
      innerError: { allowedValues },
    }),
  ]);
}
