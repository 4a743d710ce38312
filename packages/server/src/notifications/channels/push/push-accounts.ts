/** The accounts that applications have with push providers; sealed in the store. */
import type { Vault, VaultLoader } from '../../../crypto/vault.ts';
import { type PushCredentialType, pushCredentialIdentity } from '../../../model/mobile.ts';
import { bundleIdOf } from '../../../model/push-providers.ts';
import type { Store } from '../../../storage/store.ts';
import type { RenderedMessage } from '../channel.ts';

/** What the account's kind needs: `key`, `teamId`, `token`; `clientId`, `clientSecret`; … */
export type PushAccount = Readonly<Record<string, string>>;

export interface FoundAccount {
  /** Changes when the account does. */
  id: string;
  account: PushAccount;
}

/** Who has an account shares its circuit: an account that is broken holds nobody else's pushes. */
export function circuitOfAccount({ wake }: RenderedMessage): string {
  return wake ? `${wake.environmentId}/${wake.applicationId}` : '';
}

export interface PushAccounts {
  /** The account of this kind; undefined: it has none. */
  find(
    environmentId: string,
    applicationId: string,
    type: PushCredentialType,
  ): Promise<FoundAccount | undefined>;
  /** Of the application: what APNs calls the topic. */
  bundleId(environmentId: string, applicationId: string): Promise<string | undefined>;
}

export function pushAccounts(
  store: Pick<Store, 'list' | 'get'>,
  vault: Pick<Vault, 'open'> & VaultLoader,
): PushAccounts {
  return {
    async find(environmentId, applicationId, type) {
      const [row] = await store.list('push_credentials', environmentId, {
        where: {
          all: [
            { column: 'application_id', is: 'eq', value: applicationId },
            { column: 'type', is: 'eq', value: type },
          ],
        },
        limit: 1,
      });
      if (!row) return undefined;
      await vault.load(environmentId);
      const text = vault.open(environmentId, pushCredentialIdentity(row.id), row.doc.sealed);
      return { id: `${row.id} ${row.version}`, account: JSON.parse(text.toString('utf8')) };
    },
    async bundleId(environmentId, applicationId) {
      const application = await store.get('applications', environmentId, applicationId);
      return application && bundleIdOf(application.doc.settings);
    },
  };
}
