import { KEY_ACTIVATION_DELAY_MS } from '../config/limits.ts';
import { RETIRED_LIFE_MS } from '../crypto/environment-keys.ts';
import { ANY_ENVIRONMENT, type Store } from '../storage/store.ts';
import { type Run, SYSTEM_CLOCK, withKeys } from './command.ts';

const ENVIRONMENTS_PAGE = 500;

async function forEachEnvironment(store: Store, work: (id: string) => Promise<void>) {
  let count = 0;
  let afterId: string | undefined;
  for (;;) {
    const page = await store.list('environments', ANY_ENVIRONMENT, {
      limit: ENVIRONMENTS_PAGE,
      ...(afterId === undefined ? {} : { afterId }),
    });
    for (const { id } of page) await work(id);
    count += page.length;
    afterId = page.at(-1)?.id;
    if (page.length < ENVIRONMENTS_PAGE) return count;
  }
}

const inWords = (instant: number) => new Date(instant).toISOString().replace(/\.\d+Z$/, 'Z');

export const run: Run = ({ settings, options, say }) =>
  withKeys(settings, { existing: true }, async (store, keyring) => {
    const revoke = options.revoke === true;
    const count = await forEachEnvironment(store, async (id) => {
      await keyring.rotateDataKey(id);
      await keyring.rotateSigningKey(id, { revoke });
    });
    const now = SYSTEM_CLOCK.now();
    say(`New keys for ${count} environment(s). The old data keys still open what they sealed.`);
    if (revoke) {
      say('The old signing keys are gone: nodes hear of it within seconds, those that can');
      say('not be told within half a minute, and refuse every token of before. Clients get');
      say('new ones by their credentials; who has cached /as/jwks reads it again.');
    } else {
      say(`Nodes sign by the new keys from ${inWords(now + KEY_ACTIVATION_DELAY_MS)} on.`);
      say(`Tokens of before stay valid, the last one until ${inWords(now + RETIRED_LIFE_MS)};`);
      say('`countersign keys rotate --revoke` ends them at once.');
    }
    return 0;
  });
