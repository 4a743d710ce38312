/** For whom and under which policy `countersign link` makes a link; refused in words. */
import { cacheConfigurations, type EnvironmentConfiguration } from '../configuration.ts';
import { emailKey } from '../model/address.ts';
import type { DeviceAuthenticationPolicy, User } from '../model/documents.ts';
import { textKey } from '../model/text-key.ts';
import { mobileApplications } from '../policy/mobile-application.ts';
import { blockOf } from '../resources/kit/method-context.ts';
import { ANY_ENVIRONMENT, type Store, type Stored } from '../storage/store.ts';

/** Why there is no link; its message is for whoever asked for it. */
export class LinkError extends Error {
  override name = 'LinkError';
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The environment of this id; without one, the only one that there is. */
export async function readEnvironment(
  store: Store,
  given: string,
): Promise<EnvironmentConfiguration> {
  const [only, ...others] =
    given === '' ? await store.list('environments', ANY_ENVIRONMENT, { limit: 2 }) : [];
  if (others.length > 0) throw new LinkError('which environment? Name one by --environment ID.');
  const id = only?.id ?? given;
  const configurations = cacheConfigurations(store, () => '');
  try {
    const found = UUID.test(id) ? await configurations.get(id.toLowerCase()) : undefined;
    if (found?.hasMfa) return found;
  } finally {
    configurations.close();
  }
  throw new LinkError(`there is no environment "${id}" with MFA.`);
}

/** By id, user name or e-mail address, as the other commands find them. */
export async function userOf(
  store: Store,
  environmentId: string,
  text: string,
): Promise<Stored<User>> {
  const byId = UUID.test(text)
    ? await store.get('users', environmentId, text.toLowerCase())
    : undefined;
  const found = byId ? [byId] : [];
  for (const [column, value] of [
    ['username_key', textKey(text)],
    ['email', emailKey(text)],
  ] as const) {
    if (found.length > 0) break;
    const where = { column, is: 'eq', value } as const;
    found.push(...(await store.list('users', environmentId, { where, limit: 20 })));
  }
  const [user, ...others] = found;
  if (!user) throw new LinkError(`there is no user "${text}".`);
  if (others.length > 0) {
    const ids = found.map(({ id }) => `\n  ${id}`).join('');
    throw new LinkError(`${found.length} fit "${text}". Name one by its id:${ids}`);
  }
  if (!user.doc.enabled) throw new LinkError(`the account of ${user.doc.username} is disabled.`);
  return user;
}

/** Which block of a policy says whether a link may be made. */
const BLOCKS: Readonly<Record<string, string>> = { passkey: 'fido2', phone: 'mobile' };

function takesApps(
  { nativeApplications }: EnvironmentConfiguration,
  block: ReturnType<typeof blockOf>,
): boolean {
  return mobileApplications(block).some(
    ({ id, pairingDisabled }) => !pairingDisabled && nativeApplications.get(id)?.enabled,
  );
}

/** The policy of this id or name, else the default one, where it lets a user add that. */
export function policyFor(
  configuration: EnvironmentConfiguration,
  kind: string,
  given: string | boolean | undefined,
): Stored<DeviceAuthenticationPolicy> {
  const { policies, defaultPolicy } = configuration;
  const wanted = [...policies.values()].filter(({ id, doc }) =>
    given === undefined ? id === defaultPolicy.id : id === given || doc.name === given,
  );
  const [policy, ...others] = wanted;
  if (!policy || others.length > 0) {
    throw new LinkError(`there ${policy ? 'are several policies' : 'is no policy'} "${given}".`);
  }
  const told = `${given === undefined ? 'The default policy' : 'This policy'} (${policy.doc.name})`;
  const refuse = (why: string) => {
    throw new LinkError(`${told} ${why}. See policies list, and --policy.`);
  };
  const block = blockOf(policy, { policyKey: BLOCKS[kind] ?? '' });
  if (!block.enabled) refuse(`takes no ${kind}s`);
  if (block.pairingDisabled) refuse(`lets nobody add ${kind}s`);
  if (kind === 'phone' && !takesApps(configuration, block)) {
    refuse('lists no app that may be paired');
  }
  if (policy.id !== defaultPolicy.id && policy.doc.settings.applicationsOnly) {
    refuse('is for applications only: no token of a user may name it');
  }
  return policy;
}
