/** What the user chooses for this device. */
import { useEffect, useState } from 'react';
import {
  canVerifyUser,
  isVerifyingUser,
  startVerifyingUser,
  stopVerifyingUser,
} from './verify-user.ts';

export function Settings({ onNews }: { onNews(news: string): void }) {
  const [isPossible, setPossible] = useState(false);
  const [isOn, setOn] = useState(isVerifyingUser);

  useEffect(() => {
    canVerifyUser().then(setPossible, () => setPossible(false));
  }, []);

  async function toggle(): Promise<void> {
    try {
      if (isOn) stopVerifyingUser();
      else await startVerifyingUser();
      setOn(isVerifyingUser());
    } catch (error) {
      onNews(error instanceof Error ? error.message : 'That did not work.');
    }
  }

  if (!isPossible) return null;
  return (
    <section className="card">
      <label className="choice">
        <input type="checkbox" checked={isOn} onChange={toggle} />
        Ask for my fingerprint, face or PIN before I approve
      </label>
    </section>
  );
}
