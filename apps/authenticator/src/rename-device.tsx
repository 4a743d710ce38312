/** What the user calls this device for one account; his administrators see it, too. */
import { type FormEvent, useState } from 'react';
import type { Account } from '../../../packages/device/src/index.ts';
import { FormActions } from './form-actions.tsx';
import type { Session } from './session.ts';
import { useFocusAtStart, useFocusBack } from './use-focus.ts';
import { wordsOf } from './words.ts';

export interface RenameDeviceProps {
  account: Account;
  session: Session;
  onDone(): void;
}

const NAME_LENGTH_MAX = 100;

export function RenameDevice({ account, session, onDone }: RenameDeviceProps) {
  const [trouble, setTrouble] = useState('');
  const field = useFocusAtStart<HTMLInputElement>();
  useFocusBack();

  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const nickname = String(new FormData(event.currentTarget).get('nickname')).trim();
    try {
      await account.update({ nickname });
      onDone();
      const text = nickname ? `This device is now ${nickname}.` : 'The name was removed.';
      await session.changeAccounts({ text, tone: 'DONE' });
    } catch (error) {
      setTrouble(wordsOf(error));
    }
  }

  return (
    <form className="confirm" onSubmit={submit}>
      <label>
        Name of this device
        <input
          ref={field}
          name="nickname"
          maxLength={NAME_LENGTH_MAX}
          defaultValue={account.nickname ?? ''}
          autoComplete="off"
        />
      </label>
      {trouble && <p role="alert">{trouble}</p>}
      <FormActions label="Save" leave="Cancel" onLeave={onDone} />
    </form>
  );
}
