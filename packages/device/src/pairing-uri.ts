/** What a QR code, a link or a person says of a pairing. */
import { DeviceError } from './errors.ts';

export interface PairingTarget {
  origin: string;
  environmentId: string;
  /** Absent: the phone was enrolled by itself, and its key is the code. */
  code?: string;
  /** The thumbprint of the server's key; absent where a person has typed the rest. */
  serverKey?: string;
}

/** Name and value pairs as addresses have them. By hand: not every platform has `URLSearchParams`. */
export function readPairs(text: string): Map<string, string> {
  const pairs = new Map<string, string>();
  for (const pair of text.split('&')) {
    const [name = '', value = ''] = pair.split('=');
    try {
      pairs.set(decodeURIComponent(name), decodeURIComponent(value.replaceAll('+', ' ')));
    } catch {
      // Not what we have made.
    }
  }
  return pairs;
}

/** Reads `{origin}/pair#v=1&e=…&c=…&k=…`. Throws for another version and for what is none. */
export function readPairingUri(text: string): PairingTarget {
  const [, origin, hash = ''] = /^(https?:\/\/[^#?]+)\/pair\/?#(.+)$/.exec(text.trim()) ?? [];
  const pairs = readPairs(hash);
  const [version, environmentId, code, serverKey] = ['v', 'e', 'c', 'k'].map((name) =>
    pairs.get(name),
  );
  if (!origin || !environmentId || !code || !serverKey) {
    throw new DeviceError('PAIRING_KEY_INVALID', 'This is no pairing code.');
  }
  if (version !== '1') {
    throw new DeviceError('UNSUPPORTED_VERSION', 'The pairing code is of another version.');
  }
  return { origin, environmentId, code, serverKey };
}

/** The link of a target that was found otherwise; undefined: nobody has said the server's key, or a code. */
export function pairingUriOf(target: PairingTarget): string | undefined {
  const { origin, environmentId, code, serverKey } = target;
  if (code === undefined || serverKey === undefined) return undefined;
  return `${origin}/pair#v=1&e=${environmentId}&c=${code}&k=${serverKey}`;
}
