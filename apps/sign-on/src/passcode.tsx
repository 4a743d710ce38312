import { type FormEvent, useEffect, useRef, useState } from 'react';
import { Button } from '../../../packages/ui/src/button.tsx';
import { CodeField } from '../../../packages/ui/src/code-field.tsx';
import { useLanguage } from '../../../packages/ui/src/language.tsx';
import type { Say } from '../../../packages/ui/src/say.ts';
import { TimeLeft } from '../../../packages/ui/src/time-left.tsx';
import type { ScreenProps } from './app.tsx';
import { kindOf, nameOf, selectedOf } from './devices.ts';
import { Context } from './frame.tsx';
import type { Device } from './interaction.ts';
import { More } from './more.tsx';
import { Refused, useRefusalWords } from './refused.tsx';

/** A code that lives longer hurries nobody: its time isn't shown. */
const SHOWN_BELOW_SECONDS = 300;

/** What is wrong with what was typed; the rest was not the code's fault, and it stays. */
const OF_THE_CODE = ['INVALID_OTP', 'OTP_EXPIRED', 'OTP_USED', 'CODE_EMPTY'];

/** Where the code is. */
function whereIs(device: Device | undefined, say: Say): string {
  if (!device) return '';
  const name = nameOf(device) ?? say(kindOf(device).word);
  if (device.type === 'VOICE') return say('codeCall', { target: name });
  if (kindOf(device).sends) return say('codeSent', { target: name });
  if (device.type === 'MOBILE') return say('codePhone', { device: name });
  return say(device.type === 'OATH_TOKEN' ? 'codeToken' : 'codeApp');
}

export function Passcode(props: ScreenProps & { onBack?: () => void }) {
  const { interaction, refusal, isResent, isBusy, endsAt, enter, choose, onBack } = props;
  const { say } = useLanguage();
  const [code, setCode] = useState('');
  const isOfCode = refusal !== undefined && OF_THE_CODE.includes(refusal.code);
  const words = useRefusalWords(refusal);
  const form = useRef<HTMLFormElement>(null);
  const device = selectedOf(interaction);
  const where = whereIs(device, say);
  const { secondsLeft } = interaction;
  const isSent = device !== undefined && kindOf(device).sends === true;
  const isTimed =
    isSent &&
    endsAt !== undefined &&
    secondsLeft !== undefined &&
    secondsLeft <= SHOWN_BELOW_SECONDS;

  useEffect(() => {
    // At first, after a wrong code, after a new one was sent: this is the place to go on.
    if (isOfCode || isResent) setCode('');
    form.current?.querySelector('input')?.focus();
  }, [isOfCode, isResent]);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    void enter(code);
  };
  return (
    <>
      <h1>{say('codeTitle')}</h1>
      <Context interaction={interaction} />
      <form ref={form} onSubmit={submit} noValidate>
        <p role="status">
          {isResent && device ? say('codeResent', { target: nameOf(device) ?? '' }) : where}
        </p>
        <CodeField
          label={say('codeLabel')}
          description={where}
          value={code}
          onChange={setCode}
          problem={isOfCode ? words : undefined}
        />
        {isOfCode ? null : <Refused refusal={refusal} />}
        {isTimed ? <TimeLeft endsAt={endsAt} /> : null}
        <Button kind="primary" type="submit" isPending={isBusy}>
          {say('codeCheck')}
        </Button>
        {isSent ? (
          <Button isPending={isBusy} onPress={() => choose(device.id, true)}>
            {say(device.type === 'VOICE' ? 'codeRecall' : 'codeResend')}
          </Button>
        ) : null}
      </form>
      <More {...props} onBack={onBack} />
    </>
  );
}
