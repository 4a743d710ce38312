/**
 * What the provider keeps, in our store: its `Adapter`. The rows are found by hashes and sealed, so
 * who reads the store can sign on as nobody. What is good once is used by a guarded write, so it is
 * used once, however many requests race and on whatever node.
 */
import { type Adapter, type AdapterPayload, errors } from 'oidc-provider';
import type { SignOnArtifact } from '../model/sign-on.ts';
import { commitOrRetry, commitWrites, guardOf } from '../resources/kit/commit.ts';
import { deleteRow, insertRow, updateRow } from '../resources/kit/rows.ts';
import {
  artifactIdOf,
  SIGN_ON_TABLE as TABLE,
} from '../resources/platform/tokens/sign-on-artifact.ts';
import type { Stored, Write } from '../storage/store.ts';
import type { SignOnParts } from './parts.ts';

type ArtifactParts = Pick<SignOnParts, 'store' | 'keyring' | 'clock'>;
type Row = Stored<SignOnArtifact>;

const PAGE = 200;
/** Given under a grant, and gone with it. */
const GRANTED = new Set(['AccessToken', 'AuthorizationCode', 'RefreshToken']);

const identityOf = (id: string) => `${TABLE}/${id}`;

/** `graceMs`: how long what was used may be used again; of refresh tokens only. */
export function createArtifacts(
  parts: ArtifactParts,
  environmentId: string,
  graceMs: () => number,
): (kind: string) => Adapter {
  const { store, keyring, clock } = parts;

  async function present(id: string): Promise<Row | undefined> {
    const row = await store.get(TABLE, environmentId, id);
    return row && clock.now() < row.doc.expiresAt ? row : undefined;
  }

  function opened({ id, doc }: Row): AdapterPayload {
    const payload = JSON.parse(keyring.open(environmentId, identityOf(id), doc.sealed).toString());
    const { usedFrom } = doc;
    if (usedFrom !== undefined && usedFrom <= clock.now()) {
      payload.consumed = Math.floor(usedFrom / 1_000);
    }
    // It lives as long as what was given under it: the row says how long.
    if (doc.kind === 'Grant') delete payload.exp;
    return payload;
  }

  const destroy = (id: string): Promise<void> =>
    commitWrites(store, async () => {
      const row = await store.get(TABLE, environmentId, id);
      return row ? [deleteRow(TABLE, row)] : [];
    });

  /** Ends all that was given under a grant. */
  async function endGiven(grantHash: string): Promise<void> {
    const where = { column: 'grant_hash', is: 'eq', value: grantHash } as const;
    const endSome = () =>
      commitOrRetry(store, async () => {
        const rows = await store.list(TABLE, environmentId, { where, limit: PAGE });
        return { writes: rows.map((row) => deleteRow(TABLE, row)), result: rows.length };
      });
    while ((await endSome()) === PAGE);
  }

  /** The grant lives on with what is given under it, and nothing is given under one that has ended. */
  async function grantWrites(grantHash: string, expiresAt: number): Promise<Write[]> {
    const grant = await present(grantHash);
    if (!grant) throw new errors.InvalidGrant('the grant has ended');
    const { doc } = grant;
    if (doc.expiresAt >= expiresAt) return [guardOf(TABLE, grant)];
    return [updateRow(TABLE, grant, { ...doc, expiresAt, updatedAt: clock.now() })];
  }

  return (kind) => {
    const idOf = (value: string) => artifactIdOf(kind, value);
    const uidHashOf = (uid: string) => artifactIdOf('uid', uid);

    return {
      async upsert(value, payload, expiresIn = 0) {
        const id = idOf(value);
        const { uid, grantId } = payload;
        const grantHash =
          grantId !== undefined && GRANTED.has(kind) ? artifactIdOf('Grant', grantId) : undefined;
        await commitOrRetry(store, async () => {
          const now = clock.now();
          const before = await store.get(TABLE, environmentId, id);
          const wanted = now + expiresIn * 1_000;
          const expiresAt =
            kind === 'Grant' ? Math.max(wanted, before?.doc.expiresAt ?? 0) : wanted;
          const doc: SignOnArtifact = {
            kind,
            sealed: keyring.seal(environmentId, identityOf(id), JSON.stringify(payload)),
            ...(kind === 'Session' && uid !== undefined ? { uidHash: uidHashOf(uid) } : {}),
            ...(grantHash === undefined ? {} : { grantHash }),
            ...(before?.doc.usedFrom === undefined ? {} : { usedFrom: before.doc.usedFrom }),
            createdAt: before?.doc.createdAt ?? now,
            updatedAt: now,
            expiresAt,
          };
          const write = before
            ? updateRow(TABLE, before, doc)
            : insertRow(TABLE, { environmentId, id, doc });
          const grant = grantHash === undefined ? [] : await grantWrites(grantHash, expiresAt);
          return { writes: [write, ...grant], result: undefined };
        });
      },

      async find(value) {
        const row = await present(idOf(value));
        return row && opened(row);
      },

      async findByUid(uid) {
        const where = { column: 'uid_hash', is: 'eq', value: uidHashOf(uid) } as const;
        const [row] = await store.list(TABLE, environmentId, { where, limit: 1 });
        return row && clock.now() < row.doc.expiresAt ? opened(row) : undefined;
      },

      async findByUserCode() {
        return undefined;
      },

      async consume(value) {
        const id = idOf(value);
        const wasUsed = await commitOrRetry(store, async () => {
          const row = await present(id);
          if (!row) throw new errors.InvalidGrant('it is gone');
          const { doc } = row;
          const now = clock.now();
          if (doc.usedFrom !== undefined) return { writes: [], result: doc.usedFrom <= now && row };
          const usedFrom = now + (kind === 'RefreshToken' ? graceMs() : 0);
          const write = updateRow(TABLE, row, { ...doc, usedFrom, updatedAt: now });
          return { writes: [write], result: false as const };
        });
        if (!wasUsed) return;
        // Two had it: nobody knows which of them is the thief (RFC 6749 §4.1.2, RFC 9700 §4.14.2).
        const { grantHash } = wasUsed.doc;
        if (grantHash !== undefined) {
          await destroy(grantHash);
          await endGiven(grantHash);
        }
        throw new errors.InvalidGrant('it was used before');
      },

      destroy: (value) => destroy(idOf(value)),

      // Whoever ends one kind ends the others as well: codes, access and refresh tokens.
      revokeByGrantId: (grantId) => endGiven(artifactIdOf('Grant', grantId)),
    };
  };
}
