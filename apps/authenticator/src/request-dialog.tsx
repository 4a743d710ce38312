/**
 * A request to approve: everything that the server has signed about it, and the decision. It stays until
 * it is answered or has ended, and takes no answer that was meant for something else.
 */
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { type AccountRequest, DeviceError } from '../../../packages/device/src/index.ts';
import { ContextList } from './context-list.tsx';
import { logEvent } from './event-log.ts';
import { NumberChoice } from './number-choice.tsx';
import { NumberEntry } from './number-entry.tsx';
import type { Waiting } from './request-queue.ts';
import { type Said, TIMED_OUT } from './session.ts';
import { useFocusBack } from './use-focus.ts';
import { useSettled } from './use-settled.ts';
import { useTimeLeft } from './use-time-left.ts';
import { startVerifyingUser, VerificationError, verifyFor } from './verify-user.ts';
import { wordsOf } from './words.ts';

export interface RequestDialogProps {
  waiting: Waiting;
  /** How many wait, this one among them. */
  count: number;
  onDone(said: Said): void;
}

const WRONG_NUMBER =
  'The number was wrong, so nobody was signed in. If it was you, start again there and compare the ' +
  'numbers. If you had started nothing, somebody else is trying to get in.';

/** What became of an approval. */
function outcomeOf(status: string, request: AccountRequest): Said {
  if (status === 'COMPLETED') return { text: 'Approved.', tone: 'DONE' };
  return { text: WRONG_NUMBER, notice: 'the number was wrong.', tone: 'WARNING', report: request };
}

/** Seconds that are left when it is said aloud. */
const SAID_AT_SECONDS = [30, 10, 5];

const OVER: Readonly<Record<string, string>> = {
  PUSH_CONFIRMATION_TOO_LATE: 'This request is over: it was answered elsewhere, or took too long.',
  AUTHENTICATION_CANCELLED: 'The request was cancelled.',
};

type Work = { run(): Promise<string>; done?: Said };

export function RequestDialog({ waiting, count, onDone }: RequestDialogProps) {
  const { request, notice } = waiting;
  const { challenge, account } = request;
  const { application, time, address } = challenge.origin;
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
  const over = useCallback(() => onDone({ text: TIMED_OUT }), [onDone]);
  const secondsLeft = useTimeLeft(request.showUntil, over);

  async function decide({ run, done }: Work): Promise<void> {
    if (isBusy || !isSettled) return;
    setBusy(true);
    setTrouble('');
    setCanSetUp(false);
    try {
      const status = await run();
      logEvent(`answered ${challenge.id} ${status}`);
      onDone(done ?? outcomeOf(status, request));
    } catch (error) {
      const code = error instanceof DeviceError ? error.code : '';
      logEvent(`not answered ${challenge.id} ${code}`);
      const words = OVER[code];
      if (words) return onDone({ text: words });
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
  const deny = () =>
    decide({ run: () => request.deny(), done: { text: 'Denied.', tone: 'REFUSED' } });
  const report = () =>
    decide({
      run: () => request.deny('REPORT_FRAUD'),
      done: { text: 'Reported.', tone: 'WARNING' },
    });
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
      <div className="asked">
        {count > 1 && <p className="quiet">Request 1 of {count}</p>}
        <h2 id="request-title" ref={title} tabIndex={-1}>
          {challenge.title}
        </h2>
        <p id="request-account" className="whose">
          {challenge.user.username} at {account.environment.name}
        </p>
        {notice && <p role="alert">{notice}</p>}
        <p id="request-message">{challenge.message}</p>
        <dl>
          {application && (
            <div>
              <dt>Application</dt>
              <dd>{application.name}</dd>
            </div>
          )}
          <div>
            <dt>Asked</dt>
            <dd>
              {new Date(time).toLocaleTimeString()}
              {address && ` from ${address}`}
            </dd>
          </div>
          <ContextList context={challenge.clientContext} />
        </dl>
      </div>
      <div className="answers">
        {trouble && <p role="alert">{trouble}</p>}
        {canSetUp && (
          <button type="button" className="plain" {...state} onClick={setUp}>
            Set it up again
          </button>
        )}
        {challenge.kind === 'SELECT_NUMBER' && (
          <NumberChoice numbers={challenge.numbers ?? []} state={state} onChosen={approve} />
        )}
        {challenge.kind === 'ENTER_NUMBER' && <NumberEntry state={state} onEntered={approve} />}
        {challenge.kind === 'CONFIRM' && (
          <button type="button" className="wide" {...state} onClick={() => approve()}>
            Approve
          </button>
        )}
        <div className="actions">
          <button type="button" className="plain" {...state} onClick={deny}>
            Deny
          </button>
          <button
            type="button"
            className="danger"
            aria-describedby="report-hint"
            {...state}
            onClick={report}
          >
            This was not me
          </button>
        </div>
        <p className="quiet hint">
          <span id="report-hint">
            Deny ends this request. “This was not me” also warns your organization.
          </span>{' '}
          <span data-seconds-left={secondsLeft}>{secondsLeft} s left.</span>
        </p>
        {/* Said at a few moments only: nobody wants to hear each second. */}
        <p role="status" className="unseen">
          {SAID_AT_SECONDS.includes(secondsLeft) && `${secondsLeft} seconds left to answer`}
        </p>
      </div>
    </dialog>
  );
}
