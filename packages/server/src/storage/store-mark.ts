/**
 * A number in the store that only grows, and that each data directory remembers: a store whose
 * number is lower than the remembered one went back in time. Each on a connection of its own, once
 * a minute.
 */
import { readKnownStore, rememberStore } from './known-store.ts';
import { existingFile, type StorePlace } from './open.ts';
import { placeOf } from './place.ts';

/** The number before and after it was moved on. */
interface Moved {
  before: number;
  mark: number;
}

async function moveOnSqlite(path: string, now: number): Promise<Moved> {
  const { DatabaseSync } = await import('node:sqlite');
  const db = new DatabaseSync(path, { timeout: 5_000 });
  try {
    db.exec('pragma synchronous = full; begin immediate');
    const before = Number(db.prepare('select mark from store_mark').get()?.mark);
    const mark = Math.max(before + 1, now);
    db.prepare('update store_mark set mark = ?').run(mark);
    db.exec('commit');
    return { before, mark };
  } finally {
    db.close();
  }
}

const MOVE_ON_POSTGRES = `update store_mark s set mark = greatest(o.mark + 1, $1::bigint)
  from (select mark from store_mark for update) o returning o.mark as before, s.mark as mark`;

async function moveOnPostgres(databaseUrl: string, now: number): Promise<Moved> {
  const [{ default: pg }, { connectionOf }] = await Promise.all([
    import('pg'),
    import('./postgres-pool.ts'),
  ]);
  const client = new pg.Client(connectionOf(databaseUrl));
  client.on('error', () => {});
  await client.connect();
  try {
    const { rows } = await client.query(MOVE_ON_POSTGRES, [now]);
    return { before: Number(rows[0]?.before), mark: Number(rows[0]?.mark) };
  } finally {
    await client.end();
  }
}

/**
 * Moves the mark on and remembers it. Answers whether the store went back since this data directory
 * saw it last; `act` is run before that is forgotten, so that a crash in between loses nothing.
 */
export async function moveMark(
  place: StorePlace,
  now: number,
  act: () => Promise<void> = async () => {},
): Promise<boolean> {
  const { databaseUrl, dataDirectory } = place;
  const name = databaseUrl === undefined ? 'sqlite' : placeOf(databaseUrl);
  const known = readKnownStore(dataDirectory);
  const { before, mark } =
    databaseUrl === undefined
      ? await moveOnSqlite(existingFile(dataDirectory), now)
      : await moveOnPostgres(databaseUrl, now);
  // 0: the store is new.
  const isOlder = known.place === name && before !== 0 && before < (known.mark ?? 0);
  const wentBack = isOlder || known.replaced === true;
  if (wentBack) await act();
  rememberStore(dataDirectory, { place: name, mark, replaced: undefined });
  return wentBack;
}
