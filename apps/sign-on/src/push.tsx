import { Button } from '../../../packages/ui/src/button.tsx';
import { useLanguage } from '../../../packages/ui/src/language.tsx';
import { Heading } from '../../../packages/ui/src/problem.tsx';
import { TimeLeft } from '../../../packages/ui/src/time-left.tsx';
import type { ScreenProps } from './app.tsx';
import { nameOf, selectedOf } from './devices.ts';
import { Context } from './frame.tsx';
import { More } from './more.tsx';
import { Refused } from './refused.tsx';

/** The request went out by itself; the number is what people look for. */
export function Push(props: ScreenProps) {
  const { interaction, refusal, isResent, endsAt } = props;
  const { say } = useLanguage();
  const { numberMatching } = interaction;
  const phone = selectedOf(interaction);
  const device = (phone && nameOf(phone)) ?? say('kindPhone');
  return (
    <>
      <Heading>{say('pushTitle')}</Heading>
      <Context interaction={interaction} />
      <p role="status">{isResent ? say('pushResent') : say('pushSent', { device })}</p>
      {numberMatching ? (
        <p className="number">
          <span>{say(numberMatching.type === 'SELECT_NUMBER' ? 'pushSelect' : 'pushType')}</span>{' '}
          <strong className="figures">{numberMatching.value}</strong>
        </p>
      ) : null}
      {endsAt === undefined ? null : <TimeLeft endsAt={endsAt} />}
      <Refused refusal={refusal} />
      <Again {...props} />
      <More {...props} />
    </>
  );
}

export function Late(props: ScreenProps) {
  const { say } = useLanguage();
  return (
    <>
      <Heading>{say('lateTitle')}</Heading>
      <Context interaction={props.interaction} />
      <p>{say('lateText')}</p>
      <Refused refusal={props.refusal} />
      <Again {...props} isPrimary />
      <More {...props} />
    </>
  );
}

function Again({
  interaction,
  isBusy,
  choose,
  open,
  isPrimary,
}: ScreenProps & { isPrimary?: true }) {
  const { say } = useLanguage();
  const { actions, selectedDevice } = interaction;
  return (
    <div className="actions">
      {selectedDevice && actions.includes('device') ? (
        <Button
          kind={isPrimary ? 'primary' : 'plain'}
          isPending={isBusy}
          onPress={() => choose(selectedDevice.id, true)}
        >
          {say('pushAgain')}
        </Button>
      ) : null}
      {actions.includes('otp') ? (
        <Button onPress={() => open('code')}>{say('pushCode')}</Button>
      ) : null}
    </div>
  );
}
