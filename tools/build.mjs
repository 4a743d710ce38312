/** `npm run build`: the web applications, where they are not built as their sources are now. */
import { ensureBuilt } from './built.mjs';
import { ensureInstalled } from './installed.mjs';

await ensureInstalled();
ensureBuilt();
