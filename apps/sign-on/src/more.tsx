import { Button } from '../../../packages/ui/src/button.tsx';
import { useLanguage } from '../../../packages/ui/src/language.tsx';
import type { ScreenProps } from './app.tsx';

/** What few people look for, on every screen that asks something. */
export function More({
  interaction,
  open,
  cancel,
  onBack,
}: ScreenProps & { onBack?: (() => void) | undefined }) {
  const { say } = useLanguage();
  const { actions, devices = [], status } = interaction;
  const isChoice = status === 'DEVICE_SELECTION_REQUIRED';
  const hasOthers = actions.includes('device') && devices.length > 1 && !isChoice;
  return (
    <div className="more">
      {onBack ? (
        <Button kind="link" onPress={onBack}>
          {say('back')}
        </Button>
      ) : hasOthers ? (
        <Button kind="link" onPress={() => open('choose')}>
          {say('other')}
        </Button>
      ) : null}
      <Button kind="link" onPress={() => open('help')}>
        {say('help')}
      </Button>
      <Button kind="link" onPress={cancel}>
        {say('cancel')}
      </Button>
    </div>
  );
}
