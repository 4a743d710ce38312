/** Counts down to a moment of this device's clock. */
import { useEffect, useState } from 'react';

const secondsUntil = (moment: number) => Math.max(0, Math.ceil((moment - Date.now()) / 1_000));

/** Whole seconds that are left; calls `onOver` once. By the clock: a phone that slept counts on. */
export function useTimeLeft(moment: number, onOver: () => void): number {
  const [left, setLeft] = useState(() => secondsUntil(moment));
  useEffect(() => {
    const tick = () => {
      setLeft(secondsUntil(moment));
      if (Date.now() < moment) return;
      clearInterval(timer);
      onOver();
    };
    const timer = setInterval(tick, 250);
    return () => clearInterval(timer);
  }, [moment, onOver]);
  return left;
}
