/**
 * The OpenAPI 3.1 document of the API, made of the operations that serve it. Operations that share
 * a path and method differ by media type: they become one entry with several request contents.
 */
import type { TSchema } from 'typebox';
import { ERRORS, type ErrorCode } from '../errors/catalogue.ts';
import type { Operation } from '../resources/kit/operation.ts';
import { ErrorBody, Uuid } from '../resources/kit/schemas.ts';
import { isIdName, JSON_MEDIA_TYPE, parametersOf } from './endpoints.ts';
import { GROUPS } from './reference/groups.ts';
import { introduction } from './reference/introduction.ts';
import { textOf } from './reference/operation-text.ts';
import { PROPERTY_TEXTS } from './reference/property-texts.ts';

export interface DocumentInfo {
  title: string;
  version: string;
  /** Public URL of `/v1`. */
  serverUrl: string;
  /** Of `/{envID}/…`, where it is another one. */
  authServerUrl?: string;
  /** Whose token endpoint tools shall use; absent: they have to be told. */
  environmentId?: string;
}

type Json = Record<string, unknown>;

function errorResponse(status: number): Json {
  const entries = Object.entries(ERRORS).filter(([, entry]) => entry.status === status);
  return {
    description: entries.map(([code, { message }]) => `\`${code}\`: ${message}`).join('\n\n'),
    content: { [JSON_MEDIA_TYPE]: { schema: ErrorBody } },
  };
}

/** The catalogue's statuses that an operation of this kind can answer. */
function errorCodesOf(operations: readonly Operation[]): ErrorCode[] {
  const takesInput = operations.some(({ body, query }) => body ?? query);
  const isPublic = operations.every(({ permission }) => permission === 'PUBLIC');
  const hasParameters = operations.some(({ path }) => path.includes('{'));
  const writes = operations.some(({ method }) => method !== 'GET');
  return [
    ...(takesInput ? (['INVALID_DATA'] as const) : []),
    ...(isPublic ? [] : (['INVALID_TOKEN', 'ACCESS_FAILED'] as const)),
    ...(hasParameters ? (['NOT_FOUND'] as const) : []),
    ...(writes ? (['CONFLICT', 'REQUEST_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE'] as const) : []),
    'REQUEST_LIMITED',
    'UNEXPECTED_ERROR',
  ];
}

const propertiesOf = (schema: TSchema | undefined): Record<string, TSchema> =>
  Object(schema).properties ?? {};
const requiredOf = (schema: TSchema | undefined): readonly string[] =>
  Object(schema).required ?? [];

function parameters(path: string, operations: readonly Operation[]): Json[] {
  const inPath = parametersOf(path).map((name) => ({
    name,
    in: 'path',
    required: true,
    schema: isIdName(name) ? Uuid : { type: 'string', maxLength: 100 },
  }));
  const inQuery = new Map<string, Json>();
  for (const { query } of operations) {
    for (const [name, schema] of Object.entries(propertiesOf(query))) {
      const description: unknown = Object(schema).description;
      inQuery.set(name, {
        name,
        in: 'query',
        required: requiredOf(query).includes(name),
        ...(description === undefined ? {} : { description }),
        schema,
      });
    }
  }
  return [...inPath, ...inQuery.values()];
}

/** Every action of the address, by media type. */
function requestBody(operations: readonly Operation[]): Json {
  const content = operations
    .filter(({ body, mediaType }) => body ?? mediaType)
    .map((operation) => {
      const { bytes, mediaType, id } = operation;
      const body = bytes ? { type: 'string', format: 'binary' } : operation.body;
      const { example } = textOf(operation);
      return [
        mediaType ?? JSON_MEDIA_TYPE,
        { ...(body && { schema: body }), ...(example && { example }), 'x-operation-id': id },
      ];
    });
  if (content.length === 0) return {};
  const isRequired = operations.every(
    ({ body, bytes, bodyOptional }) => bytes ?? (body && !bodyOptional),
  );
  return { requestBody: { required: isRequired, content: Object.fromEntries(content) } };
}

function responses(operations: readonly Operation[]): Json {
  const schemas = new Map<string, Set<TSchema>>();
  for (const operation of operations) {
    for (const [status, schema] of Object.entries(operation.responses)) {
      const known = schemas.get(status) ?? new Set();
      schemas.set(status, schema ? known.add(schema) : known);
    }
  }
  const answers = [...schemas].map(([status, set]): [string, Json] => {
    const [first, ...others] = set;
    const schema = others.length === 0 ? first : { anyOf: [...set] };
    return [
      status,
      {
        description: Number(status) === 204 ? 'Done; no body.' : 'Done.',
        ...(schema ? { content: { [JSON_MEDIA_TYPE]: { schema } } } : {}),
      },
    ];
  });
  const errors = errorCodesOf(operations).map((code): [string, Json] => {
    const { status } = ERRORS[code];
    return [`${status}`, { $ref: `#/components/responses/${status}` }];
  });
  return { responses: Object.fromEntries([...errors, ...answers]) };
}

function describe(operations: readonly Operation[]): string | undefined {
  const texts = operations.map((operation) => {
    const { description } = textOf(operation);
    if (operations.length === 1) return description;
    const { summary, mediaType } = operation;
    const text = [summary, description].filter((part) => part !== undefined).join('. ');
    return `\`${mediaType ?? JSON_MEDIA_TYPE}\`: ${text}`;
  });
  const description = texts.filter((text) => text !== undefined).join('\n\n');
  return description === '' ? undefined : description;
}

function pathItemOperation(path: string, operations: readonly Operation[]): Json {
  // The plain one gives the name; the others are actions on the same address.
  const main = operations.find(({ mediaType }) => mediaType === undefined) ?? operations[0];
  const description = describe(operations);
  return {
    operationId: main?.id,
    tags: [main?.tag],
    summary: main?.summary,
    ...(description === undefined ? {} : { description }),
    ...(main?.permission === 'PUBLIC' ? { security: [] } : {}),
    parameters: parameters(path, operations),
    ...requestBody(operations),
    ...responses(operations),
  };
}

const COMPONENT_NAME = /^[A-Z][A-Za-z0-9]*$/;

/** Gives properties the words of their names, where they have none. */
function withWords(properties: unknown): unknown {
  return Object.fromEntries(
    Object.entries(Object(properties)).map(([name, schema]) => {
      const description = PROPERTY_TEXTS[name];
      const isSilent = description !== undefined && Object(schema).description === undefined;
      return [name, isSilent ? { ...Object(schema), description } : schema];
    }),
  );
}

/** Moves schemas with a `title` to the components, so that generated clients can name them. */
function withNamedSchemas(value: unknown, named: Json): unknown {
  if (Array.isArray(value)) return value.map((item) => withNamedSchemas(item, named));
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      withNamedSchemas(name === 'properties' ? withWords(member) : member, named),
    ]),
  );
  const { title } = members;
  if (typeof title !== 'string' || !COMPONENT_NAME.test(title) || !('type' in members)) {
    return members;
  }
  named[title] ??= members;
  // Two different schemas of one title: the second stays where it is.
  const isSame = JSON.stringify(named[title]) === JSON.stringify(members);
  return isSame ? { $ref: `#/components/schemas/${title}` } : members;
}

/** Builds the document: plain JSON. Pure. */
export function buildOpenApi(operations: readonly Operation[], info: DocumentInfo): Json {
  const { authServerUrl = info.serverUrl } = info;
  const byPath = Object.groupBy(operations, ({ path }) => path);
  const paths = Object.entries(byPath).map(([path, ofPath = []]) => {
    const byMethod = Object.groupBy(ofPath, ({ method }) => method.toLowerCase());
    const items = Object.entries(byMethod).map(([method, group = []]) => [
      method,
      pathItemOperation(path, group),
    ]);
    // What isn't a resource may have a host name of its own.
    const isElsewhere = authServerUrl !== info.serverUrl && path.startsWith('/{envID}');
    const servers = isElsewhere ? { servers: [{ url: authServerUrl }] } : {};
    return [path, { ...servers, ...Object.fromEntries(items) }];
  });
  const statuses = new Set(Object.values(ERRORS).map(({ status }) => status));
  const tags = [...new Set(operations.map(({ tag }) => tag))];
  const schemas: Json = {};
  const responses = [...statuses].map((status) => [status, errorResponse(status)]);
  return {
    openapi: '3.1.0',
    info: {
      title: info.title,
      version: info.version,
      description: introduction({ ...info, authServerUrl })
        .map(({ title, text }) => `## ${title}\n\n${text}`)
        .join('\n\n'),
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: info.serverUrl }],
    security: [{ clientCredentials: [] }, { accessToken: [] }],
    tags: tags.map((name) => ({ name, ...(name in GROUPS && { description: GROUPS[name] }) })),
    paths: withNamedSchemas(Object.fromEntries(paths), schemas),
    components: {
      securitySchemes: {
        clientCredentials: {
          type: 'oauth2',
          description: 'A worker’s id and secret. What a token may do is what its roles allow.',
          flows: {
            clientCredentials: {
              tokenUrl: `${authServerUrl}/${info.environmentId ?? '{envID}'}/as/token`,
              scopes: {},
            },
          },
        },
        accessToken: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'A token that was got already: of a worker, or a user’s own.',
        },
      },
      responses: withNamedSchemas(Object.fromEntries(responses), schemas),
      schemas,
    },
  };
}
