/** One account: whose it is, its passcode with the time that is left, and what can be done with it. */
import { useEffect, useState } from 'react';
import type { Account, Passcode } from '../../../packages/device/src/index.ts';
import { canPush, enablePush } from './web-push.ts';

export interface AccountCardProps {
  account: Account;
  onNews(news: string): void;
  onRemoved(): void;
}

const spaced = (code: string) => `${code.slice(0, 3)} ${code.slice(3)}`;

export function AccountCard({ account, onNews, onRemoved }: AccountCardProps) {
  const [passcode, setPasscode] = useState<Passcode>();
  const [isAsking, setAsking] = useState(false);

  useEffect(() => {
    const tick = () => void account.passcode().then(setPasscode);
    tick();
    const timer = setInterval(tick, 1_000);
    return () => clearInterval(timer);
  }, [account]);

  const act = (work: Promise<unknown>, news: string) =>
    work.then(
      () => onNews(news),
      (error: Error) => onNews(error.message),
    );

  async function remove(): Promise<void> {
    await account.remove().catch(() => account.forget());
    onNews(`${account.user.username} at ${account.environment.name} was removed.`);
    onRemoved();
  }

  return (
    <article
      className="card"
      aria-label={`${account.user.username} at ${account.environment.name}`}
    >
      <h2>{account.environment.name}</h2>
      <p className="quiet">{account.user.username}</p>
      {passcode && (
        <p className="passcode">
          <output aria-label="Passcode" data-passcode={passcode.code}>
            {spaced(passcode.code)}
          </output>
          <progress
            value={passcode.secondsLeft}
            max={passcode.period}
            aria-label={`${passcode.secondsLeft} seconds left`}
          />
        </p>
      )}
      <div className="actions">
        {canPush() && (
          <button
            type="button"
            className="plain"
            onClick={() => act(enablePush(account), 'You will be notified.')}
          >
            Notify me
          </button>
        )}
        <button
          type="button"
          className="plain"
          onClick={() => act(account.rotateKey(), 'The key of the account was replaced.')}
        >
          Replace key
        </button>
        <button type="button" className="plain" onClick={() => setAsking(true)}>
          Remove
        </button>
      </div>
      {isAsking && (
        <div className="confirm" role="alert">
          <p>Remove this account? You can then not approve with this device.</p>
          <div className="actions">
            <button type="button" className="danger" onClick={remove}>
              Remove account
            </button>
            <button type="button" onClick={() => setAsking(false)}>
              Keep it
            </button>
          </div>
        </div>
      )}
    </article>
  );
}
