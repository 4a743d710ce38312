/** What signing on leaves behind: sessions, interactions, codes, tokens, grants. */
import type { Timestamps } from './documents.ts';
import type { Instant } from './instant.ts';

/** Its id is a hash: whoever reads the row can use nothing of it. */
export interface SignOnArtifact extends Timestamps {
  /** As the provider calls it: `Session`, `AuthorizationCode`. */
  kind: string;
  /** What the provider keeps, as sealed JSON. */
  sealed: string;
  /** Of a session: another name that it is found by, as a hash. */
  uidHash?: string;
  /** What it was given under, as a hash: with the grant it ends. */
  grantHash?: string;
  /** It was used, and counts as used from this moment on. */
  usedFrom?: Instant;
  expiresAt: Instant;
}
