/** The authenticator: requests first, then the accounts, then what is rarely needed. */
import { useEffect, useState, useSyncExternalStore } from 'react';
import { AccountCard } from './account-card.tsx';
import { CodePanel } from './code-panel.tsx';
import { Icon } from './icon.tsx';
import { LogsCard } from './logs-card.tsx';
import { NewsLine } from './news-line.tsx';
import { Removals } from './removals.tsx';
import { Request } from './request.tsx';
import type { Session } from './session.ts';
import { Settings } from './settings.tsx';
import { useLinkedPairing } from './use-linked-pairing.ts';

const TITLE = 'Authenticator';

export function App({ session }: { session: Session }) {
  const state = useSyncExternalStore(session.subscribe, session.state);
  const { accounts, connections, waiting, logsRequested, removals, news, alarm } = state;
  const [link, endLink] = useLinkedPairing();
  const [isEntering, setEntering] = useState(false);
  const [first] = waiting;
  useEffect(() => session.start(), [session]);

  const asked = waiting.filter(({ request }) => request.challenge.kind !== 'SILENT').length;
  useEffect(() => {
    document.title = asked > 0 ? `(${asked}) Sign-in request · ${TITLE}` : TITLE;
  }, [asked]);

  function endEntering(): void {
    setEntering(false);
    endLink();
  }

  if (!accounts) return <p className="quiet">Loading …</p>;
  const isOpen = isEntering || link !== undefined;
  return (
    <>
      <header>
        <h1 tabIndex={-1}>{TITLE}</h1>
        {(accounts.length > 0 || isOpen) && (
          <button type="button" className={isOpen ? 'plain' : ''} onClick={() => setEntering(true)}>
            Scan code
          </button>
        )}
      </header>
      <main>
        <Removals removals={removals} onSeen={session.seeRemovals} />
        {isOpen && (
          <CodePanel
            // A fresh link is a fresh start.
            key={link}
            session={session}
            accounts={accounts}
            link={link}
            onDone={endEntering}
          />
        )}
        {accounts.length === 0 && !isOpen && (
          <section className="card empty">
            <Icon name="PHONE" size={72} />
            <h2>No accounts yet</h2>
            <p>
              This app approves your sign-ins and makes passcodes. Scan the QR code that your
              organization shows you, or open its link on this device.
            </p>
            <button type="button" onClick={() => setEntering(true)}>
              Add account
            </button>
          </section>
        )}
        {logsRequested.map((account) => (
          <LogsCard key={account.id} account={account} session={session} />
        ))}
        <ul className="accounts" aria-label="Accounts">
          {accounts.map((account) => (
            <li key={account.id}>
              <AccountCard
                account={account}
                connection={connections[account.id] ?? 'CONNECTING'}
                session={session}
              />
            </li>
          ))}
        </ul>
        {accounts.length > 0 && <Settings />}
      </main>
      <NewsLine news={news} alarm={alarm} session={session} isCovered={asked > 0} />
      {first && <Request session={session} waiting={first} count={asked} />}
    </>
  );
}
