/** `npm run generate`: writes every generated file anew. */
import { onPinnedNode } from './installed.mjs';

if (await onPinnedNode()) {
  const { writeGeneratedFiles } = await import('./generate.ts');
  for (const path of await writeGeneratedFiles()) process.stdout.write(`wrote ${path}\n`);
}
