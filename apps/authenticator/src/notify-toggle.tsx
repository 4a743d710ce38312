/** Whether the browser's push service wakes this device for an account, and the way to change that. */
import { useEffect, useState } from 'react';
import type { Account } from '../../../packages/device/src/index.ts';
import { canPush, disablePush, enablePush, isPushing, refreshPush } from './web-push.ts';
import { wordsOf } from './words.ts';

export function NotifyToggle({ account }: { account: Account }) {
  const [isOn, setOn] = useState(() => isPushing(account));
  const [isBusy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState('');

  useEffect(() => {
    const refresh = () =>
      refreshPush(account).then(setOn, (error: unknown) => setTrouble(wordsOf(error)));
    void refresh();
    // The service worker had to subscribe anew.
    navigator.serviceWorker?.addEventListener('message', refresh);
    return () => navigator.serviceWorker?.removeEventListener('message', refresh);
  }, [account]);

  async function toggle(): Promise<void> {
    if (isBusy) return;
    setBusy(true);
    setTrouble('');
    try {
      await (isOn ? disablePush(account) : enablePush(account));
    } catch (error) {
      setTrouble(wordsOf(error));
    }
    setOn(isPushing(account));
    setBusy(false);
  }

  if (!canPush()) return null;
  return (
    <>
      <label className="choice">
        <input type="checkbox" checked={isOn} aria-disabled={isBusy} onChange={toggle} />
        Notify me while it is closed
      </label>
      {trouble && <p role="alert">{trouble}</p>}
    </>
  );
}
