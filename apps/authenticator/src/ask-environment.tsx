/** A pairing code that a person has typed says nothing of where it is from. */
import type { FormEvent } from 'react';
import { FormActions } from './form-actions.tsx';

export interface AskEnvironmentProps {
  onEnvironment(environmentId: string): void;
  onCancel(): void;
}

const UUID = '[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}';

export function AskEnvironment({ onEnvironment, onCancel }: AskEnvironmentProps) {
  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    onEnvironment(String(new FormData(event.currentTarget).get('environment')).trim());
  }

  return (
    <form onSubmit={submit}>
      <p>
        The code alone does not say for which organization it is. Type the environment id that
        stands beside it, or go back and use the link: it has both.
      </p>
      <label>
        Environment id
        <input
          name="environment"
          required
          pattern={`\\s*${UUID}\\s*`}
          title="An id of 36 letters, such as 3fa85f64-5717-4562-b3fc-2c963f66afa6"
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
        />
      </label>
      <FormActions label="Add account" leave="Back" onLeave={onCancel} />
    </form>
  );
}
