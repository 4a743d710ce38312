/**
 * `countersign link USER passkey|phone`: the address of a self-service page with a token of this one
 * user, for this one purpose, which is over soon: so that nobody pastes a worker's token into a page.
 * docs/decisions/0028.
 */
import { join } from 'node:path';
import { CREDENTIALS_FILE } from '../bootstrap.ts';
import { LINK_LIFETIME_SECONDS } from '../config/limits.ts';
import type { Settings } from '../config/settings.ts';
import { activityWrite } from '../resources/kit/activity.ts';
import { commitOrRetry } from '../resources/kit/commit.ts';
import { makeLinks } from '../resources/kit/links.ts';
import type { SelfScope } from '../resources/kit/operation.ts';
import { issueUserToken } from '../resources/platform/tokens/issue-token.ts';
import { plannedUrl } from './bootstrap.ts';
import { type Run, SYSTEM_CLOCK, withKeys } from './command.ts';
import { readIfThere } from './first-run-file.ts';
import { LinkError, policyFor, readEnvironment, userOf } from './link-rules.ts';

/** The page, and what its token may do: nothing but what the page is for. */
const PAGES: Readonly<Record<string, { page: string; scopes: readonly SelfScope[] }>> = {
  passkey: { page: 'passkeys', scopes: ['p1:read:user', 'p1:create:device'] },
  phone: {
    page: 'phone',
    scopes: ['p1:read:user', 'p1:create:pairingKey', 'p1:read:pairingKey'],
  },
};

/** Where the running server says that it is. */
function originOf(settings: Settings, given: unknown, firstRun: ReadonlyMap<string, string>) {
  const url =
    given ?? settings.publicUrl ?? firstRun.get('COUNTERSIGN_URL') ?? plannedUrl(settings);
  if (typeof url === 'string' && /^https?:\/\/[^?#@]+$/.test(url) && URL.canParse(url)) {
    return url.replace(/\/+$/, '');
  }
  throw new LinkError(`"${url}" is no address of a server: http(s)://HOST:PORT`);
}

/** Asks the server whether it takes the token; answers a word of warning where nobody answers. */
async function tryOut(address: string, token: string): Promise<string | undefined> {
  const headers = { authorization: `Bearer ${token}` };
  const { origin } = new URL(address);
  const status = await fetch(address, { headers, redirect: 'manual' }).then(
    (reply) => reply.status,
    () => undefined,
  );
  if (status === undefined) return `Nobody answers at ${origin} from here: is the server running?`;
  if (status === 200) return undefined;
  throw new LinkError(
    `the server at ${origin} doesn't take this link (${status}). Give its own address by --url, and the settings that it was started with.`,
  );
}

export const run: Run = ({ settings, operands: [name = '', kind = ''], options, say, note }) =>
  withKeys(settings, { existing: true }, async (store, keyring) => {
    const { page, scopes } = PAGES[kind] ?? {};
    if (!page || !scopes) throw new LinkError(`there is no link for "${kind}".`);
    const firstRun = readIfThere(join(settings.dataDirectory, CREDENTIALS_FILE));
    const named = options.environment ?? process.env.ENVIRONMENT_ID;
    const given = named ?? firstRun.get('ENVIRONMENT_ID');
    const configuration = await readEnvironment(store, String(given ?? ''));
    const environmentId = configuration.environment.id;
    const user = await userOf(store, environmentId, name);
    const policy = policyFor(configuration, kind, options.policy);

    const publicUrl = originOf(settings, options.url, firstRun);
    const links = makeLinks({ publicUrl, authPublicUrl: settings.authPublicUrl ?? publicUrl });
    const { token, expiresInSeconds } = await issueUserToken(
      { keyring, links, clock: SYSTEM_CLOCK },
      { environmentId, userId: user.id, scopes, lifetimeSeconds: LINK_LIFETIME_SECONDS },
    );
    const warning = await tryOut(links.api(environmentId, `/users/${user.id}`).href, token);
    const now = SYSTEM_CLOCK.now();
    const expiresAt = new Date(now + expiresInSeconds * 1_000).toISOString();
    const record = {
      action: 'ACCESS_TOKEN.CREATED',
      actor: { type: 'SYSTEM' },
      resource: { type: 'USER', id: user.id },
      userId: user.id,
      data: { link: kind, policyId: policy.id, expiresAt },
      // This program knows no subscriptions: the server looks whose event it is.
      waiting: true,
    } as const;
    const writes = [activityWrite(environmentId, record, now)];
    await commitOrRetry(store, async () => ({ writes, result: undefined }));

    // Behind the `#`: browsers send it to no server, so it is in no log.
    const content = new URLSearchParams({
      environmentId,
      userId: user.id,
      ...(options.policy === undefined ? {} : { policyId: policy.id }),
      at: configuration.environment.doc.name,
      token,
    });
    const uri = `${publicUrl}/self-service/${page}#${content}`;
    say(options.json ? JSON.stringify({ uri, expiresAt, user: { id: user.id } }) : uri);
    if (warning) note(warning);
    if (!options.json) note(`For ${user.doc.username}, until ${expiresAt}.`);
    return 0;
  });
