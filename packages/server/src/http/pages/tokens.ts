/** The colours and sizes of packages/ui, for the pages that nobody builds. */
import { readFileSync } from 'node:fs';

const FILE = new URL('../../../../ui/src/tokens.css', import.meta.url);

/** Without its comments: it stands in every page. */
export const TOKENS = readFileSync(FILE, 'utf8').replace(/\/\*.*?\*\/\s*/gs, '');
