/** Where the focus is: on what has opened, and back where it was when that closes. */
import { type RefObject, useEffect, useLayoutEffect, useRef } from 'react';

/** Focuses the element when it appears. It needs `tabIndex={-1}` where it is none to press. */
export function useFocusAtStart<E extends HTMLElement>(): RefObject<E | null> {
  const element = useRef<E>(null);
  useEffect(() => element.current?.focus(), []);
  return element;
}

/** When the component goes: to what had the focus before, or, where that is gone, to the page's title. */
export function useFocusBack(): void {
  const former = useRef(document.activeElement);
  useLayoutEffect(
    () => () => {
      const { current } = former;
      // After the components are gone: what had the focus may go with them.
      queueMicrotask(() => {
        const isThere = current instanceof HTMLElement && current.isConnected;
        if (isThere && current !== document.body) current.focus();
        else document.querySelector('h1')?.focus();
      });
    },
    [],
  );
}
