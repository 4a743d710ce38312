/**
 * A request to approve: everything that the server has signed about it, and the decision. It stays until
 * it is answered or has ended, and takes no answer that was meant for something else.
 */
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { DeviceError } from '../../../packages/device/src/index.ts';
import { ContextList } from './context-list.tsx';
import { logEvent } from './event-log.ts';
import { NumberChoice } from './number-choice.tsx';
import { NumberEntry } from './number-entry.tsx';
import type { Waiting } from './request-queue.ts';
import { TIMED_OUT } from './session.ts';
import { useFocusBack } from './use-focus.ts';
import { useSettled } from './use-settled.ts';
import { useTimeLeft } from './use-time-left.ts';
import { startVerifyingUser, VerificationError, verifyFor } from './verify-user.ts';
import { wordsOf } from './words.ts';

export interface RequestDialogProps {
  waiting: Waiting;
  onDone(news: string): void;
}

const OUTCOMES: Readonly<Record<string, string>> = {
  COMPLETED: 'Approved.',
  FAILED: 'The request was refused: the number was wrong.',
};

const OVER: Readonly<Record<string, string>> = {
  PUSH_CONFIRMATION_TOO_LATE: 'The request has ended already.',
  AUTHENTICATION_CANCELLED: 'The request was cancelled.',
};

type Work = { run(): Promise<string>; done?: string };

export function RequestDialog({ waiting, onDone }: RequestDialogProps) {
  const { request, notice } = waiting;
  const { challenge, account } = request;
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useRef<HTMLHeadingElement>(null);
  const isSettled = useSettled();
  const [isBusy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState('');
  const [canSetUp, setCanSetUp] = useState(false);
  useFocusBack();

  const show = useCallback(() => {
    dialog.current?.showModal();
    // On no button: whoever is typing would press it.
    title.current?.focus();
  }, []);
  useEffect(show, [show]);
  useLayoutEffect(() => {
    const { current } = dialog;
    return () => current?.close();
  }, []);
  const over = useCallback(() => onDone(TIMED_OUT), [onDone]);
  const secondsLeft = useTimeLeft(request.showUntil, over);

  async function decide({ run, done }: Work): Promise<void> {
    if (isBusy || !isSettled) return;
    setBusy(true);
    setTrouble('');
    setCanSetUp(false);
    try {
      const status = await run();
      logEvent(`answered ${challenge.id} ${status}`);
      onDone(done ?? OUTCOMES[status] ?? `The request is ${status}.`);
    } catch (error) {
      const code = error instanceof DeviceError ? error.code : '';
      logEvent(`not answered ${challenge.id} ${code}`);
      const words = OVER[code];
      if (words) return onDone(words);
      setCanSetUp(error instanceof VerificationError && error.canSetUp);
      setTrouble(wordsOf(error));
      setBusy(false);
    }
  }

  /** One question of the system at a time: the buttons rest until it is answered. */
  async function setUp(): Promise<void> {
    if (isBusy) return;
    setBusy(true);
    try {
      await startVerifyingUser();
      setTrouble('');
      setCanSetUp(false);
    } catch (error) {
      setTrouble(wordsOf(error));
    }
    setBusy(false);
  }

  const approve = (number?: number) =>
    decide({
      async run() {
        const verification = await verifyFor(challenge.userVerification);
        return request.approve({
          ...(number === undefined ? {} : { number }),
          ...(verification === undefined ? {} : { userVerification: verification }),
        });
      },
    });
  const deny = () => decide({ run: () => request.deny(), done: 'Denied.' });
  const report = () => decide({ run: () => request.deny('REPORT_FRAUD'), done: 'Reported.' });
  const state = { disabled: !isSettled, 'aria-disabled': isBusy };

  return (
    <dialog
      ref={dialog}
      className="request"
      aria-labelledby="request-title"
      aria-describedby="request-message request-account"
      onCancel={(event) => event.preventDefault()}
      // Browsers close it all the same when Escape is pressed again: the request still waits.
      onClose={() => dialog.current?.isConnected && show()}
    >
      <h2 id="request-title" ref={title} tabIndex={-1}>
        {challenge.title}
      </h2>
      <p id="request-account" className="whose">
        {challenge.user.username} at {account.environment.name}
      </p>
      {notice && <p role="alert">{notice}</p>}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys, too. */}
      <section className="scrolls" aria-label="Details" tabIndex={0}>
        <p id="request-message">{challenge.message}</p>
        <dl>
          <div>
            <dt>Asked</dt>
            <dd>
              {new Date(challenge.origin.time).toLocaleTimeString()}
              {challenge.origin.address && ` from ${challenge.origin.address}`}
            </dd>
          </div>
          <ContextList context={challenge.clientContext} />
        </dl>
      </section>
      <p className="quiet" data-seconds-left={secondsLeft}>
        {secondsLeft} s left to answer
      </p>
      {trouble && <p role="alert">{trouble}</p>}
      {canSetUp && (
        <button type="button" {...state} onClick={setUp}>
          Set it up again
        </button>
      )}
      {challenge.kind === 'SELECT_NUMBER' && (
        <NumberChoice numbers={challenge.numbers ?? []} state={state} onChosen={approve} />
      )}
      {challenge.kind === 'ENTER_NUMBER' && <NumberEntry state={state} onEntered={approve} />}
      <div className="actions">
        {challenge.kind === 'CONFIRM' && (
          <button type="button" {...state} onClick={() => approve()}>
            Approve
          </button>
        )}
        <button type="button" className="plain" {...state} onClick={deny}>
          Deny
        </button>
        <button type="button" className="danger" {...state} onClick={report}>
          This was not me
        </button>
      </div>
    </dialog>
  );
}
