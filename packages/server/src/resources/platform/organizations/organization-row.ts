/** The row of the one organization: what it is called, and what is decided for all environments. */
import type { Instant } from '../../../model/instant.ts';
import { ANY_ENVIRONMENT, type Store, type Write } from '../../../storage/store.ts';
import { insertRow, type Row, touchRow } from '../../kit/rows.ts';
import { ORGANIZATION_ID } from '../roles/organization.ts';

const readOrganization = (store: Pick<Store, 'get'>): Promise<Row<'organizations'> | undefined> =>
  store.get('organizations', ORGANIZATION_ID, ORGANIZATION_ID);

/**
 * Makes the row where there is none: in a new store, and in one of an older version, whose
 * organization is as old as its first environment.
 */
export async function ensureOrganization(
  store: Pick<Store, 'get' | 'list' | 'commit'>,
  now: Instant,
): Promise<void> {
  if (await readOrganization(store)) return;
  const [first] = await store.list('environments', ANY_ENVIRONMENT, { limit: 1 });
  const createdAt = first?.doc.createdAt ?? now;
  const doc = { name: 'Countersign', licenseName: 'Self-hosted', createdAt, updatedAt: createdAt };
  // Another node may have been faster: then the row is there.
  await store.commit([
    insertRow('organizations', { environmentId: ORGANIZATION_ID, id: ORGANIZATION_ID, doc }),
  ]);
}

/** Those who write it take turns: what holds for all environments is decided by one at a time. */
export async function holdOrganization(store: Pick<Store, 'get'>): Promise<Write[]> {
  const row = await readOrganization(store);
  return row ? [touchRow('organizations', row)] : [];
}
