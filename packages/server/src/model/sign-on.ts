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

/** Somebody else who checks users, and whose word is the first factor. */
export interface TrustedIssuer extends Timestamps {
  name: string;
  enabled: boolean;
  /** How its tokens are: `MICROSOFT_ENTRA`, expired at once, and answered as Entra wants it. */
  type: 'OPENID_CONNECT' | 'MICROSOFT_ENTRA';
  /** `iss`, to the letter. */
  issuer: string;
  jwks?: { keys: Record<string, unknown>[] };
  /** The same as it was written. */
  jwksText?: string;
  jwksUrl?: string;
  /** One of these is `aud`. */
  audiences: string[];
  algorithms: string[];
  /** Which claim says who it is, and which attribute of our user that is. */
  userClaim: string;
  userAttribute: 'id' | 'username' | 'email' | 'externalId';
  /** Seconds since `iat`. */
  maxAge: number;
  /** Only for these applications; absent: for all. */
  applications?: { id: string }[];
}
