/** Number matching: the user chooses the number that the page shows, whatever they do there. */
import type { ButtonState } from './button-state.ts';

export interface NumberChoiceProps {
  numbers: readonly number[];
  state: ButtonState;
  onChosen(number: number): void;
}

export function NumberChoice({ numbers, state, onChosen }: NumberChoiceProps) {
  return (
    <fieldset>
      <legend>Choose the number that the page shows you</legend>
      <div className="numbers">
        {numbers.map((number) => (
          <button key={number} type="button" {...state} onClick={() => onChosen(number)}>
            {number}
          </button>
        ))}
      </div>
    </fieldset>
  );
}
