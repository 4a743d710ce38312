/** The accounts of environments, opened once: their connections and tokens stay until they change. */
import { LRUCache } from 'lru-cache';
import { MAIL_POOLS_MAX, PHONE_ACCOUNTS_MAX } from '../config/limits.ts';
import type { Vault } from '../crypto/vault.ts';
import type { MessageSender } from '../model/messages.ts';
import type { Stored } from '../storage/store.ts';
import type { Observer } from './channels/http/account.ts';
import type { MailSender } from './channels/smtp/smtp.ts';
import { openedAccount, senderIdOf, senderNameOf } from './providers/account.ts';
import { openEmailAccount } from './providers/email/email-account.ts';
import type { OpenContext, ProviderAccount, Reach, SenderFor } from './providers/provider.ts';
import { phoneProvider } from './providers/registry.ts';
import { openWhatsApp } from './providers/whats-app/whats-app.ts';
import type { Sender } from './senders.ts';

export interface AccountParts {
  vault: Pick<Vault, 'open'>;
  reach: Reach;
  /** What mail servers are greeted by. */
  greetAs?: string | undefined;
  /** Where a sender's provider is to tell what becomes of messages; absent: nowhere. */
  statusCallback?(environmentId: string, senderId: string): string | undefined;
  /** Sees what providers answer; for who tries a sender out. */
  observe?: Observer | undefined;
}

type SenderRow = Stored<MessageSender>;

interface Opened<Account> {
  stamp: string;
  account: Account;
}

export interface OpenAccounts {
  /** Undefined: nobody knows the provider. */
  phone(row: SenderRow): SenderFor | undefined;
  email(row: SenderRow): MailSender;
  whatsApp(row: SenderRow): Sender | undefined;
  close(): Promise<void>;
}

/** Another one with each change, also of an id that was deleted before: what is sealed is never the same. */
const stampOf = ({ version, doc }: SenderRow) => `${version} ${doc.sealedSecrets ?? ''}`;

/** The environments' keys must be loaded where an account is opened. */
export function openAccounts(parts: AccountParts): OpenAccounts {
  const { vault, reach, greetAs, statusCallback, observe } = parts;
  const others = new LRUCache<string, Opened<SenderFor | Sender | undefined>>({
    max: PHONE_ACCOUNTS_MAX,
  });
  const mails = new LRUCache<string, Opened<MailSender>>({
    max: MAIL_POOLS_MAX,
    // What it is sending goes on.
    dispose: ({ account }) => void account.close(false),
  });

  function contextOf(row: SenderRow): OpenContext {
    return {
      id: senderIdOf(row),
      name: senderNameOf(row),
      ...reach,
      statusCallback: statusCallback?.(row.environmentId, row.id),
      observe,
    };
  }

  /** The account as it is opened already, or opened now; a changed one takes the place of the former. */
  function kept<Account>(
    cache: LRUCache<string, Opened<Account>>,
    row: SenderRow,
    open: (account: ProviderAccount) => Account,
  ): Account {
    const key = senderIdOf(row);
    const stamp = stampOf(row);
    const known = cache.get(key);
    if (known?.stamp === stamp) return known.account;
    const account = open(openedAccount(vault, row));
    cache.set(key, { stamp, account });
    return account;
  }

  return {
    phone: (row) =>
      kept(others, row, (account) =>
        phoneProvider(row.doc.provider)?.open(account, contextOf(row)),
      ) as SenderFor | undefined,
    whatsApp: (row) =>
      kept(others, row, (account) => openWhatsApp(account, contextOf(row))) as Sender | undefined,
    email: (row) =>
      kept(mails, row, (account) => {
        const context = { id: senderIdOf(row), name: senderNameOf(row), reach, greetAs, observe };
        return openEmailAccount(row.doc.provider, account, context);
      }),
    async close() {
      const open = [...mails.values()];
      await Promise.all(open.map(({ account }) => account.close()));
    },
  };
}
