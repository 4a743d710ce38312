/** The authenticator: requests first, then the accounts, then what is rarely needed. */
import { useCallback, useState } from 'react';
import { AccountCard } from './account-card.tsx';
import { AddAccount } from './add-account.tsx';
import { RequestDialog } from './request-dialog.tsx';
import { ScanCode } from './scan-code.tsx';
import { Settings } from './settings.tsx';
import { useDevice } from './use-device.ts';

/** A link of a QR code opens the page with what it says: `/pair#v=1&…`. */
function linkedPairing(): string | undefined {
  const { pathname, hash, href } = window.location;
  return pathname === '/pair' && hash.length > 1 ? href : undefined;
}

export function App() {
  const { accounts, requests, reload, drop } = useDevice();
  const [linked, setLinked] = useState(linkedPairing);
  const [isAdding, setAdding] = useState(linked !== undefined);
  const [news, setNewest] = useState({ text: '', count: 0 });
  const [request] = requests;
  // Counted: the same words twice are two pieces of news.
  const setNews = useCallback((text: string) => {
    setNewest(({ count }) => ({ text, count: count + 1 }));
  }, []);

  function closeAdding(): void {
    setAdding(false);
    setLinked(undefined);
    // The code is used: it shall not stay in the address.
    window.history.replaceState(undefined, '', '/authenticator/');
  }

  if (!accounts) return <p className="quiet">Loading …</p>;
  return (
    <>
      <header>
        <h1>Authenticator</h1>
        <button type="button" onClick={() => setAdding(true)}>
          Add account
        </button>
      </header>
      <main>
        <p role="status" aria-live="polite" className="news" data-count={news.count}>
          {news.text}
        </p>
        {isAdding && (
          <AddAccount
            {...(linked === undefined ? {} : { link: linked })}
            onCancel={closeAdding}
            onAdded={(account) => {
              closeAdding();
              setNews(`${account.user.username} at ${account.environment.name} was added.`);
              reload();
            }}
          />
        )}
        {accounts.length === 0 && !isAdding && (
          <section className="card">
            <h2>No accounts yet</h2>
            <p>Scan the QR code that your organization shows you, or open its link here.</p>
          </section>
        )}
        <ul className="accounts" aria-label="Accounts">
          {accounts.map((account) => (
            <li key={account.id}>
              <AccountCard account={account} onNews={setNews} onRemoved={reload} />
            </li>
          ))}
        </ul>
        {accounts.length > 0 && <ScanCode accounts={accounts} onNews={setNews} />}
        {accounts.length > 0 && <Settings onNews={setNews} />}
      </main>
      {request && (
        <RequestDialog
          key={request.challenge.id + request.challenge.expiresAt}
          request={request}
          onDone={(outcome) => {
            setNews(outcome);
            drop(request);
          }}
        />
      )}
    </>
  );
}
