/** Takes a code of either kind and does what it is for: adds an account, or signs on elsewhere. */
import { useEffect, useRef, useState } from 'react';
import type {
  Account,
  PairingPreview,
  PairingTarget,
  ScannedCode,
} from '../../../packages/device/src/index.ts';
import { DeviceError, pairingUriOf, readPairingUri } from '../../../packages/device/src/index.ts';
import { SERVER_URL } from './addresses.ts';
import { AskEnvironment } from './ask-environment.tsx';
import { CodeEntry } from './code-entry.tsx';
import { device } from './device.ts';
import { Elsewhere } from './elsewhere.tsx';
import { logEvent } from './event-log.ts';
import { PairingQuestion } from './pairing-question.tsx';
import { recognize } from './recognize.ts';
import type { Said, Session } from './session.ts';
import { ChooseAccount, ConfirmSignOn } from './sign-on.tsx';
import { useFocusBack } from './use-focus.ts';
import { nameOf, wordsOf } from './words.ts';

type Step =
  | { at: 'ENTRY'; trouble?: string }
  | { at: 'BUSY'; words: string }
  /** A link that was opened leads nowhere: there is nothing to add. */
  | { at: 'REFUSED'; words: string }
  | { at: 'QUESTION'; target: PairingTarget; preview: PairingPreview }
  | { at: 'ENVIRONMENT'; code: string }
  | { at: 'ELSEWHERE'; link: string | undefined; origin: string; isThisServer: boolean }
  | { at: 'ACCOUNT'; code: string }
  | { at: 'SIGN_ON'; account: Account; code: ScannedCode };

const TITLES: Partial<Record<Step['at'], string>> = {
  QUESTION: 'Add this account?',
  REFUSED: 'This can not be added',
};
const READING: Step = { at: 'BUSY', words: 'Reading the code …' };
/** The server has too many environments to look in, or (behind a proxy, or older) doesn't look. */
const MUST_SAY_WHERE = ['REQUIRED_VALUE', 'NOT_PAIRED'];
const codeOf = (error: unknown) => (error instanceof DeviceError ? error.code : '');

export interface CodePanelProps {
  session: Session;
  accounts: readonly Account[];
  /** What the address of the page says, when a link was opened. */
  link?: string | undefined;
  onDone(): void;
}

export function CodePanel({ session, accounts, link, onDone }: CodePanelProps) {
  const [step, setStep] = useState<Step>(link ? READING : { at: 'ENTRY' });
  const heading = useRef<HTMLHeadingElement>(null);
  useFocusBack();
  const title = TITLES[step.at] ?? 'Scan or type a code';
  // Where the title is another, it is another question.
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is the change that counts.
  useEffect(() => heading.current?.focus(), [title]);
  const restart = (trouble = '') => setStep({ at: 'ENTRY', trouble });
  const refuse = (words: string) =>
    link ? setStep({ at: 'REFUSED', words }) : setStep({ at: 'ENTRY', trouble: words });
  // biome-ignore lint/correctness/useExhaustiveDependencies: a link is read once.
  useEffect(() => {
    if (link) take(link);
  }, []);

  /** Learns whose account it is, and asks. */
  async function ask(target: PairingTarget): Promise<void> {
    const { origin } = target;
    if (origin !== SERVER_URL) return showElsewhere(target, origin);
    setStep(READING);
    try {
      setStep({ at: 'QUESTION', target, preview: await device.preview(target) });
    } catch (error) {
      const known = error instanceof DeviceError ? error.serverOrigin : undefined;
      if (known) showElsewhere({ ...target, origin: known }, known);
      else refuse(wordsOf(error));
    }
  }

  function showElsewhere(target: PairingTarget, origin: string): void {
    setStep({ at: 'ELSEWHERE', link: pairingUriOf(target), origin, isThisServer: true });
  }

  /** A typed code says nothing of where it is from: this server knows. */
  async function find(code: string): Promise<void> {
    setStep(READING);
    try {
      await ask(await device.find(SERVER_URL, code));
    } catch (error) {
      if (MUST_SAY_WHERE.includes(codeOf(error))) setStep({ at: 'ENVIRONMENT', code });
      else refuse(wordsOf(error));
    }
  }

  async function pair(target: PairingTarget): Promise<void> {
    setStep({ at: 'BUSY', words: 'Adding the account …' });
    try {
      const account = await device.pair(target);
      logEvent(`added account ${account.id}`);
      onDone();
      await session.changeAccounts({ text: `${nameOf(account)} was added.`, tone: 'DONE' });
      setTimeout(() => document.getElementById(`account-${account.id}`)?.focus());
    } catch (error) {
      logEvent(`not added ${codeOf(error)}`);
      refuse(wordsOf(error));
    }
  }

  async function signOn(account: Account, text: string): Promise<void> {
    setStep({ at: 'BUSY', words: 'Signing on …' });
    try {
      const code = await account.scan(text);
      if (code.status === 'COMPLETED') finish({ text: 'Signed on.', tone: 'DONE' });
      else setStep({ at: 'SIGN_ON', account, code });
    } catch (error) {
      restart(wordsOf(error));
    }
  }

  function finish(said: Said): void {
    onDone();
    session.say(said);
  }

  function take(text: string): void {
    const found = recognize(text);
    if (found.kind === 'OTHER') refuse(found.words);
    else if (found.kind === 'PAIRING_CODE') void find(found.code);
    else if (found.kind === 'SIGN_ON') takeSignOn(found.code);
    else if (found.origin === SERVER_URL) void ask(readPairingUri(found.link));
    else {
      const { link: other, origin } = found;
      setStep({ at: 'ELSEWHERE', link: other, origin, isThisServer: false });
    }
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
        {title}
      </h2>
      {step.at === 'ENTRY' && (
        <CodeEntry trouble={step.trouble ?? ''} onText={take} onCancel={onDone} />
      )}
      {step.at === 'BUSY' && <p role="status">{step.words}</p>}
      {step.at === 'REFUSED' && (
        <>
          <p role="alert">{step.words}</p>
          <div className="actions">
            <button type="button" className="plain" onClick={() => restart()}>
              Scan or type another code
            </button>
            <button type="button" className="plain" onClick={onDone}>
              Close
            </button>
          </div>
        </>
      )}
      {step.at === 'QUESTION' && (
        <PairingQuestion
          preview={step.preview}
          host={new URL(step.target.origin).host}
          onAdd={() => pair(step.target)}
          onCancel={onDone}
        />
      )}
      {step.at === 'ENVIRONMENT' && (
        <AskEnvironment
          onEnvironment={(environmentId) =>
            ask({ origin: SERVER_URL, environmentId, code: step.code })
          }
          onCancel={() => restart()}
        />
      )}
      {step.at === 'ELSEWHERE' && <Elsewhere {...step} onCancel={() => restart()} />}
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
