import type { User } from '../../model/documents.ts';
import type { Instant } from '../../model/instant.ts';

/** Whether the account is locked at this moment; a lock past `unlockAt` is none. Pure. */
export function isLocked({ lock }: User, now: Instant): boolean {
  return lock !== undefined && (lock.unlockAt === undefined || now < lock.unlockAt);
}
