/** What is kept of codes that a user is given: a way back, and invitations. The codes themselves aren't. */
import type { Timestamps } from './documents.ts';
import type { Instant } from './instant.ts';

/** What proves the user where their devices can't. */
export type RecoveryMeans = 'RECOVERY' | 'TEMPORARY';

export interface UserCode extends Timestamps {
  userId: string;
  /** `INVITATION`: lets the user add a device, and proves nothing else. */
  kind: RecoveryMeans | 'INVITATION';
  /** Keyed hashes; of recovery codes one for each that is left. */
  hashes: string[];
  /** How often it could and can be used; absent of recovery codes, of which each is good once. */
  uses?: number;
  usesLeft?: number;
  /** It is good before this moment, and the row is gone after it; absent: it stays. */
  expiresAt?: Instant;
}
