/** Signs on elsewhere, where a code is shown. */
import { type FormEvent, useState } from 'react';
import type { Account, ScannedCode } from '../../../packages/device/src/index.ts';

export interface ScanCodeProps {
  accounts: Account[];
  onNews(news: string): void;
}

export function ScanCode({ accounts, onNews }: ScanCodeProps) {
  const [scanned, setScanned] = useState<{ account: Account; code: ScannedCode }>();

  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const account = accounts.find(({ id }) => id === form.get('account')) ?? accounts[0];
    if (!account) return;
    try {
      const code = await account.scan(String(form.get('code')));
      if (code.status === 'COMPLETED') onNews('Signed on.');
      else setScanned({ account, code });
    } catch (error) {
      onNews(error instanceof Error ? error.message : 'That did not work.');
    }
  }

  async function answer(decision: 'APPROVE' | 'DENY'): Promise<void> {
    if (!scanned) return;
    const { account, code } = scanned;
    setScanned(undefined);
    await account.answerCode(code.id, decision).then(
      (status) => onNews(status === 'COMPLETED' ? 'Signed on.' : 'Denied.'),
      (error: Error) => onNews(error.message),
    );
  }

  return (
    <details className="card">
      <summary>Sign on with a code</summary>
      {scanned ? (
        <>
          <p>
            Sign on as {scanned.account.user.username}?
            {Object.entries(scanned.code.clientContext ?? {}).map(([name, value]) => (
              <span key={name}> {String(value)}</span>
            ))}
          </p>
          <div className="actions">
            <button type="button" onClick={() => answer('APPROVE')}>
              Sign on
            </button>
            <button type="button" className="plain" onClick={() => answer('DENY')}>
              Deny
            </button>
          </div>
        </>
      ) : (
        <form onSubmit={submit}>
          <label>
            Code
            <input name="code" required autoComplete="off" spellCheck={false} />
          </label>
          <label>
            Account
            <select name="account">
              {accounts.map(({ id, user, environment }) => (
                <option key={id} value={id}>
                  {user.username} at {environment.name}
                </option>
              ))}
            </select>
          </label>
          <button type="submit">Go on</button>
        </form>
      )}
    </details>
  );
}
