/** `npm run build`: the web applications, where they are not built as their sources are now. */
import { ensureBuilt } from './built.mjs';
import { ensureInstalled } from './installed.mjs';

await ensureInstalled(undefined, { all: true });
if (!ensureBuilt()) {
  process.stderr.write(
    'Countersign: not everything was built. May this user write to the folders in apps?\n',
  );
  process.exitCode = 1;
}
