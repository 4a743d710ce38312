/** Removes an account, there and here; here only, where the server can't be told. */
import { useState } from 'react';
import { type Account, DeviceError } from '../../../packages/device/src/index.ts';
import { logEvent } from './event-log.ts';
import type { Session } from './session.ts';
import { useFocusAtStart, useFocusBack } from './use-focus.ts';
import { nameOf, wordsOf } from './words.ts';

export interface RemoveAccountProps {
  account: Account;
  session: Session;
  onDone(): void;
}

export function RemoveAccount({ account, session, onDone }: RemoveAccountProps) {
  const [trouble, setTrouble] = useState('');
  const [isBusy, setBusy] = useState(false);
  const question = useFocusAtStart<HTMLParagraphElement>();
  useFocusBack();

  async function remove(work: () => Promise<void>, news: string): Promise<void> {
    if (isBusy) return;
    setBusy(true);
    try {
      await work();
      logEvent(`removed account ${account.id}`);
      await session.changeAccounts({ text: news, tone: 'DONE' });
    } catch (error) {
      const isOffline = error instanceof DeviceError && error.code === 'NETWORK';
      setTrouble(
        isOffline
          ? 'The server can not be reached, so the account was not removed: it still asks this device.'
          : wordsOf(error),
      );
      setBusy(false);
    }
  }

  return (
    <div className="confirm">
      <p ref={question} tabIndex={-1}>
        Remove this account? You can then not approve with this device.
      </p>
      {trouble && <p role="alert">{trouble}</p>}
      <div className="actions">
        <button
          type="button"
          className="danger"
          aria-disabled={isBusy}
          onClick={() => remove(() => account.remove(), `${nameOf(account)} was removed.`)}
        >
          Remove account
        </button>
        {trouble && (
          <button
            type="button"
            className="danger"
            onClick={() =>
              remove(
                () => account.forget(),
                `${nameOf(account)} was forgotten on this device. Your organization may still list it.`,
              )
            }
          >
            Forget on this device only
          </button>
        )}
        <button type="button" onClick={onDone}>
          Keep it
        </button>
      </div>
    </div>
  );
}
