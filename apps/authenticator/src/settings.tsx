/** What the user chooses for this device. */
import { useEffect, useState, useSyncExternalStore } from 'react';
import {
  canVerifyUser,
  isVerifyingUser,
  startVerifyingUser,
  stopVerifyingUser,
  subscribeToVerifying,
  VerificationError,
} from './verify-user.ts';
import { wordsOf } from './words.ts';

export function Settings() {
  const [isPossible, setPossible] = useState(false);
  const [trouble, setTrouble] = useState('');
  const [canSetUp, setCanSetUp] = useState(false);
  const isOn = useSyncExternalStore(subscribeToVerifying, isVerifyingUser);

  useEffect(() => {
    canVerifyUser().then(setPossible, () => setPossible(false));
  }, []);

  async function change(work: () => Promise<void>): Promise<void> {
    setTrouble('');
    setCanSetUp(false);
    try {
      await work();
    } catch (error) {
      setTrouble(wordsOf(error));
      setCanSetUp(error instanceof VerificationError && error.canSetUp);
    }
  }

  if (!isPossible) return null;
  return (
    <section className="card" aria-labelledby="settings-title">
      <h2 id="settings-title">Settings</h2>
      <label className="choice">
        <input
          type="checkbox"
          checked={isOn}
          onChange={() => change(isOn ? stopVerifyingUser : startVerifyingUser)}
        />
        Ask for my fingerprint, face or PIN before I approve
      </label>
      {trouble && <p role="alert">{trouble}</p>}
      {canSetUp && (
        <button type="button" className="plain" onClick={() => change(startVerifyingUser)}>
          Set it up again
        </button>
      )}
    </section>
  );
}
