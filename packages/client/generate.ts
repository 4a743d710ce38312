/**
 * Writes `src/generated/api.ts`: the types of the OpenAPI document, as the server of these sources
 * serves it. The file isn't kept beside its source: `npm run check` and the build make it anew.
 */
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import openapiTypes, { astToString, COMMENT_HEADER } from 'openapi-typescript';
import { readSettings } from '../server/src/config/settings.ts';
import { startServer } from '../server/src/serve.ts';

const FILE = fileURLToPath(new URL('src/generated/api.ts', import.meta.url));

/** The document of a server that is started for it and stopped again. */
async function servedDocument(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-types-'));
  const settings = readSettings({
    PORT: '0',
    COUNTERSIGN_DATA_DIR: folder,
    COUNTERSIGN_LOG_LEVEL: 'silent',
  });
  const server = await startServer(settings);
  try {
    return await (await fetch(`${server.url}/openapi.json`)).text();
  } finally {
    await server.close();
    rmSync(folder, { recursive: true });
  }
}

const types = await openapiTypes(await servedDocument());
mkdirSync(join(FILE, '..'), { recursive: true });
// Whoever reads it meanwhile reads a whole one.
const unfinished = `${FILE}.${process.pid}`;
writeFileSync(unfinished, `${COMMENT_HEADER}${astToString(types)}`);
renameSync(unfinished, FILE);
