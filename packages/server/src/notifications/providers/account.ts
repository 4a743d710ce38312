import type { Vault } from '../../crypto/vault.ts';
import {
  EMAIL_SENDER_ID,
  type MessageSender,
  senderSecretsIdentity,
  WHATSAPP_SENDER_ID,
} from '../../model/messages.ts';
import type { Stored } from '../../storage/store.ts';
import type { ProviderAccount } from './provider.ts';

const SINGLE = [EMAIL_SENDER_ID, WHATSAPP_SENDER_ID];

/** What names a sender among those of all environments, some of which have one id in each. Safe to log. */
export const senderIdOf = ({ environmentId, id }: { environmentId: string; id: string }): string =>
  SINGLE.includes(id) ? `${environmentId}:${id}` : id;

/** As its administrator calls it. */
export const senderNameOf = ({ doc }: Pick<Stored<MessageSender>, 'doc'>): string =>
  doc.name ?? (typeof doc.settings.name === 'string' ? doc.settings.name : doc.provider);

/** An account with its secrets, for as long as it is needed. The environment's keys must be loaded. */
export function openedAccount(
  vault: Pick<Vault, 'open'>,
  { environmentId, id, doc }: Stored<MessageSender>,
): ProviderAccount {
  const { settings, sealedSecrets } = doc;
  if (sealedSecrets === undefined) return { settings, secrets: {} };
  const text = vault.open(environmentId, senderSecretsIdentity(id), sealedSecrets);
  return { settings, secrets: JSON.parse(text.toString('utf8')) };
}

/** The account as it is kept: its secrets sealed. */
export const sealedAccount = (
  vault: Pick<Vault, 'seal'>,
  { environmentId, id }: { environmentId: string; id: string },
  { settings, secrets }: ProviderAccount,
): Pick<MessageSender, 'settings' | 'sealedSecrets'> => ({
  settings,
  sealedSecrets: vault.seal(environmentId, senderSecretsIdentity(id), JSON.stringify(secrets)),
});
