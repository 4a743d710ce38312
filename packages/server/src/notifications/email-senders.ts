/** Who an environment's e-mails are from, by whichever account they leave; contract messages §5. */
import { emailKey } from '../model/address.ts';
import type { Store } from '../storage/store.ts';
import type { RenderedMessage } from './channels/channel.ts';
import {
  firstMailbox,
  type Mailbox,
  type MailIdentity,
  type SaidMailbox,
} from './channels/smtp/mail-identity.ts';
import { isTrustedAddress } from './trusted-address.ts';

/** What is said of it, beside the content, first first. */
export interface SaidIdentity {
  from?: SaidMailbox | undefined;
  replyTo?: SaidMailbox | undefined;
}

export interface IdentityParts {
  store: Pick<Store, 'list'>;
  /** The server's default sender. */
  mailFrom: Mailbox;
}

type Message = Pick<RenderedMessage, 'from' | 'replyTo'>;

/** By the environment's own account: that looks after itself who may send what. */
export function ownIdentity(
  message: Message,
  said: readonly SaidIdentity[],
  { mailFrom }: Pick<IdentityParts, 'mailFrom'>,
): MailIdentity {
  const sources = [message, ...said];
  const replyTo = firstMailbox(sources.map((one) => one.replyTo));
  return {
    from: firstMailbox([...sources.map(({ from }) => from), mailFrom]) ?? mailFrom,
    ...(replyTo ? { replyTo } : {}),
  };
}

/** By the server's own mail server: only from addresses that were proved, or its own. */
export async function trustedIdentity(
  environmentId: string,
  message: Message,
  said: readonly SaidIdentity[],
  { store, mailFrom }: IdentityParts,
): Promise<MailIdentity> {
  const sources = [message, ...said];
  const addresses = sources.flatMap(({ from, replyTo }) => [from?.address, replyTo?.address]);
  const trusted = new Set([emailKey(mailFrom.address)]);
  for (const address of new Set(addresses)) {
    if (address === undefined) continue;
    if (await isTrustedAddress(store, environmentId, address)) trusted.add(emailKey(address));
  }
  const may = (address: string) => trusted.has(emailKey(address));
  const replyTo = firstMailbox(
    sources.map((one) => one.replyTo),
    may,
  );
  return {
    from: firstMailbox([...sources.map(({ from }) => from), mailFrom], may) ?? mailFrom,
    ...(replyTo ? { replyTo } : {}),
  };
}
