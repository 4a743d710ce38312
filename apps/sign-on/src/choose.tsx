import { Button } from '../../../packages/ui/src/button.tsx';
import { Icon } from '../../../packages/ui/src/icon.tsx';
import { useLanguage } from '../../../packages/ui/src/language.tsx';
import { Heading } from '../../../packages/ui/src/problem.tsx';
import type { ScreenProps } from './app.tsx';
import { kindOf, nameOf } from './devices.ts';
import { Context } from './frame.tsx';
import { More } from './more.tsx';
import { Refused } from './refused.tsx';

/** One press chooses: nobody has to look for a button below the list. */
export function Choose(props: ScreenProps & { onBack?: () => void }) {
  const { interaction, refusal, isBusy, choose } = props;
  const { say } = useLanguage();
  const { devices = [] } = interaction;
  return (
    <>
      <Heading>{say('chooseTitle')}</Heading>
      <Context interaction={interaction} />
      <Refused refusal={refusal} />
      {devices.length === 0 ? <p>{say('chooseNone')}</p> : null}
      <ul className="choices">
        {devices.map((device) => {
          const { icon, word } = kindOf(device);
          return (
            <li key={device.id}>
              <Button kind="choice" isPending={isBusy} onPress={() => choose(device.id)}>
                <Icon name={icon} />
                <span>
                  <strong>{say(word)}</strong>
                  <small>
                    <bdi>{nameOf(device)}</bdi>
                  </small>
                </span>
              </Button>
            </li>
          );
        })}
      </ul>
      <More {...props} />
    </>
  );
}
