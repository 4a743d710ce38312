/**
 * The driver's process. It runs apart from the runner and the servers, so that its CPU is its own.
 * Its parent sends `{ subject, name }` once for each server, then `{ run, name }`, one at a time.
 */
import { createLoad, type Load, type Run, type Subject } from './load.ts';

export type DriverRequest = { name: string; subject: Subject } | { name: string; run: Run };

const loads = new Map<string, Load>();

process.on('message', async (message: DriverRequest) => {
  try {
    if ('subject' in message) {
      loads.set(message.name, createLoad(message.subject));
      process.send?.({ ready: true });
      return;
    }
    const load = loads.get(message.name);
    if (!load) throw new Error(`There is no subject ${message.name}.`);
    process.send?.({ result: await load.run(message.run) });
  } catch (error) {
    process.send?.({ error: String(error) });
  }
});
