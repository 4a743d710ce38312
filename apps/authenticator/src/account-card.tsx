/** One account: whose it is, how it is doing, its passcode, and what is rarely done with it. */
import { useEffect, useState } from 'react';
import type { Account } from '../../../packages/device/src/index.ts';
import { ConnectionLine } from './connection-line.tsx';
import { NotifyToggle } from './notify-toggle.tsx';
import { Passcode } from './passcode.tsx';
import { RemoveAccount } from './remove-account.tsx';
import { RenameDevice } from './rename-device.tsx';
import type { Connection, Session } from './session.ts';
import { nameOf, wordsOf } from './words.ts';

export interface AccountCardProps {
  account: Account;
  connection: Connection;
  session: Session;
}

export function AccountCard({ account, connection, session }: AccountCardProps) {
  const [trouble, setTrouble] = useState('');
  const [doing, setDoing] = useState<'RENAME' | 'REMOVE'>();
  const stop = () => setDoing(undefined);
  // What went wrong before says nothing of now.
  useEffect(() => {
    if (connection === 'CONNECTED') setTrouble('');
  }, [connection]);

  async function replaceKey(): Promise<void> {
    setTrouble('');
    try {
      await account.rotateKey();
      session.say({ text: 'The key of the account was replaced.', tone: 'DONE' });
    } catch (error) {
      setTrouble(wordsOf(error));
    }
  }

  return (
    <article className="card" aria-label={nameOf(account)}>
      <h2 id={`account-${account.id}`} tabIndex={-1}>
        {account.environment.name} <span className="user">{account.user.username}</span>
      </h2>
      {account.nickname && <p className="quiet">{account.nickname}</p>}
      <ConnectionLine connection={connection} />
      {connection !== 'BLOCKED' && <Passcode account={account} />}
      <div className="rare">
        {connection !== 'BLOCKED' && <NotifyToggle account={account} />}
        <details className="more">
          <summary>
            More<span className="unseen"> for {nameOf(account)}</span>
          </summary>
          <p className="quiet">
            Replace the key if somebody else may have copied it. To move to another phone, add the
            account there first.
          </p>
          <div className="actions">
            <button type="button" className="plain" onClick={() => setDoing('RENAME')}>
              Rename device
            </button>
            <button type="button" className="plain" onClick={replaceKey}>
              Replace key
            </button>
            <button type="button" className="danger" onClick={() => setDoing('REMOVE')}>
              Remove
            </button>
          </div>
          {trouble && <p role="alert">{trouble}</p>}
          {doing === 'RENAME' && <RenameDevice account={account} session={session} onDone={stop} />}
          {doing === 'REMOVE' && (
            <RemoveAccount account={account} session={session} onDone={stop} />
          )}
        </details>
      </div>
    </article>
  );
}
