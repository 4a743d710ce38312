/** What the platform knows of a caller: implemented by `tokens/access.ts`, used by `http/`. */
import type { Actor } from './operation.ts';
import type { Permission } from './permissions.ts';

/** How far a permission goes; without `populationIds` it covers the whole environment. */
export interface Reach {
  populationIds?: readonly string[];
}

export interface Principal {
  actor: Actor;
  /** Scopes of a user's own token (`p1:…`); empty for an application. */
  scopes: ReadonlySet<string>;
  /**
   * Undefined: the caller's roles don't allow it there, or on that application. Without
   * `environmentId`: in any environment.
   */
  reach(
    permission: Permission,
    environmentId: string | undefined,
    applicationId?: string,
  ): Reach | undefined;
}

export interface Access {
  /**
   * Verifies the `Authorization` header: issuer, signature, audience, time, revocation, enabled
   * application. Throws `INVALID_TOKEN`. A verified token is remembered by hash until it expires.
   */
  authenticate(authorization: string | undefined): Promise<Principal>;
}
