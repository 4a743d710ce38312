/** Takes a code of either kind and does what it is for: adds an account, or signs on elsewhere. */
import { useState } from 'react';
import type { Account, PairingTarget, ScannedCode } from '../../../packages/device/src/index.ts';
import { SERVER_URL } from './addresses.ts';
import { AskEnvironment } from './ask-environment.tsx';
import { CodeEntry } from './code-entry.tsx';
import { device } from './device.ts';
import { logEvent } from './event-log.ts';
import { recognize } from './recognize.ts';
import type { Session } from './session.ts';
import { ChooseAccount, ConfirmSignOn } from './sign-on.tsx';
import { useFocusAtStart, useFocusBack } from './use-focus.ts';
import { nameOf, wordsOf } from './words.ts';

type Step =
  | { at: 'ENTRY'; trouble?: string }
  | { at: 'BUSY'; words: string }
  /** A link was opened: it isn't taken before the user has said so. */
  | { at: 'LINK'; link: string }
  | { at: 'ENVIRONMENT'; code: string }
  /** The code is for another server. */
  | { at: 'ELSEWHERE'; link: string; origin: string }
  | { at: 'ACCOUNT'; code: string }
  | { at: 'SIGN_ON'; account: Account; code: ScannedCode };

export interface CodePanelProps {
  session: Session;
  accounts: readonly Account[];
  /** What the address of the page says, when a link was opened. */
  link?: string | undefined;
  onDone(): void;
}

export function CodePanel({ session, accounts, link, onDone }: CodePanelProps) {
  const [step, setStep] = useState<Step>(link ? { at: 'LINK', link } : { at: 'ENTRY' });
  const heading = useFocusAtStart<HTMLHeadingElement>();
  useFocusBack();
  const restart = (trouble = '') => setStep({ at: 'ENTRY', trouble });

  async function pair(target: string | PairingTarget): Promise<void> {
    setStep({ at: 'BUSY', words: 'Adding the account …' });
    try {
      const account = await device.pair(target);
      logEvent(`added account ${account.id}`);
      onDone();
      await session.changeAccounts(`${nameOf(account)} was added.`);
      setTimeout(() => document.getElementById(`account-${account.id}`)?.focus());
    } catch (error) {
      logEvent('not added');
      restart(wordsOf(error));
    }
  }

  async function signOn(account: Account, text: string): Promise<void> {
    setStep({ at: 'BUSY', words: 'Signing on …' });
    try {
      const code = await account.scan(text);
      if (code.status === 'COMPLETED') finish('Signed on.');
      else setStep({ at: 'SIGN_ON', account, code });
    } catch (error) {
      restart(wordsOf(error));
    }
  }

  function finish(news: string): void {
    onDone();
    session.say(news);
  }

  function take(text: string): void {
    const found = recognize(text);
    if (found.kind === 'OTHER') restart(found.words);
    else if (found.kind === 'PAIRING_CODE') setStep({ at: 'ENVIRONMENT', code: found.code });
    else if (found.kind === 'SIGN_ON') takeSignOn(found.code);
    else if (found.origin === SERVER_URL) void pair(found.link);
    else setStep({ at: 'ELSEWHERE', link: found.link, origin: found.origin });
  }

  function takeSignOn(code: string): void {
    const [account, ...others] = accounts;
    if (!account) restart('This code signs you on elsewhere. Add an account first.');
    else if (others.length > 0) setStep({ at: 'ACCOUNT', code });
    else void signOn(account, code);
  }

  return (
    <section className="card" aria-labelledby="code-title">
      <h2 id="code-title" ref={heading} tabIndex={-1}>
        Scan or type a code
      </h2>
      {step.at === 'ENTRY' && (
        <CodeEntry trouble={step.trouble ?? ''} onText={take} onCancel={onDone} />
      )}
      {step.at === 'BUSY' && <p role="status">{step.words}</p>}
      {step.at === 'LINK' && (
        <>
          <p>Add the account of this link to this device?</p>
          <div className="actions">
            <button type="button" onClick={() => take(step.link)}>
              Add it
            </button>
            <button type="button" className="plain" onClick={onDone}>
              Cancel
            </button>
          </div>
        </>
      )}
      {step.at === 'ENVIRONMENT' && (
        <AskEnvironment
          onEnvironment={(environmentId) =>
            pair({ origin: SERVER_URL, environmentId, code: step.code })
          }
          onCancel={() => restart()}
        />
      )}
      {step.at === 'ELSEWHERE' && (
        <>
          <p>
            This code is for another server, <strong>{step.origin}</strong>. Go on there only if you
            know it.
          </p>
          <div className="actions">
            <a className="button" href={step.link} rel="noreferrer">
              Open it there
            </a>
            <button type="button" className="plain" onClick={() => restart()}>
              Back
            </button>
          </div>
        </>
      )}
      {step.at === 'ACCOUNT' && (
        <ChooseAccount
          accounts={accounts}
          onChosen={(account) => signOn(account, step.code)}
          onCancel={() => restart()}
        />
      )}
      {step.at === 'SIGN_ON' && (
        <ConfirmSignOn account={step.account} code={step.code} onDone={finish} />
      )}
    </section>
  );
}
