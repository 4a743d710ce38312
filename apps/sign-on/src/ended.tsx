import { Button } from '../../../packages/ui/src/button.tsx';
import { Icon } from '../../../packages/ui/src/icon.tsx';
import { useLanguage } from '../../../packages/ui/src/language.tsx';
import { Heading } from '../../../packages/ui/src/problem.tsx';
import type { WordKey } from '../../../packages/ui/src/say.ts';
import type { ScreenProps } from './app.tsx';
import { Context } from './frame.tsx';
import { Refused } from './refused.tsx';
import type { Actions } from './use-interaction.ts';

type Ending = readonly [title: WordKey, text: WordKey];

const FAILED: Ending = ['failedTitle', 'failedText'];
const ENDINGS: Readonly<Record<string, Ending>> = {
  PUSH_DENIED: ['deniedTitle', 'deniedText'],
  NUMBER_MISMATCH: ['mismatchTitle', 'mismatchText'],
  FRAUD_REPORTED: ['fraudTitle', 'fraudText'],
  OTP_LIMIT_REACHED: ['limitTitle', 'limitText'],
  ASSERTION_LIMIT_REACHED: ['limitTitle', 'limitText'],
  USER_LOCKED: ['userLockedTitle', 'userLockedText'],
  USER_DISABLED: ['userDisabledTitle', 'userDisabledText'],
  NO_USABLE_DEVICES: ['noneTitle', 'noneText'],
};

/** It came to nothing: what happened, that nobody was signed in, and the way back. */
export function Ended({ interaction, refusal, isBusy, finish }: ScreenProps) {
  const { say } = useLanguage();
  const { application, error } = interaction;
  const app = application.name;
  const [title, text] = ENDINGS[error?.reason ?? ''] ?? ENDINGS[error?.code ?? ''] ?? FAILED;
  return (
    <>
      <Heading>{say(title)}</Heading>
      <Context interaction={interaction} />
      <p>{say(text, { app })}</p>
      <Refused refusal={refusal?.code === 'UNREACHABLE' ? refusal : undefined} />
      <Button kind="primary" isPending={isBusy} onPress={finish}>
        {say('backTo', { app })}
      </Button>
    </>
  );
}

type LeavingProps = Actions & { interaction: ScreenProps['interaction']; title: string };

/** It goes back by itself. */
export function Leaving({ interaction, refusal, isBusy, isCancelled, title, read }: LeavingProps) {
  const { say } = useLanguage();
  return (
    <>
      {isCancelled ? null : (
        <p className="done">
          <Icon name="done" size={48} />
        </p>
      )}
      <Heading>{title}</Heading>
      <p>{say('goingBack', { app: interaction.application.name })}</p>
      <Refused refusal={refusal} />
      {refusal ? (
        <Button kind="primary" isPending={isBusy} onPress={read}>
          {say('tryAgain')}
        </Button>
      ) : null}
    </>
  );
}

/** There is nothing to go on with, and no application is known. */
export function Gone({ title, text }: { title: string; text: string }) {
  return (
    <>
      <Heading>{title}</Heading>
      <p>{text}</p>
    </>
  );
}
