import { useEffect, useRef } from 'react';
import { Icon } from './icon.tsx';

/** What went wrong: said at once, and never by colour alone. */
export function Problem({ children }: { children: string }) {
  return (
    <p className="problem" role="alert">
      <Icon name="warning" size={20} />
      <span>{children}</span>
    </p>
  );
}

/** The heading of a screen takes the focus when the screen is new, so that it is read from there. */
export function Heading({ children }: { children: string }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children}
    </h1>
  );
}
