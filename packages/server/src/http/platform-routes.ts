/** What the server says of itself, without a token: pages, health, metrics, the API's description. */
import type { Settings } from '../config/settings.ts';
import { ApiError } from '../errors/api-error.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { Links } from '../resources/kit/links.ts';
import type { Operation } from '../resources/kit/operation.ts';
import { ANY_ENVIRONMENT, type Store } from '../storage/store.ts';
import { authenticatorFiles } from './authenticator-files.ts';
import { buildOpenApi } from './openapi.ts';
import { ICONS } from './pages/icons.ts';
import { selfServicePage } from './pages/self-service-page.ts';
import { welcomePage } from './pages/welcome-page.ts';
import { referencePage } from './reference/reference-page.ts';
import { SELF_SERVICE_FILES } from './self-service-pages.ts';
import { signOnFiles } from './sign-on-files.ts';
import { type Produce, staticAnswer } from './static-answer.ts';

const READY_TIMEOUT_MS = 2_000;

export interface PlatformParts {
  store: Pick<Store, 'isReady' | 'list'>;
  metrics: Pick<Metrics, 'text' | 'contentType'>;
  settings: Pick<Settings, 'production'>;
  links: Links;
}

/** What the API's description says of the server. */
export interface ServerInfo {
  title: string;
  version: string;
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

/** A relative address: what a proxy has put before the path stays there. */
const redirect =
  (location: string): Produce =>
  async () => ({ status: 308, headers: { location, 'cache-control': 'no-cache' } });

/** What people type instead. */
const NEAR_MISSES: Readonly<Record<string, Produce>> = {
  '/index.html': redirect('./'),
  '/docs/': redirect('../docs'),
  '/doc': redirect('docs'),
  '/reference': redirect('docs'),
  '/swagger': redirect('docs'),
  '/openapi': redirect('openapi.json'),
  '/self-service/': redirect('../self-service'),
  '/self-service/passkeys/': redirect('../passkeys'),
  '/self-service/phone/': redirect('../phone'),
};
const DEVELOPMENT_NEAR_MISSES: Readonly<Record<string, Produce>> = {
  '/outbox': redirect('dev/outbox'),
  '/dev': redirect('dev/outbox'),
};

/** GET routes by path. */
export function platformRoutes(
  operations: readonly Operation[],
  parts: PlatformParts,
  info: ServerInfo,
): Readonly<Record<string, Produce>> {
  const isDevelopment = !parts.settings.production;
  // The public URL is known once the server listens, which is before anybody asks.
  async function document() {
    const known = isDevelopment
      ? await parts.store.list('environments', ANY_ENVIRONMENT, { limit: 1 })
      : [];
    const environmentId = known[0]?.id;
    return buildOpenApi(operations, {
      ...info,
      ...addressesOf(parts.links),
      ...(environmentId !== undefined && { environmentId }),
    });
  }
  const has = (path: string) => path in routes || operations.some((one) => one.path === path);
  const { version } = info;
  const routes: Record<string, Produce> = {
    ...NEAR_MISSES,
    ...(isDevelopment ? DEVELOPMENT_NEAR_MISSES : {}),
    ...ICONS,
    ...SELF_SERVICE_FILES,
    ...authenticatorFiles(),
    ...signOnFiles(),
    '/': welcomePage({ version, store: parts.store, isDevelopment, has }),
    '/self-service': selfServicePage,
    '/docs': referencePage(operations, () => ({ ...info, ...addressesOf(parts.links) })),
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
    '/openapi.json': staticAnswer(async () => JSON.stringify(await document()), {
      'content-type': 'application/json',
    }),
  };
  return routes;
}

const addressesOf = (links: Links) => ({
  serverUrl: links.apiOrigin(),
  authServerUrl: links.authOrigin(),
});
