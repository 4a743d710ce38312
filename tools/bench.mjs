/** `npm run bench`: the benchmark; see `bench/README.md` for its options. */
import { join } from 'node:path';
import { become, onPinnedNode, ROOT } from './installed.mjs';

if (await onPinnedNode()) {
  const [first, ...rest] = process.argv.slice(2);
  const PROGRAMS = {
    sockets: 'sockets.ts',
    lists: 'lists.ts',
    'oath-import': 'oath-import.ts',
    delivery: 'delivery.ts',
  };
  const [program, args] = PROGRAMS[first]
    ? [PROGRAMS[first], rest]
    : ['run.ts', process.argv.slice(2)];
  await become(process.execPath, [join(ROOT, 'bench', program), ...args]);
}
