/**
 * Of some resources an environment has one default. Making another one unmakes the former, whose
 * guarded write also keeps two requests that do so at the same time from both succeeding.
 */
import { invalidData } from '../../errors/api-error.ts';
import type { Documents } from '../../model/documents.ts';
import type { Store, Write } from '../../storage/store.ts';
import type { Collection, CollectionTable, Target } from './collection.ts';
import { findBy, touchRow, updateRow, whereIs } from './rows.ts';

type DefaultTable = {
  [T in CollectionTable]: Documents[T] extends { isDefault: boolean } ? T : never;
}[CollectionTable];

/** More than one is a mistake of the past, which the next change of it mends. */
const DEFAULTS_MAX = 100;

/** The one that counts where none is named; undefined: the environment has none. */
export const findDefault = <T extends DefaultTable>(
  store: Pick<Store, 'list'>,
  table: T,
  environmentId: string,
) => findBy({ store }, table, environmentId, 'is_default', 1);

/**
 * What `default` of the request means for the row that is made or replaced, and for the former
 * default. Throws where the default would be unmade: then there were none; of some it stays.
 */
export async function oneDefault<T extends CollectionTable>(
  {
    store,
    table,
    oneDefault: rule,
    maximum,
  }: Pick<Collection<T, never>, 'store' | 'table' | 'oneDefault' | 'maximum'>,
  { environmentId, id, request, before }: Target<T>,
): Promise<{ members: { isDefault?: boolean }; writes: Write[] }> {
  if (!rule) return { members: {}, writes: [] };
  const wanted: boolean | undefined = request.body.default;
  const was = before !== undefined && 'isDefault' in before.doc && before.doc.isDefault;
  if (was && wanted === false && !rule.isLasting) {
    throw invalidData('CONSTRAINT_VIOLATION', 'default', {
      message: `Make another ${rule.noun} the default one instead.`,
    });
  }
  const isDefault = was || (wanted ?? false);
  const where = whereIs('is_default', 1);
  const defaults = await store.list(table, environmentId, { where, limit: DEFAULTS_MAX });
  const others = defaults.filter((row) => row.id !== id);
  if (isDefault) {
    const unmade = { isDefault: false, updatedAt: request.now };
    const writes = others.map((row) => updateRow(table, row, { ...row.doc, ...unmade }));
    return { members: { isDefault }, writes };
  }
  // Where they are counted, new ones are made one after the other: parallel requests would each
  // count the rows before any was added, and exceed their maximum.
  const turns = before || !maximum ? [] : others.map((row) => touchRow(table, row));
  return { members: { isDefault }, writes: turns };
}
