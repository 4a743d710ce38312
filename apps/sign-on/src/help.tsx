import { Button } from '../../../packages/ui/src/button.tsx';
import { useLanguage } from '../../../packages/ui/src/language.tsx';
import { Heading } from '../../../packages/ui/src/problem.tsx';
import type { Interaction } from './interaction.ts';

interface HelpProps {
  interaction: Interaction;
  onBack(): void;
  onCancel(): void;
}

/** Where whoever can use nothing of it finds somebody, and what to tell them. */
export function Help({ interaction, onBack, onCancel }: HelpProps) {
  const { say } = useLanguage();
  const { application, user } = interaction;
  return (
    <>
      <Heading>{say('helpTitle')}</Heading>
      <p>{say('helpText')}</p>
      <p>{say('helpTell')}</p>
      <dl>
        <dt>{say('helpApp')}</dt>
        <dd>
          <bdi>{application.name}</bdi>
        </dd>
        {user ? (
          <>
            <dt>{say('helpUser')}</dt>
            <dd>
              <bdi>{user.name}</bdi>
            </dd>
          </>
        ) : null}
      </dl>
      <Button kind="primary" onPress={onBack}>
        {say('back')}
      </Button>
      <Button onPress={onCancel}>{say('backTo', { app: application.name })}</Button>
    </>
  );
}
