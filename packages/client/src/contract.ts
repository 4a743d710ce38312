/** What the OpenAPI document says of a path, as types. */
import type { paths } from './generated/api.ts';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';
export type Path = keyof paths;

/** The paths that have the method. */
export type PathWith<M extends Method> = {
  [P in Path]: paths[P] extends Record<M, infer O> ? ([O] extends [undefined] ? never : P) : never;
}[Path];

type Operation<P extends Path, M extends Method> = paths[P] extends Record<M, infer O> ? O : never;

type Parameters<O, Where extends string> = O extends { parameters: infer Ps }
  ? Ps extends { [W in Where]?: infer Members }
    ? NonNullable<Members>
    : never
  : never;

/** The client knows its environment; another one may be named. */
type PathParameters<O> = Omit<Parameters<O, 'path'>, 'envID'> & { envID?: string };

type Content<O> = O extends { requestBody?: infer Body }
  ? NonNullable<Body> extends { content: infer ByMediaType }
    ? ByMediaType
    : never
  : never;

type Prefix = 'application/vnd.pingidentity.';
type Suffix = '+json';

/** The actions of a path, by the middle of their media types: `otp.check`. */
export type Action<P extends PathWith<'post'>> = keyof Content<Operation<P, 'post'>> extends infer M
  ? M extends `${Prefix}${infer A}${Suffix}`
    ? A
    : never
  : never;

export type ActionBody<P extends PathWith<'post'>, A extends string> =
  Content<Operation<P, 'post'>> extends infer C
    ? `${Prefix}${A}${Suffix}` extends keyof C
      ? C[`${Prefix}${A}${Suffix}`]
      : never
    : never;

type PlainBody<O> =
  Content<O> extends { 'application/json': infer Body }
    ? Body
    : Content<O> extends { 'application/x-www-form-urlencoded': infer Body }
      ? Body
      : undefined;

type Answer<Response> = Response extends { content: { 'application/json': infer Body } }
  ? Body
  : undefined;

/** What an answer with 200, 201, 202 or 204 holds; nothing where there is no body. */
export type Reply<P extends Path, M extends Method> =
  Operation<P, M> extends { responses: infer All }
    ? { [S in keyof All & (200 | 201 | 202 | 204)]: Answer<All[S]> }[keyof All &
        (200 | 201 | 202 | 204)]
    : never;

/** What a request is made of, beside its path. */
export interface Common {
  /** Ends the request, or the waiting for another try. */
  signal?: AbortSignal;
  headers?: Record<string, string>;
}

type WithPath<O> =
  object extends PathParameters<O> ? { path?: PathParameters<O> } : { path: PathParameters<O> };
type WithQuery<O> = [Parameters<O, 'query'>] extends [never]
  ? { query?: never }
  : object extends Parameters<O, 'query'>
    ? { query?: Parameters<O, 'query'> }
    : { query: Parameters<O, 'query'> };
type WithBody<O> = [PlainBody<O>] extends [undefined] ? { body?: never } : { body: PlainBody<O> };

export type Request<P extends Path, M extends Method> = Common &
  WithPath<Operation<P, M>> &
  WithQuery<Operation<P, M>> &
  WithBody<Operation<P, M>>;

export type ActionRequest<P extends PathWith<'post'>, A extends string> = Common &
  WithPath<Operation<P, 'post'>> & { body?: ActionBody<P, A> };

/** The paths whose answer is a list. */
export type ListPath = {
  [P in PathWith<'get'>]: Reply<P, 'get'> extends { _embedded: object } ? P : never;
}[PathWith<'get'>];

/** The rows of a list. */
export type RowOf<P extends ListPath> =
  Reply<P, 'get'> extends { _embedded: infer Lists }
    ? { [K in keyof Lists]: Lists[K] extends readonly (infer Row)[] ? Row : never }[keyof Lists]
    : never;

/** A request without anything to give may be left out. */
export type Given<R> = object extends R ? [request?: R] : [request: R];
