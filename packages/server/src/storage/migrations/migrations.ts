/** Every migration in order: forward only, one for both engines. */
import type { Kysely } from 'kysely';
import type { Engine } from './0001-first.ts';

export type { Engine };

export interface MigrationFile {
  name: string;
  load(): Promise<{ up(db: Kysely<unknown>, engine: Engine): Promise<void> }>;
}

export const MIGRATIONS: readonly MigrationFile[] = [
  { name: '0001-first', load: () => import('./0001-first.ts') },
  { name: '0002-authenticators', load: () => import('./0002-authenticators.ts') },
  { name: '0003-device-removals', load: () => import('./0003-device-removals.ts') },
  { name: '0004-store-mark', load: () => import('./0004-store-mark.ts') },
  { name: '0005-probe', load: () => import('./0005-probe.ts') },
  { name: '0006-forms-of-texts', load: () => import('./0006-forms-of-texts.ts') },
  { name: '0007-oath-tokens', load: () => import('./0007-oath-tokens.ts') },
  { name: '0008-lists-and-groups', load: () => import('./0008-lists-and-groups.ts') },
  { name: '0009-events', load: () => import('./0009-events.ts') },
  { name: '0010-surroundings', load: () => import('./0010-surroundings.ts') },
  { name: '0011-clients', load: () => import('./0011-clients.ts') },
  { name: '0013-grace-periods', load: () => import('./0013-grace-periods.ts') },
  { name: '0014-reports', load: () => import('./0014-reports.ts') },
  { name: '0015-messages', load: () => import('./0015-messages.ts') },
  { name: '0016-notification-policies', load: () => import('./0016-notification-policies.ts') },
  { name: '0017-group-members', load: () => import('./0017-group-members.ts') },
  { name: '0018-outbox-lanes', load: () => import('./0018-outbox-lanes.ts') },
  { name: '0020-sign-on', load: () => import('./0020-sign-on.ts') },
  { name: '0021-user-codes', load: () => import('./0021-user-codes.ts') },
  { name: '0022-parts-of-kept-resources', load: () => import('./0022-parts-of-kept-resources.ts') },
];

/** The database was written by a newer Countersign than this one. */
export class SchemaTooNewError extends Error {
  override name = 'SchemaTooNewError';

  constructor(unknown: readonly string[]) {
    super(
      `The database has migrations that this version does not know (${unknown.join(', ')}): start the version that made them, or restore a backup from before.`,
    );
  }
}

/** Names of the migrations still to run. Throws `SchemaTooNewError`. Pure. */
export function pendingMigrations(applied: readonly string[]): string[] {
  const known = MIGRATIONS.map(({ name }) => name);
  const unknown = applied.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new SchemaTooNewError(unknown);
  return known.filter((name) => !applied.includes(name));
}
