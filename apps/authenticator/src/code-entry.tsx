/** Where a code comes in: through the camera, as a link, or typed. */
import { type FormEvent, useState } from 'react';
import { Scanner } from './scanner.tsx';

export interface CodeEntryProps {
  /** What was wrong with the last one. */
  trouble: string;
  onText(text: string): void;
  onCancel(): void;
}

export function CodeEntry({ trouble, onText, onCancel }: CodeEntryProps) {
  const [isScanning, setScanning] = useState(false);

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    onText(String(new FormData(event.currentTarget).get('code')));
  }

  return (
    <>
      <p className="quiet">A code that adds an account, or one that signs you on elsewhere.</p>
      {isScanning ? (
        <Scanner onFound={onText} onClose={() => setScanning(false)} />
      ) : (
        <div className="actions">
          <button type="button" onClick={() => setScanning(true)}>
            Scan QR code
          </button>
        </div>
      )}
      <form onSubmit={submit}>
        <label>
          Link or code
          <input
            name="code"
            required
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            aria-invalid={trouble !== ''}
            aria-describedby="code-trouble"
          />
        </label>
        <p id="code-trouble" role="alert">
          {trouble}
        </p>
        <div className="actions">
          <button type="submit">Go on</button>
          <button type="button" className="plain" onClick={onCancel}>
            Cancel
          </button>
        </div>
      </form>
    </>
  );
}
