/** Nothing is added before its user has seen for whom, where, and by which server. */
import type { PairingPreview } from '../../../packages/device/src/index.ts';

export interface PairingQuestionProps {
  preview: PairingPreview;
  /** The host of the server, as it is known. */
  host: string;
  onAdd(): void;
  onCancel(): void;
}

export function PairingQuestion({ preview, host, onAdd, onCancel }: PairingQuestionProps) {
  const { user, environment, expiresAt } = preview;
  const until = new Date(expiresAt).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
  return (
    <>
      <p id="pairing-question">
        Add <strong>{user.username}</strong> at <strong>{environment.name}</strong>, server{' '}
        <strong>{host}</strong>?
      </p>
      <p className="quiet">
        This device can then approve sign-ins of this account. The code is good until {until}.
      </p>
      <div className="actions">
        <button type="button" aria-describedby="pairing-question" onClick={onAdd}>
          Add it
        </button>
        <button type="button" className="plain" onClick={onCancel}>
          Cancel
        </button>
      </div>
    </>
  );
}
