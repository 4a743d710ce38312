/** The page on which users prove who they are, at `/sign-on/`: built files. */
import { builtSite, isBuilt } from './built-site.ts';
import type { Produce } from './static-answer.ts';

const NAME = 'sign-on';

export const isSignOnBuilt = () => isBuilt(NAME);

/** The files of the page by path; none where it wasn't built (`npm run build`). */
export const signOnFiles = (): Record<string, Produce> =>
  builtSite({ name: NAME, permissions: 'publickey-credentials-get=(self)' }).files();
