/** Requests that no route takes: the path is unknown, or it has other methods. */
import { ApiError, notFound } from '../errors/api-error.ts';
import type { OperationReply } from '../resources/kit/operation.ts';
import { preflightHeaders, SHARED_HEADERS } from './cors.ts';
import type { Exchange } from './exchange.ts';

/** A path with `{envID}` parameters and the method of one route on it. */
export interface RouteName {
  path: string;
  method: string;
  /** Whether pages of other origins may use it; `cors.ts`. */
  shared: boolean;
}

function patternOf(path: string): RegExp {
  const literals = path.split(/\{\w+\}/).map((text) => RegExp.escape(text));
  return new RegExp(`^${literals.join('[^/]+')}$`);
}

/** `GET` stands for `HEAD` too; RFC 9110 §9.1. */
function allowOf(methods: readonly string[]): string {
  const all = methods.includes('GET') ? ['GET', 'HEAD', ...methods] : methods;
  return [...new Set([...all, 'OPTIONS'])].join(', ');
}

/** Answers `OPTIONS` with what the path allows; throws `METHOD_NOT_ALLOWED` or `NOT_FOUND` for the rest. */
export function createUnmatched(routes: readonly RouteName[]) {
  const byPath = Object.groupBy(routes, ({ path }) => path);
  const paths = Object.entries(byPath).map(([path, ofPath = []]) => ({
    pattern: patternOf(path),
    allow: allowOf(ofPath.map(({ method }) => method)),
    shared: ofPath.some(({ shared }) => shared),
  }));
  return async ({ request, response }: Exchange): Promise<OperationReply> => {
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    const found = paths.find(({ pattern }) => pattern.test(path));
    if (!found) throw notFound();
    response.setHeader('allow', found.allow);
    if (found.shared) response.setHeaders(new Map(Object.entries(SHARED_HEADERS)));
    if (request.method === 'OPTIONS') {
      return { status: 204, ...(found.shared ? { headers: preflightHeaders(found.allow) } : {}) };
    }
    throw new ApiError('METHOD_NOT_ALLOWED');
  };
}
