import { type Run, withStore } from './command.ts';

export const run: Run = ({ settings, operands: [file = ''], say }) =>
  withStore(settings, async (store) => {
    if (!store.backup) {
      say('PostgreSQL has its own backup: use pg_dump or your provider (docs/operations.md).');
      return 2;
    }
    await store.backup(file);
    say(`Written: ${file}. Keep the master key apart: without it the copy can't be opened.`);
    return 0;
  });
