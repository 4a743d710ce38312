/**
 * What DNS says, looked up anew each time. Only texts are read, so that nobody is called who is named
 * in them. Trouble is the same as no record: whoever asks shows a status, and the next look may differ.
 */
import { Resolver } from 'node:dns/promises';
import { DNS_TIMEOUT_MS } from '../../../config/limits.ts';

/** The TXT records of a name, each in one piece (RFC 7208 §3.3). */
export async function textRecords(
  name: string,
  servers: readonly string[] | undefined,
): Promise<string[]> {
  const resolver = new Resolver({ timeout: DNS_TIMEOUT_MS / 2, tries: 2 });
  if (servers) resolver.setServers(servers);
  // Of several servers each has its own time: this ends them all.
  const end = setTimeout(() => resolver.cancel(), DNS_TIMEOUT_MS);
  try {
    const records = await resolver.resolveTxt(name);
    return records.map((pieces) => pieces.join(''));
  } catch {
    return [];
  } finally {
    clearTimeout(end);
  }
}
