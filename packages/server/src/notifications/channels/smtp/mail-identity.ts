/** Who an e-mail is from, and who is answered; contract messages §5. Pure. */
import { isEmailAddress } from '../../../model/address.ts';

export interface Mailbox {
  name: string;
  address: string;
}

/** As contents, senders and settings say it: each part may be missing. */
export interface SaidMailbox {
  name?: string;
  address?: string;
}

export interface MailIdentity {
  from: Mailbox;
  replyTo?: Mailbox;
}

/** What clients send where nobody has chosen anything: the server's own sender is meant. */
export const PLATFORM_ADDRESS = 'noreply@pingidentity.com';
export const PLATFORM_NAME = 'PingOne';

/** Without what only stands there because nothing was chosen. */
function chosen({ name, address }: SaidMailbox): SaidMailbox {
  const isChosen = address !== undefined && address.toLowerCase() !== PLATFORM_ADDRESS;
  if (isChosen) return name === undefined ? { address } : { name, address };
  return name === undefined || name === PLATFORM_NAME ? {} : { name };
}

/**
 * The first address that may be used, in the order of the contract: the content's, the own sender's,
 * the settings', the server's; with the first name that was said up to there. Undefined: there is none.
 */
export function firstMailbox(
  said: readonly (SaidMailbox | undefined)[],
  mayBe: (address: string) => boolean = () => true,
): Mailbox | undefined {
  let name: string | undefined;
  for (const mailbox of said) {
    const here = chosen(mailbox ?? {});
    const usable =
      here.address === undefined || (isEmailAddress(here.address) && mayBe(here.address));
    // Who may not send as an address lends it no name, either.
    if (!usable) continue;
    name ??= here.name;
    if (here.address !== undefined) return { name: name ?? '', address: here.address };
  }
  return undefined;
}
