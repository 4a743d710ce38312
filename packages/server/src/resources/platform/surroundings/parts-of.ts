/** What is kept as a part of something else goes with it. */
import { KEPT_RESOURCES_MAX } from '../../../config/limits.ts';
import type { Store, Write } from '../../../storage/store.ts';
import { deleteRow, whereIs } from '../../kit/rows.ts';

/** No row has parts of more kinds. */
const KINDS_OF_PARTS_MAX = 5;

/** The writes that delete the parts of a row that goes. */
export async function deletedParts(
  store: Pick<Store, 'list'>,
  { environmentId, id }: { environmentId: string; id: string },
): Promise<Write[]> {
  const rows = await store.list('kept_resources', environmentId, {
    where: whereIs('parent_id', id),
    limit: KINDS_OF_PARTS_MAX * KEPT_RESOURCES_MAX,
  });
  return rows.map((row) => deleteRow('kept_resources', row));
}
