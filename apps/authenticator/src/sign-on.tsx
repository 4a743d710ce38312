/** Signs on elsewhere, where a code is shown: with which account, and as what was said there. */
import { type FormEvent, useState } from 'react';
import type { Account, ScannedCode } from '../../../packages/device/src/index.ts';
import { ContextList } from './context-list.tsx';
import { FormActions } from './form-actions.tsx';
import type { Said } from './session.ts';
import { useFocusAtStart } from './use-focus.ts';
import { nameOf, wordsOf } from './words.ts';

export interface ChooseAccountProps {
  accounts: readonly Account[];
  onChosen(account: Account): void;
  onCancel(): void;
}

/** The code doesn't say whose it shall be. */
export function ChooseAccount({ accounts, onChosen, onCancel }: ChooseAccountProps) {
  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const chosen = new FormData(event.currentTarget).get('account');
    const account = accounts.find(({ id }) => id === chosen);
    if (account) onChosen(account);
  }

  return (
    <form onSubmit={submit}>
      <label>
        Sign on with which account?
        <select name="account">
          {accounts.map((account) => (
            <option key={account.id} value={account.id}>
              {nameOf(account)}
            </option>
          ))}
        </select>
      </label>
      <FormActions label="Go on" leave="Cancel" onLeave={onCancel} />
    </form>
  );
}

export interface ConfirmSignOnProps {
  account: Account;
  code: ScannedCode;
  onDone(said: Said): void;
}

export function ConfirmSignOn({ account, code, onDone }: ConfirmSignOnProps) {
  const [trouble, setTrouble] = useState('');
  const [isBusy, setBusy] = useState(false);
  const question = useFocusAtStart<HTMLParagraphElement>();
  const isOwn = code.application.id === account.application.id;

  async function answer(decision: 'APPROVE' | 'DENY'): Promise<void> {
    if (isBusy) return;
    setBusy(true);
    setTrouble('');
    try {
      const status = await account.answerCode(code.id, decision);
      onDone(
        status === 'COMPLETED'
          ? { text: 'Signed on.', tone: 'DONE' }
          : { text: 'Denied.', tone: 'REFUSED' },
      );
    } catch (error) {
      setTrouble(wordsOf(error));
      setBusy(false);
    }
  }

  return (
    <>
      <p ref={question} tabIndex={-1}>
        Sign on where this code is shown?
      </p>
      <dl>
        <div>
          <dt>Account</dt>
          <dd>{nameOf(account)}</dd>
        </div>
        <div>
          <dt>Application</dt>
          <dd>{isOwn ? account.application.name : code.application.id}</dd>
        </div>
        <ContextList context={code.clientContext} />
      </dl>
      {trouble && <p role="alert">{trouble}</p>}
      <div className="actions">
        <button type="button" aria-disabled={isBusy} onClick={() => answer('APPROVE')}>
          Sign on
        </button>
        <button
          type="button"
          className="plain"
          aria-disabled={isBusy}
          onClick={() => answer('DENY')}
        >
          Deny
        </button>
      </div>
    </>
  );
}
