/** `npm run check`: types, lint, generated files, architecture; everything but the tests. */
import { onPinnedNode } from './installed.mjs';

if (await onPinnedNode()) {
  const { CHECKS } = await import('./check.ts');
  for (const { name, run } of CHECKS) {
    const complaint = await run();
    process.stdout.write(complaint ? `✖ ${name}\n${complaint}\n` : `✔ ${name}\n`);
    if (complaint) process.exitCode = 1;
  }
}
