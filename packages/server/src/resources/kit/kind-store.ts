import type { Condition, Store } from '../../storage/store.ts';
import { whereIs } from './rows.ts';

/** The store as one kind of a table's rows sees it: in lists and counts the others aren't there. */
export function storeOfKind(
  store: Store,
  kind: string,
): Pick<Store, 'get' | 'list' | 'count' | 'commit'> {
  const only = (where?: Condition): Condition => ({
    all: [whereIs('kind', kind), ...(where ? [where] : [])],
  });
  const mine: Pick<Store, 'list' | 'count'> = {
    list: (table, environmentId, query) =>
      store.list(table, environmentId, { ...query, where: only(query.where) }),
    count: (table, environmentId, where) => store.count(table, environmentId, only(where)),
  };
  return { ...mine, get: store.get.bind(store), commit: store.commit.bind(store) };
}
