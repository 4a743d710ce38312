/**
 * After a store went back in time, what was used since then is unused again. Nobody knows what that
 * was, so everything that may be used once counts as used; SECURITY.md.
 */
import type { MethodRegistry } from './methods/registry.ts';
import type { Documents, Table } from './model/documents.ts';
import type { Instant } from './model/instant.ts';
import type { OathCredential } from './model/oath.ts';
import {
  ANY_ENVIRONMENT,
  type Condition,
  type Store,
  type Stored,
  type Write,
} from './storage/store.ts';

const PAGE = 200;
const TRIES_MAX = 10;

/** Tables whose rows are good once, and which of them still are. */
const GOOD_ONCE: readonly { table: Table; where?: Condition; what: string }[] = [
  {
    table: 'flows',
    where: {
      not: {
        any: [
          { column: 'status', is: 'eq', value: 'COMPLETED' },
          { column: 'status', is: 'eq', value: 'FAILED' },
        ],
      },
    },
    what: 'open authentications were ended',
  },
  {
    table: 'devices',
    where: { column: 'status', is: 'eq', value: 'ACTIVATION_REQUIRED' },
    what: 'devices that waited for activation were removed',
  },
  { table: 'pairing_keys', what: 'pairing keys were removed' },
  { table: 'authentication_codes', what: 'authentication codes were removed' },
  { table: 'user_codes', what: 'codes of users (recovery, temporary, invitations) were removed' },
  // Codes and refresh tokens are good once; and who has signed off since must not be signed on again.
  { table: 'sign_on_artifacts', what: 'sessions, codes and tokens of users were ended' },
  {
    table: 'trusted_emails',
    where: { column: 'status', is: 'eq', value: 'VERIFICATION_REQUIRED' },
    what: 'e-mail addresses that waited for their code were removed',
  },
  {
    table: 'messages',
    // And those that could be sent again.
    where: {
      any: [
        { column: 'status', is: 'eq', value: 'PENDING' },
        { column: 'usable_until', is: 'present' },
      ],
    },
    what: 'waiting messages were dropped',
  },
];

/** Goes through the rows in pages and commits what `change` makes of each. Returns how many. */
async function changeEach<T extends Table>(
  store: Store,
  table: T,
  where: Condition | undefined,
  change: (row: Stored<Documents[T]>) => Write,
): Promise<number> {
  let count = 0;
  let afterId: string | undefined;
  let tries = 0;
  for (;;) {
    const page = await store.list(table, ANY_ENVIRONMENT, {
      limit: PAGE,
      ...(where ? { where } : {}),
      ...(afterId === undefined ? {} : { afterId }),
    });
    if (page.length === 0) return count;
    const outcome = await store.commit(page.map(change));
    if (!outcome.committed && ++tries < TRIES_MAX) continue;
    if (!outcome.committed)
      throw new Error(`The rows of ${table} are changed by others all the time.`);
    tries = 0;
    count += page.length;
    afterId = page.at(-1)?.id;
  }
}

/**
 * Marks everything that may be used once as used, up to now. Answers what it did, in words, without
 * what there was nothing of.
 */
export async function spendOneTimeValues(parts: {
  store: Store;
  methods: MethodRegistry;
  now: Instant;
}): Promise<string[]> {
  const { store, methods, now } = parts;
  const done: string[] = [];
  for (const { table, where, what } of GOOD_ONCE) {
    const count = await changeEach(store, table, where, ({ environmentId, id, version }) => ({
      op: 'delete',
      table,
      environmentId,
      id,
      version,
    }));
    if (count > 0) done.push(`${count} ${what}`);
  }
  for (const { type, spent, token } of methods.all()) {
    if (!spent) continue;
    if (token) {
      const tokens = await changeEach(store, 'oath_tokens', undefined, (row) => ({
        op: 'update',
        table: 'oath_tokens',
        environmentId: row.environmentId,
        id: row.id,
        version: row.version,
        doc: {
          ...row.doc,
          credential: spent({ ...row.doc.credential }, now) as unknown as OathCredential,
        },
      }));
      if (tokens > 0) done.push(`${tokens} ${type}s take no passcode of before`);
      continue;
    }
    const count = await changeEach(
      store,
      'devices',
      { column: 'type', is: 'eq', value: type },
      ({ environmentId, id, version, doc }) => ({
        op: 'update',
        table: 'devices',
        environmentId,
        id,
        version,
        doc: { ...doc, credential: spent(doc.credential, now) },
      }),
    );
    if (count > 0) done.push(`${count} ${type} devices take no passcode of before`);
  }
  return done;
}

/** What no program can put right: for the operator, after what was done. */
export const BY_HAND =
  'Failures that were counted, blocks, and removed devices or roles are as they were then: apply again what happened since.';
