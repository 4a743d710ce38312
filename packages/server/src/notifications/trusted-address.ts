/** Which addresses an environment's e-mails may be from, when the server's own mail server sends them. */
import { emailKey } from '../model/address.ts';
import type { Store } from '../storage/store.ts';

/** Several domains may have the address: the domain, and one above it. */
const ROWS_MAX = 100;

/** Whether somebody has proved that it is the environment's; contract messages §5 and §7. */
export async function isTrustedAddress(
  store: Pick<Store, 'list'>,
  environmentId: string,
  address: string,
): Promise<boolean> {
  const rows = await store.list('trusted_emails', environmentId, {
    where: { column: 'email_address', is: 'eq', value: emailKey(address) },
    limit: ROWS_MAX,
  });
  return rows.some(({ doc }) => doc.status === 'ACTIVE');
}
