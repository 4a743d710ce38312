import { ANY_ENVIRONMENT } from '../storage/store.ts';
import { type Run, withKeys } from './command.ts';

const ENVIRONMENTS_PAGE = 500;

export const run: Run = ({ settings, say }) =>
  withKeys(settings, { existing: true }, async (store, keyring) => {
    let count = 0;
    let afterId: string | undefined;
    for (;;) {
      const page = await store.list('environments', ANY_ENVIRONMENT, {
        limit: ENVIRONMENTS_PAGE,
        ...(afterId === undefined ? {} : { afterId }),
      });
      for (const { id } of page) {
        await keyring.rotateDataKey(id);
        await keyring.rotateSigningKey(id);
        count += 1;
      }
      afterId = page.at(-1)?.id;
      if (page.length < ENVIRONMENTS_PAGE) break;
    }
    say(`New keys for ${count} environment(s). The old ones still open what they sealed.`);
    return 0;
  });
