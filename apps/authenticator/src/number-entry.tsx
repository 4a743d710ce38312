/** Number matching: the user types the number that the page shows where he signs in. */
import { type FormEvent, useState } from 'react';
import type { ButtonState } from './button-state.ts';

export interface NumberEntryProps {
  state: ButtonState;
  onEntered(number: number): void;
}

export function NumberEntry({ state, onEntered }: NumberEntryProps) {
  const [trouble, setTrouble] = useState('');

  function enter(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    // As people copy it: with spaces.
    const text = String(new FormData(event.currentTarget).get('number')).replaceAll(/\s/g, '');
    const isNumber = /^[0-9]{2}$/.test(text);
    setTrouble(isNumber ? '' : 'Type the two digits that the page shows.');
    if (isNumber) onEntered(Number(text));
  }

  return (
    <form onSubmit={enter} noValidate>
      <label>
        The number that the page shows where you sign in
        <input
          name="number"
          inputMode="numeric"
          autoComplete="off"
          aria-invalid={trouble !== ''}
          aria-describedby="number-trouble"
        />
      </label>
      <p id="number-trouble" role="alert">
        {trouble}
      </p>
      <button type="submit" {...state}>
        Approve
      </button>
    </form>
  );
}
