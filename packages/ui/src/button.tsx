import type { ReactNode } from 'react';
import { Button as AriaButton } from 'react-aria-components/Button';

export interface ButtonProps {
  children: ReactNode;
  onPress?: () => void;
  /** One on a screen is `primary`; `link` is for what few people look for. */
  kind?: 'primary' | 'plain' | 'link' | 'choice';
  type?: 'submit';
  /** It is being done: a second press changes nothing, and the focus stays. */
  isPending?: boolean;
}

export function Button({
  children,
  onPress,
  kind = 'plain',
  type,
  isPending = false,
}: ButtonProps) {
  return (
    <AriaButton
      className={`button ${kind}`}
      type={type ?? 'button'}
      isPending={isPending}
      {...(onPress ? { onPress } : {})}
    >
      {children}
    </AriaButton>
  );
}
