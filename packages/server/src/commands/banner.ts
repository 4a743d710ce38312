/** What a server that has started says to the person who started it. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CREDENTIALS_FILE } from '../bootstrap.ts';
import type { Settings } from '../config/settings.ts';
import { isAuthenticatorBuilt } from '../http/authenticator-files.ts';
import { isLoopback } from '../model/network.ts';
import { SQLITE_FILE } from '../storage/open.ts';
import { placeOf } from '../storage/place.ts';
import { VERSION } from '../version.ts';
import { engineOf } from './command.ts';

/** The file, or the database without its password. */
export const storeOf = ({ databaseUrl, dataDirectory }: Settings) =>
  `${engineOf({ ...(databaseUrl === undefined ? {} : { databaseUrl }) })}, ${
    databaseUrl === undefined ? resolve(dataDirectory, SQLITE_FILE) : placeOf(databaseUrl)
  }`;

/** The credentials of the first run, where they still are. */
export function credentialsLine(settings: Settings, made: boolean): string | undefined {
  const path = resolve(settings.dataDirectory, CREDENTIALS_FILE);
  if (!existsSync(join(settings.dataDirectory, CREDENTIALS_FILE))) return undefined;
  return made ? `${path} (made now, by the first run)` : `${path} (of the first run)`;
}

/** What the person should not learn from an incident; none: all is as it should be. */
export function warningsOf(settings: Settings, port: number): string[] {
  const { production, host, tls, trustProxy, publicUrl } = settings;
  const warnings: string[] = [];
  if (!production) {
    const who = isLoopback(host) ? 'on this machine' : `who reaches port ${port} of ${host}`;
    warnings.push(
      `Development mode: everybody ${who} can read passcodes at /dev/outbox. NODE_ENV=production closes it.`,
    );
  }
  if (production && !isLoopback(host) && !tls && !trustProxy) {
    warnings.push(
      `Plain HTTP on ${host}: passcodes and tokens can be read on the network. Set COUNTERSIGN_TLS_CERT_FILE and COUNTERSIGN_TLS_KEY_FILE; or, behind a proxy that ends TLS, COUNTERSIGN_TRUST_PROXY.`,
    );
  }
  if (production && publicUrl?.startsWith('http:')) {
    warnings.push(
      'COUNTERSIGN_PUBLIC_URL is http: phones, passkeys and official clients want https.',
    );
  }
  return warnings;
}

/** The lines for a terminal. */
export function banner(
  settings: Settings,
  server: { url: string; port: number; credentialsFile?: string },
  seconds: number,
): string[] {
  const { url, port, credentialsFile } = server;
  const built = isAuthenticatorBuilt();
  const credentials = credentialsLine(settings, credentialsFile !== undefined);
  const open = !settings.production && !isLoopback(settings.host);
  return [
    `Countersign ${VERSION} is ready after ${seconds.toFixed(2)} s. Ctrl+C ends it.`,
    `  Mode:         ${settings.production ? 'production' : 'development'}`,
    `  Store:        ${storeOf(settings)}`,
    `  API:          ${url}/v1`,
    `  Reference:    ${url}/docs`,
    `  For phones:   ${built ? `${url}/authenticator/` : 'not built; `npm run build` makes it'}`,
    ...(settings.production ? [] : [`  Outbox:       ${url}/dev/outbox`]),
    ...(credentials === undefined ? [] : [`  Credentials:  ${credentials}`]),
    ...warningsOf(settings, port).map((text) => `${open ? '\n!!! WARNING: ' : '  !  '}${text}`),
  ];
}
