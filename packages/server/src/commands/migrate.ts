import { engineOf, type Run, withStore } from './command.ts';

export const run: Run = ({ settings, say }) =>
  withStore(settings, async () => {
    say(`The ${engineOf(settings)} database has this version's schema.`);
    return 0;
  });
