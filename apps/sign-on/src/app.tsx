import { useMemo, useState } from 'react';
import { useLanguage } from '../../../packages/ui/src/language.tsx';
import { Choose } from './choose.tsx';
import { Ended, Gone, Leaving } from './ended.tsx';
import { Frame } from './frame.tsx';
import { Help } from './help.tsx';
import { addressOf, interactionClient } from './interaction.ts';
import { Loading } from './loading.tsx';
import { Passcode } from './passcode.tsx';
import { Begin, Passkey } from './passkey.tsx';
import { Late, Push } from './push.tsx';
import { type Actions, useInteraction } from './use-interaction.ts';

export function App() {
  const client = useMemo(() => {
    const address = addressOf(location.href);
    return address && interactionClient(address);
  }, []);
  const { say } = useLanguage();
  if (!client) {
    return (
      <Frame>
        <Gone title={say('emptyTitle')} text={say('emptyText')} />
      </Frame>
    );
  }
  return <Running client={client} />;
}

function Running({ client }: { client: ReturnType<typeof interactionClient> }) {
  const actions = useInteraction(client);
  const { interaction, isGone, isCancelled } = actions;
  const { say } = useLanguage();
  // Which screen lies over the one that the server asks for, and over which one.
  const [over, setOver] = useState<{ screen: 'choose' | 'help' | 'code'; at: string }>();
  const { status = '', selectedDevice } = interaction ?? {};
  // Whoever types a code while the phone is asked goes on when it is asked no longer.
  const at = `${status.replace(/^PUSH_.*/, 'PUSH')} ${selectedDevice?.id}`;
  const screen = over?.at === at ? over.screen : undefined;
  const turnTo = (next?: 'choose' | 'help' | 'code') => {
    actions.forget();
    setOver(next && { screen: next, at });
  };
  const close = () => turnTo();

  if (isGone) {
    return (
      <Frame>
        <Gone title={say('goneTitle')} text={say('goneText')} />
      </Frame>
    );
  }
  if (!interaction) {
    return (
      <Frame>
        <Loading {...actions} />
      </Frame>
    );
  }
  const asked = { ...actions, interaction };
  return (
    <Frame interaction={interaction}>
      {isCancelled ? (
        <Leaving {...asked} title={say('cancelledTitle')} />
      ) : screen === 'help' ? (
        <Help interaction={interaction} onBack={close} onCancel={actions.cancel} />
      ) : (
        <Screen key={at} {...asked} screen={screen} open={turnTo} close={close} />
      )}
    </Frame>
  );
}

export interface ScreenProps extends Actions {
  interaction: NonNullable<Actions['interaction']>;
  open(screen: 'choose' | 'help' | 'code'): void;
  close(): void;
}

function Screen({ screen, ...props }: ScreenProps & { screen: 'choose' | 'code' | undefined }) {
  const { say } = useLanguage();
  const { status } = props.interaction;
  if (screen === 'choose') return <Choose {...props} onBack={props.close} />;
  if (screen === 'code') return <Passcode {...props} onBack={props.close} />;
  switch (status) {
    case 'FIRST_FACTOR_REQUIRED':
      return <Begin {...props} />;
    case 'READY':
      return <Loading {...props} />;
    case 'DEVICE_SELECTION_REQUIRED':
      return <Choose {...props} />;
    case 'OTP_REQUIRED':
      return <Passcode {...props} />;
    case 'ASSERTION_REQUIRED':
      return <Passkey {...props} />;
    case 'PUSH_CONFIRMATION_REQUIRED':
      return <Push {...props} />;
    case 'PUSH_CONFIRMATION_TIMED_OUT':
      return <Late {...props} />;
    case 'COMPLETED':
      return <Leaving {...props} title={say('doneTitle')} />;
    default:
      return <Ended {...props} />;
  }
}
