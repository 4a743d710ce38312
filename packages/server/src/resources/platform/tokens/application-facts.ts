import { LRUCache } from 'lru-cache';
import { APPLICATIONS_CACHED_MAX, KEYS_REREAD_MS } from '../../../config/limits.ts';
import type { Application, RoleAssignment } from '../../../model/documents.ts';
import { ANY_ENVIRONMENT, type Store, type Stored } from '../../../storage/store.ts';
import { readRoleAssignments } from '../roles/role-assignments.ts';

/** What a token of the application may do now. */
export interface ApplicationFacts {
  application: Stored<Application>;
  roleAssignments: readonly Stored<RoleAssignment>[];
}

export interface ApplicationCache {
  /** Undefined: there is no such application, or no such environment. */
  get(environmentId: string, applicationId: string): Promise<ApplicationFacts | undefined>;
  close(): void;
}

/** Keeps the facts of applications, bounded, until any node changes one in their environment. */
export function cacheApplications(store: Store): ApplicationCache {
  const cache = new LRUCache<string, Promise<ApplicationFacts | undefined>>({
    max: APPLICATIONS_CACHED_MAX,
    // Only where its listener has lost its connection without a word: reconnecting empties this.
    ttl: KEYS_REREAD_MS,
  });
  const stop = store.onConfigurationChange((environmentId) => {
    if (environmentId === ANY_ENVIRONMENT) cache.clear();
    else for (const key of [...cache.keys()]) if (key.startsWith(environmentId)) cache.delete(key);
  });

  async function read(
    environmentId: string,
    applicationId: string,
  ): Promise<ApplicationFacts | undefined> {
    const [environment, application, roleAssignments] = await Promise.all([
      store.get('environments', environmentId, environmentId),
      store.get('applications', environmentId, applicationId),
      readRoleAssignments(store, environmentId, applicationId),
    ]);
    return environment && application && { application, roleAssignments };
  }

  return {
    get(environmentId, applicationId) {
      const key = `${environmentId}/${applicationId}`;
      const kept = cache.get(key);
      if (kept) return kept;
      const reading = read(environmentId, applicationId);
      cache.set(key, reading);
      // Neither a failure nor an absence is remembered.
      const forget = () => {
        if (cache.peek(key) === reading) cache.delete(key);
      };
      reading.then((facts) => facts ?? forget(), forget);
      return reading;
    },
    close: stop,
  };
}
