/** What the server says of itself, without a token: health, metrics, the API's description. */
import { ApiError } from '../errors/api-error.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { Operation, OperationReply } from '../resources/kit/operation.ts';
import type { Store } from '../storage/store.ts';
import { authenticatorFiles } from './authenticator-files.ts';
import { buildOpenApi, type DocumentInfo } from './openapi.ts';
import { REFERENCE_FILES } from './reference-page.ts';
import { SELF_SERVICE_FILES } from './self-service-pages.ts';

const READY_TIMEOUT_MS = 2_000;

export interface PlatformParts {
  store: Pick<Store, 'isReady'>;
  metrics: Pick<Metrics, 'text' | 'contentType'>;
}

async function isReady(store: PlatformParts['store']): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), READY_TIMEOUT_MS);
  });
  try {
    return await Promise.race([store.isReady(), tooLate]);
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}

/** GET routes by path. */
export function platformRoutes(
  operations: readonly Operation[],
  parts: PlatformParts,
  info: DocumentInfo,
): Readonly<Record<string, () => Promise<OperationReply>>> {
  let document: string | undefined;
  return {
    ...REFERENCE_FILES,
    ...SELF_SERVICE_FILES,
    ...authenticatorFiles(),
    '/healthz': async () => ({ status: 200, body: { status: 'UP' } }),
    '/readyz': async () => {
      if (!(await isReady(parts.store))) throw new ApiError('SERVICE_UNAVAILABLE');
      return { status: 200, body: { status: 'UP' } };
    },
    '/metrics': async () => ({
      status: 200,
      body: await parts.metrics.text(),
      headers: { 'content-type': parts.metrics.contentType },
    }),
    '/openapi.json': async () => {
      document ??= JSON.stringify(buildOpenApi(operations, info));
      return { status: 200, body: document };
    },
  };
}
