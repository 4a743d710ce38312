/** How an account is doing, in a line. */
import type { Connection } from './session.ts';

const LINES: Readonly<Record<Connection, string>> = {
  CONNECTING: 'Connecting …',
  CONNECTED: 'Connected',
  OFFLINE: 'Not connected. Passcodes work all the same.',
  BLOCKED:
    'Your organization has blocked this device for this account. Ask them to unblock it: the account then works again.',
  MOVED:
    'The server has another address now. Passcodes work; to approve, add the account again there.',
  UNKNOWN: 'The server does not know this account on this device any more.',
};

export function ConnectionLine({ connection }: { connection: Connection }) {
  return (
    <p className="connection" data-connection={connection}>
      {LINES[connection]}
    </p>
  );
}
