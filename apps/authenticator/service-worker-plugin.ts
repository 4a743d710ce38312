/** Writes `sw.js` with the list of what was built, and a version that changes with it. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

const pathOf = (name: string) => fileURLToPath(new URL(name, import.meta.url));

export function serviceWorker(): Plugin {
  return {
    name: 'service-worker',
    generateBundle(_options, bundle) {
      const source = readFileSync(pathOf('service-worker.js'), 'utf8');
      const built = Object.values(bundle).filter(({ fileName }) => !fileName.endsWith('.html'));
      const publics = readdirSync(pathOf('public'));
      const files = [...built.map(({ fileName }) => fileName), ...publics].sort();
      const hash = createHash('sha256').update(source).update(files.join(' '));
      // What was built has its hash in its name; these have not.
      for (const name of publics) hash.update(readFileSync(pathOf(`public/${name}`)));
      hash.update(readFileSync(pathOf('index.html')));
      this.emitFile({
        type: 'asset',
        fileName: 'sw.js',
        source: source
          .replace('/* FILES */ []', JSON.stringify(files))
          .replace("/* VERSION */ ''", JSON.stringify(hash.digest('hex').slice(0, 16))),
      });
    },
  };
}
