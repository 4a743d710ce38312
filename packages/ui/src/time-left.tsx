import { useEffect, useState } from 'react';
import { useLanguage } from './language.tsx';

/** At these seconds a screen reader says how many are left. */
const SPOKEN_AT: readonly number[] = [30, 10, 5];
const TICK_MS = 250;

const secondsUntil = (moment: number) =>
  Math.max(0, Math.ceil((moment - performance.now()) / 1_000));

/** Whole seconds until `endsAt`, which is told by `performance.now()`. */
export function useSecondsLeft(endsAt: number): number {
  const [left, setLeft] = useState(() => secondsUntil(endsAt));
  useEffect(() => {
    const update = () => setLeft(secondsUntil(endsAt));
    update();
    const timer = setInterval(update, TICK_MS);
    return () => clearInterval(timer);
  }, [endsAt]);
  return left;
}

const clockOf = (seconds: number) =>
  `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;

/** The time that is left: a line that shrinks, and the same in figures. Anew for each `endsAt`. */
export const TimeLeft = ({ endsAt }: { endsAt: number }) => (
  <Countdown key={endsAt} endsAt={endsAt} />
);

function Countdown({ endsAt }: { endsAt: number }) {
  const { say } = useLanguage();
  const left = useSecondsLeft(endsAt);
  const [whole] = useState(left);
  const isSpoken = SPOKEN_AT.includes(left);
  return (
    <div className="time-left">
      <progress max={Math.max(1, whole)} value={left} aria-hidden="true" />
      <p className="quiet small" role="timer">
        {left > 0 ? say('timeLeft', { time: clockOf(left) }) : say('timeOver')}
      </p>
      <p className="unseen" role="status">
        {isSpoken ? say('secondsLeft', { n: left }) : left === 0 ? say('timeOver') : ''}
      </p>
    </div>
  );
}
