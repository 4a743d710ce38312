/** Nothing is decided by a finger that was on its way to something else. */
import { useEffect, useState } from 'react';

const SETTLES_AFTER_MS = 600;

/** False for the first moments of a component. */
export function useSettled(): boolean {
  const [isSettled, setSettled] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(true), SETTLES_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  return isSettled;
}
