/** The passcode of this moment, with the time that it has left; needs no network. */
import { useEffect, useState } from 'react';
import type { Account, Passcode as Value } from '../../../packages/device/src/index.ts';

const spaced = (code: string) => `${code.slice(0, 3)} ${code.slice(3)}`;

export function Passcode({ account }: { account: Account }) {
  const [passcode, setPasscode] = useState<Value>();
  const [copied, setCopied] = useState('');

  useEffect(() => {
    const tick = () => void account.passcode().then(setPasscode, () => setPasscode(undefined));
    tick();
    const timer = setInterval(tick, 1_000);
    return () => clearInterval(timer);
  }, [account]);

  if (!passcode) return null;
  const { code, period, secondsLeft } = passcode;
  const copy = () =>
    navigator.clipboard.writeText(code).then(
      () => setCopied(code),
      () => setCopied(''),
    );
  // No live region: nobody wants to hear a new passcode every half minute.
  return (
    <div className="passcode">
      <p>
        <span className="unseen">Passcode: </span>
        <span className="code" data-passcode={code}>
          {spaced(code)}
        </span>
      </p>
      <span className="left">
        <progress
          value={secondsLeft}
          max={period}
          aria-label="Time that the passcode has left"
          aria-valuetext={`${secondsLeft} seconds`}
        />
        <span aria-hidden="true">{secondsLeft} s</span>
      </span>
      {/* Its area is the whole line: a tap on the passcode copies it, too. */}
      <button type="button" className="plain copy" onClick={copy}>
        {copied === code ? 'Copied' : 'Copy'}
      </button>
    </div>
  );
}
