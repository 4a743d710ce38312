/**
 * One request to one operation, in this order and before any of its body is read: media type,
 * ids of the path, token, permission, environment. Then body, validation, handler.
 */
import type { IncomingMessage } from 'node:http';
import { BODY_BYTES_MAX } from '../config/limits.ts';
import type { EnvironmentConfigurations } from '../configuration.ts';
import type { VaultLoader } from '../crypto/vault.ts';
import { ApiError, errorDetail, notFound } from '../errors/api-error.ts';
import type { Clock } from '../model/instant.ts';
import type { Access, Principal } from '../resources/kit/access.ts';
import type { Operation, OperationReply, OperationRequest } from '../resources/kit/operation.ts';
import { UUID_PATTERN } from '../resources/kit/schemas.ts';
import { authorize, userGuard } from './authorize.ts';
import { correlationText } from './correlation.ts';
import { type CompiledOperation, type Endpoint, selectOperation } from './endpoints.ts';
import type { Exchange } from './exchange.ts';
import { parseJsonObject } from './json-body.ts';
import { parsePairs } from './pairs.ts';
import { hasBody, readBody } from './read-body.ts';

/** What the pipeline needs of the server's parts. */
export interface OperationParts {
  access: Access;
  configurations: Pick<EnvironmentConfigurations, 'get'>;
  keyring: VaultLoader;
  clock: Clock;
}

const UUID = new RegExp(UUID_PATTERN);
const SHORT_TEXT = /^[^\p{Cc}\p{Cs}]{1,100}$/u;
// Names are the caller's own words: only what a header can hold, and not many.
const HEADER_WORD = /^[\w.$-]{1,64}$/;
const IGNORED_NAMES_MAX = 20;
const NO_QUERY: OperationRequest['query'] = Object.freeze({});
// A public operation has no caller: nothing of it may pass for somebody's id.
const NOBODY: Principal = {
  actor: { type: 'APPLICATION', environmentId: '', applicationId: '' },
  scopes: new Set(),
  reach: () => undefined,
};

function checkParams(endpoint: Endpoint, params: Exchange['params']): void {
  for (const name of endpoint.idNames) if (!UUID.test(params[name] ?? '')) throw notFound();
  for (const name of endpoint.textNames) if (!SHORT_TEXT.test(params[name] ?? '')) throw notFound();
}

async function enterEnvironment(
  { operation }: CompiledOperation,
  environmentId: string,
  parts: OperationParts,
): Promise<void> {
  const configuration = await parts.configurations.get(environmentId);
  if (!configuration) throw notFound();
  if (operation.needsMfa !== false && !configuration.hasMfa) {
    throw new ApiError('ACCESS_FAILED', [], {
      message: "The environment's bill of materials does not have PING_ONE_MFA.",
    });
  }
  await parts.keyring.load(environmentId);
}

function readQuery({ queryNames, validateQuery }: CompiledOperation, url: string) {
  if (!queryNames) return NO_QUERY;
  const at = url.indexOf('?');
  const text = at < 0 ? '' : url.slice(at + 1);
  const query = text === '' ? {} : parsePairs(text, queryNames);
  // Clients that build an address from optional parts leave these in with nothing behind them.
  for (const name of ['filter', 'expand']) if (query[name]?.trim() === '') delete query[name];
  validateQuery?.(query, text.length);
  return query;
}

/** What the bytes of a body say; undefined: nothing. */
function parseBody(
  { kind, names }: NonNullable<CompiledOperation['body']>,
  { method }: Operation,
  bytes: Buffer,
): object | undefined {
  if (kind === 'FORM') return parsePairs(bytes.toString('utf8'), names);
  return parseJsonObject(bytes, { keepsNull: method === 'PATCH' });
}

/**
 * The validated body, and the names that it had in vain: `{}` where it may be left out and is;
 * undefined where none is read.
 */
async function readOperationBody({ body, operation }: CompiledOperation, raw: IncomingMessage) {
  if (!body) return { value: undefined };
  const encoding = raw.headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    throw new ApiError('UNSUPPORTED_MEDIA_TYPE', [
      errorDetail('INVALID_VALUE', 'Content-Encoding', {
        message: 'Send the body as it is, not compressed.',
      }),
    ]);
  }
  const bytesMax = operation.bodyBytesMax ?? BODY_BYTES_MAX;
  const bytes = hasBody(raw.headers) ? await readBody(raw, bytesMax) : Buffer.alloc(0);
  if (body.kind === 'BYTES' && bytes.length > 0) return { value: bytes };
  const value = bytes.length === 0 ? undefined : parseBody(body, operation, bytes);
  if (!value) {
    if (body.isOptional) return { value: {} };
    throw new ApiError('INVALID_REQUEST', [], { message: 'The request has no body.' });
  }
  const names = Object.keys(value);
  body.validate(value, bytes.length);
  return { value, ignored: names.filter((name) => !Object.hasOwn(value, name)) };
}

/**
 * Unknown properties are ignored, as on the platform. A misspelt one isn't lost in silence, though:
 * the answer names it; docs/decisions/0020-unknown-properties.md.
 */
function tellIgnored({ response }: Exchange, names: readonly string[]): void {
  const tellable = names.filter((name) => HEADER_WORD.test(name)).slice(0, IGNORED_NAMES_MAX);
  if (tellable.length > 0) response.setHeader('ignored-properties', tellable.join(', '));
}

/** Serves the request up to its answer. Throws what it is refused for; records whom it is from. */
export async function runOperation(
  endpoint: Endpoint,
  exchange: Exchange,
  parts: OperationParts,
): Promise<OperationReply> {
  const { request, params } = exchange;
  const compiled = selectOperation(endpoint, request);
  const { operation } = compiled;
  exchange.operation = operation.id;
  checkParams(endpoint, params);
  const environmentId = params.envID;
  if (environmentId !== undefined) exchange.environmentId = environmentId;
  const isPublic = operation.permission === 'PUBLIC';
  const principal = isPublic
    ? NOBODY
    : await parts.access.authenticate(request.headers.authorization);
  if (!isPublic) exchange.actor = principal.actor;
  const reach = authorize(operation, principal, params);
  if (environmentId !== undefined) await enterEnvironment(compiled, environmentId, parts);
  const query = readQuery(compiled, request.url ?? '');
  const { value: body, ignored } = await readOperationBody(compiled, request);
  if (ignored?.length) tellIgnored(exchange, ignored);
  const { externalCorrelation } = exchange.correlation;
  const guard = userGuard(principal, reach);
  const handled: OperationRequest = {
    params,
    query,
    body,
    actor: principal.actor,
    requireUser(user) {
      guard(user);
      handled.concerned = user;
    },
    allows: (permission) =>
      principal.reach(permission, environmentId ?? '', params.appID) !== undefined,
    ...(reach.populationIds ? { populationIds: reach.populationIds } : {}),
    now: parts.clock.now(),
    correlationId: correlationText(exchange.correlation),
    ...(externalCorrelation ? { externalCorrelation } : {}),
    remoteAddress: exchange.remoteAddress,
    headers: request.headers,
  };
  return operation.handle(handled);
}
