/** A second server on the database of a first one, as behind a load balancer: one address, one clock. */
import { readSettings } from '../config/settings.ts';
import { startServer } from '../serve.ts';
import type { TestServer } from './server.ts';
import { freshDataDirectory } from './sqlite.ts';

export interface AnotherNode {
  /** Where this one is, in particular. */
  url: string;
  close(): Promise<void>;
}

/** `env`: what both have, the master key above all. */
export async function startAnotherNode(
  { server: { url: publicUrl }, now }: TestServer,
  databaseUrl: string,
  env: Record<string, string>,
): Promise<AnotherNode> {
  const directory = await freshDataDirectory();
  const settings = readSettings({
    ...env,
    HOST: '127.0.0.1',
    PORT: '0',
    DATABASE_URL: databaseUrl,
    COUNTERSIGN_DATA_DIR: directory.path,
    COUNTERSIGN_PUBLIC_URL: publicUrl,
    COUNTERSIGN_LOG_LEVEL: 'silent',
  });
  const server = await startServer(settings, { clock: { now } });
  return {
    url: `http://127.0.0.1:${server.port}`,
    async close() {
      await server.close();
      await directory.remove();
    },
  };
}
