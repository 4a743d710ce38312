import type { ReactNode } from 'react';
import { FieldError } from 'react-aria-components/FieldError';
import { Input } from 'react-aria-components/Input';
import { Label } from 'react-aria-components/Label';
import { Text } from 'react-aria-components/Text';
import { TextField } from 'react-aria-components/TextField';
import { Icon } from './icon.tsx';

export interface CodeFieldProps {
  label: string;
  value: string;
  onChange(value: string): void;
  /** Where the code is; said by a screen reader with the field. */
  description: string;
  /** What is wrong with it; said by a screen reader with the field. */
  problem?: ReactNode | undefined;
}

/** The longest that the server takes. */
const LENGTH_MAX = 20;

/** Digits of any script, as people copy them (`123 456`), become the digits that are compared. Pure. */
export function digitsOf(text: string): string {
  const latin = text.replace(/\p{Nd}/gu, (digit) => {
    let zero = digit.codePointAt(0) ?? 0;
    const code = zero;
    while (/\p{Nd}/u.test(String.fromCodePoint(zero - 1)) && code - zero < 9) zero -= 1;
    return String(code - zero);
  });
  return latin.replace(/\D/g, '').slice(0, LENGTH_MAX);
}

/** One field for a passcode: the phone offers it, pasting works, the keyboard is of digits. */
export function CodeField({ label, description, value, onChange, problem }: CodeFieldProps) {
  return (
    <TextField
      className="field"
      value={value}
      onChange={(text) => onChange(digitsOf(text))}
      isInvalid={problem !== undefined}
      validationBehavior="aria"
      autoComplete="one-time-code"
      inputMode="numeric"
      name="otp"
    >
      <Label>{label}</Label>
      <Input enterKeyHint="go" spellCheck="false" autoCapitalize="off" />
      <Text slot="description" className="unseen">
        {description}
      </Text>
      <FieldError className="problem">
        <Icon name="warning" size={20} />
        <span>{problem}</span>
      </FieldError>
    </TextField>
  );
}
