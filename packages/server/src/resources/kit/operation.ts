/**
 * An operation of the API as data: path, media type, schemas, who may call it, and a handler that
 * knows no web framework. `http/` serves the list of them and makes the OpenAPI document of it.
 */
import type { TSchema } from 'typebox';
import type { ExternalCorrelation } from '../../model/documents.ts';
import type { Instant } from '../../model/instant.ts';
import type { Permission } from './permissions.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Scopes that a user's own token can have; contract §1.2. */
export const SELF_SCOPES = [
  'p1:read:user',
  'p1:update:user',
  'p1:update:userMfaEnabled',
  'p1:create:device',
  'p1:read:device',
  'p1:update:device',
  'p1:delete:device',
  'p1:create:pairingKey',
  'p1:read:pairingKey',
  'p1:delete:pairingKey',
] as const;
export type SelfScope = (typeof SELF_SCOPES)[number];

/** Who calls, as the access token says. */
export type Actor =
  | { type: 'APPLICATION'; environmentId: string; applicationId: string }
  | { type: 'USER'; environmentId: string; userId: string; applicationId?: string };

export interface OperationRequest {
  params: Readonly<Record<string, string>>;
  query: Readonly<Record<string, string>>;
  /** Validated against `body`; properties that the schema doesn't list are gone. */
  // biome-ignore lint/suspicious/noExplicitAny: the schema checked it; each handler names its type.
  body: any;
  actor: Actor;
  /**
   * Refuses (404) a user whom the actor may not see: another population than its role covers, or
   * not the actor itself. Every handler that loads a user calls it.
   */
  requireUser(user: { id: string; populationId: string }): void;
  /** Whether the caller's roles allow this, too; absent: they don't. */
  allows?(permission: Permission): boolean;
  /** The user whom the handler has loaded, by `requireUser`: what it records is about them. */
  concerned?: { id: string; populationId: string };
  /** The population that the actor's role is confined to; absent: the whole environment. */
  populationIds?: readonly string[];
  now: Instant;
  correlationId: string;
  /** The ids of the caller's own headers, as far as they came. */
  externalCorrelation?: ExternalCorrelation;
  remoteAddress: string;
  headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** The environment of the path. */
export const environmentOf = ({ params }: Pick<OperationRequest, 'params'>) => params.envID ?? '';

export interface OperationReply {
  status: number;
  body?: unknown;
  /** A list is sent as one header for each: cookies. */
  headers?: Record<string, string | string[]>;
}

/** The usual answer. */
export const ok = (body: unknown): OperationReply => ({ status: 200, body });

/** What an operation does, with the parts that it needs. */
export type Handler<Parts> = (parts: Parts, request: OperationRequest) => Promise<OperationReply>;

export interface Operation {
  /** OpenAPI `operationId`: `createDevice`. */
  id: string;
  method: Method;
  /** With `{envID}` style parameters, from the origin: `/v1/environments/{envID}/users`. */
  path: string;
  /** The request's media type, which selects the operation; absent: `application/json`. */
  mediaType?: string;
  tag: string;
  summary: string;
  description?: string;
  /** The smallest body that does something useful, for the reference. */
  example?: object;
  /** What the actor's role must allow. `PUBLIC`: no token (the token endpoint, discovery). */
  permission: Permission | 'PUBLIC';
  /** A user's own token with one of these scopes may do it on himself (`{userID}`). */
  selfScopes?: readonly SelfScope[];
  /** Any valid token of the flow's own user may do it; the handler checks whose flow it is. */
  selfFlow?: true;
  /** The environment must have `PING_ONE_MFA`; default true for paths with `{envID}`. */
  needsMfa?: boolean;
  query?: TSchema;
  body?: TSchema;
  /** The most bytes of a body, where that isn't the server's usual bound. */
  bodyBytesMax?: number;
  /** The body may be left out (default: it is required where `body` stands). */
  bodyOptional?: true;
  /** The body is the bytes of the media type, not JSON: the handler gets a `Buffer`. */
  bytes?: true;
  /** Status to schema; `null`: no body. */
  responses: Record<number, TSchema | null>;
  handle(request: OperationRequest): Promise<OperationReply>;
}
