/** `npm run bench`: the benchmark; see `bench/README.md` for its options. */
import { join } from 'node:path';
import { become, onPinnedNode, ROOT } from './installed.mjs';

if (await onPinnedNode()) {
  await become(process.execPath, [join(ROOT, 'bench/run.ts'), ...process.argv.slice(2)]);
}
