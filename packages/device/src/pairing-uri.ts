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

/** Reads `{origin}/pair#v=1&e=…&c=…&k=…`. Throws for another version and for what is none. */
export function readPairingUri(text: string): PairingTarget {
  const url = URL.parse(text.trim());
  const content = new URLSearchParams(url?.hash.slice(1) ?? '');
  const [version, environmentId, code, serverKey] = ['v', 'e', 'c', 'k'].map((name) =>
    content.get(name),
  );
  if (!url || !environmentId || !code || !serverKey) {
    throw new DeviceError('PAIRING_KEY_INVALID', 'This is no pairing code.');
  }
  if (version !== '1') {
    throw new DeviceError('UNSUPPORTED_VERSION', 'The pairing code is of another version.');
  }
  const origin = url.href.slice(0, url.href.lastIndexOf('/pair'));
  return { origin, environmentId, code, serverKey };
}
