/** A request to approve: everything that the server has signed about it, and the decision. */
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { type AccountRequest, DeviceError } from '../../../packages/device/src/index.ts';
import { isVerifyingUser, verifyUser } from './verify-user.ts';

export interface RequestDialogProps {
  request: AccountRequest;
  onDone(outcome: string): void;
}

const OUTCOMES: Readonly<Record<string, string>> = {
  COMPLETED: 'Approved.',
  FAILED: 'The request was refused: the number was wrong.',
};

/** The caller's own words about the request, as text. */
function contextOf(context: Record<string, unknown> = {}): [string, string][] {
  return Object.entries(context).map(([name, value]) => [
    name,
    typeof value === 'object' ? JSON.stringify(value) : String(value),
  ]);
}

export function RequestDialog({ request, onDone }: RequestDialogProps) {
  const { challenge, account } = request;
  const dialog = useRef<HTMLDialogElement>(null);
  const [isBusy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState('');

  useEffect(() => {
    if (challenge.kind !== 'SILENT') dialog.current?.showModal();
  }, [challenge.kind]);

  useEffect(() => {
    if (challenge.kind !== 'SILENT') return;
    // It asks for the device, not for its user.
    request.approve().then(
      () => onDone(''),
      () => onDone(''),
    );
  }, [challenge.kind, request, onDone]);

  useEffect(() => {
    const leftMs = Date.parse(challenge.expiresAt) - Date.now();
    const shownMs = (challenge.respondWithin ?? Number.POSITIVE_INFINITY) * 1_000;
    const timer = setTimeout(
      () => onDone('The request has ended: nobody answered it in time.'),
      Math.max(0, Math.min(leftMs, shownMs)),
    );
    return () => clearTimeout(timer);
  }, [challenge, onDone]);

  async function decide(work: () => Promise<string>, denied: boolean): Promise<void> {
    setBusy(true);
    setTrouble('');
    try {
      const status = await work();
      onDone(denied ? 'Denied.' : (OUTCOMES[status] ?? `The request is ${status}.`));
    } catch (error) {
      if (error instanceof DeviceError && error.code === 'PUSH_CONFIRMATION_TOO_LATE') {
        onDone('The request has ended already.');
        return;
      }
      setTrouble(error instanceof Error ? error.message : 'That did not work.');
      setBusy(false);
    }
  }

  function approve(number?: number): Promise<void> {
    return decide(async () => {
      const must = challenge.userVerification === 'REQUIRED';
      const userVerification = must || isVerifyingUser() ? await verifyUser() : undefined;
      return request.approve({
        ...(number === undefined ? {} : { number }),
        ...(userVerification === undefined ? {} : { userVerification, amr: 'pin' }),
      });
    }, false);
  }

  function enter(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    void approve(Number(new FormData(event.currentTarget).get('number')));
  }

  if (challenge.kind === 'SILENT') return null;
  return (
    <dialog
      ref={dialog}
      aria-labelledby="request-title"
      aria-describedby="request-message"
      onCancel={(event) => event.preventDefault()}
    >
      <h2 id="request-title">{challenge.title}</h2>
      <p id="request-message">{challenge.message}</p>
      <dl>
        <dt>Account</dt>
        <dd>
          {challenge.user.username} at {account.environment.name}
        </dd>
        <dt>Asked</dt>
        <dd>
          {new Date(challenge.origin.time).toLocaleTimeString()}
          {challenge.origin.address && ` from ${challenge.origin.address}`}
        </dd>
        {contextOf(challenge.clientContext).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {trouble && <p role="alert">{trouble}</p>}
      {challenge.kind === 'SELECT_NUMBER' && (
        <fieldset>
          <legend>Which number does the page show where you sign in?</legend>
          <div className="numbers">
            {challenge.numbers?.map((number) => (
              <button key={number} type="button" disabled={isBusy} onClick={() => approve(number)}>
                {number}
              </button>
            ))}
          </div>
        </fieldset>
      )}
      {challenge.kind === 'ENTER_NUMBER' && (
        <form onSubmit={enter}>
          <label>
            The number that the page shows where you sign in
            <input
              name="number"
              inputMode="numeric"
              pattern="[0-9]{2}"
              required
              autoComplete="off"
            />
          </label>
          <button type="submit" disabled={isBusy}>
            Approve
          </button>
        </form>
      )}
      <div className="actions">
        {challenge.kind === 'CONFIRM' && (
          <button type="button" disabled={isBusy} onClick={() => approve()}>
            Approve
          </button>
        )}
        <button
          type="button"
          className="plain"
          disabled={isBusy}
          onClick={() => decide(() => request.deny(), true)}
        >
          Deny
        </button>
        <button
          type="button"
          className="danger"
          disabled={isBusy}
          onClick={() => decide(() => request.deny('REPORT_FRAUD'), true)}
        >
          This was not me
        </button>
      </div>
    </dialog>
  );
}
