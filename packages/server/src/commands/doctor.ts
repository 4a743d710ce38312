import { ANY_ENVIRONMENT } from '../storage/store.ts';
import { engineOf, type Run, withKeys } from './command.ts';

export const run: Run = ({ settings, say }) =>
  withKeys(settings, async (store) => {
    say(`ok  settings are understood`);
    say(`ok  the master key opens the store's keys`);
    const ready = await store.isReady();
    say(`${ready ? 'ok ' : 'BAD'} the ${engineOf(settings)} database answers and is migrated`);
    const environments = await store.list('environments', ANY_ENVIRONMENT, { limit: 1 });
    say(
      environments.length > 0
        ? 'ok  there is an environment'
        : 'BAD there is no environment yet: run `countersign bootstrap`',
    );
    if (!settings.smtpUrl) say('--  no SMTP server is set: e-mail goes nowhere in production');
    if (!settings.tls) say('--  TLS is left to a proxy in front of the server');
    return ready && environments.length > 0 ? 0 : 1;
  });
