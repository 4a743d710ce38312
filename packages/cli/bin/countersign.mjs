#!/usr/bin/env node
/**
 * `npx countersign COMMAND`: hands everything to `src/main.ts`, run by the pinned Node.js. Plain
 * JavaScript, because npx runs it with the Node.js of the machine.
 */
import { fileURLToPath } from 'node:url';
import { become, ensureInstalled, pinnedNode } from '../../../tools/installed.mjs';

await ensureInstalled();
const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
await become(pinnedNode(), [main, ...process.argv.slice(2)]);
