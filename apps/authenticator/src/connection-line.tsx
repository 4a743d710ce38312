/** How an account is doing, in a line. */
import type { Connection } from './session.ts';

const LINES: Readonly<Record<Connection, string>> = {
  CONNECTING: 'Connecting …',
  CONNECTED: 'Connected',
  OFFLINE: 'Not connected. Passcodes work all the same.',
  BLOCKED: 'Blocked by your organization: it takes nothing of this device until it lifts that.',
  UNKNOWN: 'The server does not know this account on this device any more.',
};

export function ConnectionLine({ connection }: { connection: Connection }) {
  return (
    <p className="connection" data-connection={connection}>
      {LINES[connection]}
    </p>
  );
}
