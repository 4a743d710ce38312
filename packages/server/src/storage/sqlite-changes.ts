/** What other processes write to the same SQLite file: a command beside the server, keys rotate. */
import type { DatabaseSync } from 'node:sqlite';

const LOOK_EVERY_MS = 1_000;
const ENVIRONMENTS_MAX = 1_000;

/**
 * Calls back for every environment when another connection has committed: it doesn't say what, and
 * it happens when an operator does something by hand. Returns how to stop.
 */
export function watchOtherProcesses(
  db: DatabaseSync,
  tell: (environmentId: string) => void,
): () => void {
  // https://www.sqlite.org/pragma.html#pragma_data_version: unchanged by this connection's commits.
  const version = db.prepare('pragma data_version');
  const environments = db.prepare('select id from environments limit ?');
  const look = () => Number(version.get()?.data_version);
  let known = look();
  const timer = setInterval(() => {
    const now = look();
    if (now === known) return;
    known = now;
    for (const { id } of environments.all(ENVIRONMENTS_MAX)) tell(String(id));
  }, LOOK_EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}
