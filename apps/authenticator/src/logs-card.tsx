/** An administrator asks for this application's logs: the user sees them first, and decides. */
import { useState } from 'react';
import type { Account } from '../../../packages/device/src/index.ts';
import { eventLog, logEvent } from './event-log.ts';
import type { Session } from './session.ts';
import { nameOf, wordsOf } from './words.ts';

export interface LogsCardProps {
  account: Account;
  session: Session;
}

export function LogsCard({ account, session }: LogsCardProps) {
  const [logs] = useState(eventLog);
  const [trouble, setTrouble] = useState('');
  const [supportId, setSupportId] = useState('');
  const end = () => session.endLogs(account);

  async function send(): Promise<void> {
    setTrouble('');
    try {
      setSupportId(await account.sendLogs(logs));
      logEvent('logs sent');
    } catch (error) {
      setTrouble(wordsOf(error));
    }
  }

  return (
    <section className="card" aria-labelledby={`logs-${account.id}`}>
      <h2 id={`logs-${account.id}`}>Your administrator asks for this app's logs</h2>
      <p className="quiet">{nameOf(account)}</p>
      {supportId ? (
        <>
          <p role="status">
            Sent. Tell your administrator this number: <strong>{supportId}</strong>
          </p>
          <button type="button" className="plain" onClick={end}>
            Done
          </button>
        </>
      ) : (
        <>
          <p>They say what the app has done and when. No passcode, number or key is in them.</p>
          <details>
            <summary>Show them</summary>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys, too. */}
            <pre tabIndex={0}>{logs}</pre>
          </details>
          {trouble && <p role="alert">{trouble}</p>}
          <div className="actions">
            <button type="button" onClick={send}>
              Send
            </button>
            <button type="button" className="plain" onClick={end}>
              Not now
            </button>
          </div>
        </>
      )}
    </section>
  );
}
