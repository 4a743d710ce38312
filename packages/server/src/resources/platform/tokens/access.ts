/** Who calls: the implementation of `../access.ts` on our own tokens. */
import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { TOKENS_CACHED_MAX } from '../../../config/limits.ts';
import type { Parts } from '../../../parts.ts';
import type { Access, Principal } from '../../kit/access.ts';
import { reachOf } from '../roles/role-assignments.ts';
import { type ApplicationFacts, cacheApplications } from './application-facts.ts';
import { isTokenOf, oldestToken } from './kept-secrets.ts';
import { artifactIdOf, SIGN_ON_TABLE } from './sign-on-artifact.ts';
import { invalidToken, type VerifiedToken, verifyToken } from './verify-token.ts';

/** What `createAccess` needs of the server's parts. */
export type AccessParts = Pick<Parts, 'store' | 'keyring' | 'clock' | 'links'>;

const BEARER = /^Bearer +([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+) *$/i;

function applicationPrincipal(token: VerifiedToken, facts: ApplicationFacts): Principal {
  const { application, roleAssignments } = facts;
  return {
    actor: {
      type: 'APPLICATION',
      environmentId: token.environmentId,
      applicationId: application.id,
    },
    scopes: token.scopes,
    reach: (permission, environmentId, applicationId) =>
      reachOf(roleAssignments, permission, { environmentId, applicationId }),
  };
}

function userPrincipal(token: VerifiedToken, userId: string): Principal {
  const { environmentId, applicationId, scopes } = token;
  return {
    actor: {
      type: 'USER',
      environmentId,
      userId,
      ...(applicationId === undefined ? {} : { applicationId }),
    },
    scopes,
    reach: () => undefined,
  };
}

/**
 * Verifies a token once and remembers it by its SHA-256 until it expires, or until its key is
 * revoked. Whether its application
 * is enabled, kept its credentials and which roles it has, and whether its user is enabled, is
 * asked on every request: of a cache that a change drops, and of the store.
 */
export function createAccess(parts: AccessParts): Access & { close(): void } {
  const { store, clock, keyring } = parts;
  const verified = new LRUCache<string, VerifiedToken>({ max: TOKENS_CACHED_MAX });
  const applications = cacheApplications(store);

  async function verifyOnce(authorization: string | undefined): Promise<VerifiedToken> {
    const text = BEARER.exec(authorization ?? '')?.[1];
    if (text === undefined) throw invalidToken();
    const key = hash('sha256', text, 'base64');
    const kept = verified.get(key);
    if (kept && clock.now() < kept.usableUntil) {
      if (await keyring.verificationKey(kept.environmentId, kept.kid)) return kept;
      throw invalidToken();
    }
    const token = await verifyToken(parts, text);
    verified.set(key, token);
    return token;
  }

  async function readFacts(token: VerifiedToken): Promise<ApplicationFacts | undefined> {
    if (token.applicationId === undefined) return undefined;
    const facts = await applications.get(token.environmentId, token.applicationId);
    const doc = facts?.application.doc;
    if (!doc?.enabled) throw invalidToken();
    // A user's token was not got by the application's credentials: only its age tells.
    const isCurrent =
      token.userId === undefined
        ? isTokenOf(doc, token.credentialsFrom)
        : token.issuedAt >= oldestToken(doc);
    if (!isCurrent) throw invalidToken();
    return facts;
  }

  return {
    async authenticate(authorization) {
      const token = await verifyOnce(authorization);
      const facts = await readFacts(token);
      if (token.userId === undefined) {
        if (!facts) throw invalidToken();
        return applicationPrincipal(token, facts);
      }
      const { environmentId, artifact } = token;
      const [user, kept] = await Promise.all([
        store.get('users', environmentId, token.userId),
        artifact === undefined
          ? true
          : store.get(SIGN_ON_TABLE, environmentId, artifactIdOf('AccessToken', artifact)),
      ]);
      if (!user?.doc.enabled || !kept) throw invalidToken();
      return userPrincipal(token, token.userId);
    },
    close: applications.close,
  };
}
