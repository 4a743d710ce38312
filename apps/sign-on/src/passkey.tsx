import { Button } from '../../../packages/ui/src/button.tsx';
import { useLanguage } from '../../../packages/ui/src/language.tsx';
import { Heading } from '../../../packages/ui/src/problem.tsx';
import type { ScreenProps } from './app.tsx';
import { Context } from './frame.tsx';
import { More } from './more.tsx';
import { Refused } from './refused.tsx';

/** Nobody is known yet: the passkey says who it is. */
export function Begin(props: ScreenProps) {
  const { interaction, refusal, isBusy, beginWithPasskey } = props;
  const { say } = useLanguage();
  return (
    <>
      <Heading>{say('beginTitle', { app: interaction.application.name })}</Heading>
      <p>{say(isBusy ? 'passkeyWait' : 'beginText')}</p>
      <Refused refusal={refusal} />
      <Button kind="primary" isPending={isBusy} onPress={beginWithPasskey}>
        {say('beginUse')}
      </Button>
      <More {...props} />
    </>
  );
}

/** Browsers want a press before they ask for a passkey. */
export function Passkey(props: ScreenProps) {
  const { interaction, refusal, isBusy, usePasskey } = props;
  const { say } = useLanguage();
  return (
    <>
      <Heading>{say('passkeyTitle')}</Heading>
      <Context interaction={interaction} />
      <p role="status">{say(isBusy ? 'passkeyWait' : 'passkeyText')}</p>
      <Refused refusal={refusal} />
      <Button kind="primary" isPending={isBusy} onPress={usePasskey}>
        {say('passkeyUse')}
      </Button>
      <More {...props} />
    </>
  );
}
