/** Where a code comes in: through the camera, as a link, or typed. */
import { type FormEvent, useCallback, useState } from 'react';
import { FormActions } from './form-actions.tsx';
import { Scanner } from './scanner.tsx';

export interface CodeEntryProps {
  /** What was wrong with the last one. */
  trouble: string;
  onText(text: string): void;
  onCancel(): void;
}

export function CodeEntry({ trouble, onText, onCancel }: CodeEntryProps) {
  const [camera, setCamera] = useState<'OFF' | 'ON' | 'NONE'>('OFF');
  const noCamera = useCallback(() => setCamera('NONE'), []);

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    onText(String(new FormData(event.currentTarget).get('code')));
  }

  return (
    <>
      <p className="quiet">A code that adds an account, or one that signs you on elsewhere.</p>
      {camera !== 'OFF' ? (
        <Scanner onFound={onText} onTrouble={noCamera} onClose={() => setCamera('OFF')} />
      ) : (
        <div className="actions">
          <button type="button" onClick={() => setCamera('ON')}>
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
        <FormActions label="Go on" plain={camera !== 'NONE'} leave="Cancel" onLeave={onCancel} />
      </form>
    </>
  );
}
