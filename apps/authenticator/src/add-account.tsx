/** Pairs: by the camera, by a link, or by a code that is typed. */
import { type FormEvent, useState } from 'react';
import {
  type Account,
  DeviceError,
  type PairingTarget,
} from '../../../packages/device/src/index.ts';
import { device } from './device.ts';
import { Scanner } from './scanner.tsx';

export interface AddAccountProps {
  /** What the address of the page says, when a link was opened. */
  link?: string;
  onAdded(account: Account): void;
  onCancel(): void;
}

const MESSAGES: Readonly<Record<string, string>> = {
  PAIRING_KEY_INVALID: 'This code is not valid any more. Ask for a new one.',
  SERVER_KEY_MISMATCH: 'This is not the server that the code is for. Do not go on.',
  LIMIT_EXCEEDED: 'You have too many devices, or too many codes were tried.',
  ADDRESS_NOT_ALLOWED: 'A device can not be added from this network.',
  NETWORK: 'The server can not be reached.',
};

const messageOf = (error: unknown) =>
  error instanceof DeviceError ? (MESSAGES[error.code] ?? error.message) : String(error);

/** Whatever was scanned or typed: a link, or a code beside the id of the environment. */
function targetOf(text: string, environmentId: string): string | PairingTarget {
  if (/^https?:/.test(text.trim())) return text;
  return { origin: window.location.origin, environmentId: environmentId.trim(), code: text };
}

export function AddAccount({ link, onAdded, onCancel }: AddAccountProps) {
  const [isScanning, setScanning] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState('');

  async function pair(target: string | PairingTarget): Promise<void> {
    setScanning(false);
    setBusy(true);
    setTrouble('');
    try {
      const { origin } = typeof target === 'string' ? new URL(target) : target;
      if (new URL(origin).origin !== window.location.origin) {
        setTrouble(`This code is for ${origin}. Open its authenticator there.`);
      } else onAdded(await device.pair(target));
    } catch (error) {
      setTrouble(messageOf(error));
    } finally {
      setBusy(false);
    }
  }

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    void pair(targetOf(String(form.get('code')), String(form.get('environment') ?? '')));
  }

  return (
    <section className="card" aria-labelledby="add-title">
      <h2 id="add-title">Add an account</h2>
      {trouble && <p role="alert">{trouble}</p>}
      {isBusy && <p role="status">Pairing …</p>}
      {link !== undefined && !isBusy && (
        <>
          <p>Add the account of this link to this device?</p>
          <div className="actions">
            <button type="button" onClick={() => pair(link)}>
              Add it
            </button>
            <button type="button" className="plain" onClick={onCancel}>
              Cancel
            </button>
          </div>
        </>
      )}
      {link === undefined && (
        <>
          {isScanning ? (
            <Scanner onFound={pair} />
          ) : (
            <button type="button" disabled={isBusy} onClick={() => setScanning(true)}>
              Scan QR code
            </button>
          )}
          <form onSubmit={submit}>
            <label>
              Link or code
              <input name="code" required autoComplete="off" spellCheck={false} />
            </label>
            <details>
              <summary>A code without a link</summary>
              <label>
                Environment id
                <input name="environment" autoComplete="off" spellCheck={false} />
              </label>
            </details>
            <div className="actions">
              <button type="submit" disabled={isBusy}>
                Add
              </button>
              <button type="button" className="plain" onClick={onCancel}>
                Cancel
              </button>
            </div>
          </form>
        </>
      )}
    </section>
  );
}
