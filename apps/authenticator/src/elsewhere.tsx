/** What was scanned or opened works at another address only. */
import { SERVER_URL } from './addresses.ts';

export interface ElsewhereProps {
  link: string | undefined;
  origin: string;
  /** The server of this page has said so: it is known by that other address. */
  isThisServer: boolean;
  onCancel(): void;
}

export function Elsewhere({ link, origin, isThisServer, onCancel }: ElsewhereProps) {
  const here = SERVER_URL;
  return (
    <>
      {isThisServer ? (
        <p>
          This page is <strong>{here}</strong>, but the server calls itself{' '}
          <strong>{origin}</strong>. Accounts can be added there only.
        </p>
      ) : (
        <p>
          This code is for another server, <strong>{origin}</strong>. This page is {here}. Go on
          there only if you know it.
        </p>
      )}
      <div className="actions">
        {link && (
          <a className="button" href={link} rel="noreferrer">
            Open it there
          </a>
        )}
        <button type="button" className="plain" onClick={onCancel}>
          Back
        </button>
      </div>
    </>
  );
}
