/** Number matching: the user types the number that the page shows, whatever they do there. */
import { type FormEvent, useEffect, useRef, useState } from 'react';
import type { ButtonState } from './button-state.ts';

export interface NumberEntryProps {
  state: ButtonState;
  onEntered(number: number): void;
}

export function NumberEntry({ state, onEntered }: NumberEntryProps) {
  const [trouble, setTrouble] = useState('');
  const field = useRef<HTMLInputElement>(null);
  // Once it takes answers: what was being typed elsewhere doesn't end up in it.
  useEffect(() => {
    if (!state.disabled) field.current?.focus();
  }, [state.disabled]);

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
      <label htmlFor="number">Type the number that the page shows you</label>
      <div className="number-entry">
        <input
          id="number"
          ref={field}
          name="number"
          inputMode="numeric"
          autoComplete="off"
          aria-invalid={trouble !== ''}
          aria-describedby="number-trouble"
        />
        <button type="submit" {...state}>
          Approve
        </button>
      </div>
      <p id="number-trouble" role="alert">
        {trouble}
      </p>
    </form>
  );
}
