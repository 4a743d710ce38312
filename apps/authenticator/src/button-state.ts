/** Busy ones keep the focus, so they are only said to be disabled. */
export interface ButtonState {
  disabled: boolean;
  'aria-disabled': boolean;
}
