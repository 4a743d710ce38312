import { Button } from '../../../packages/ui/src/button.tsx';
import { useLanguage } from '../../../packages/ui/src/language.tsx';
import { Heading } from '../../../packages/ui/src/problem.tsx';
import { Refused } from './refused.tsx';
import type { Actions } from './use-interaction.ts';

/** Nothing is known yet, or nobody could be asked. */
export function Loading({ refusal, isBusy, read }: Actions) {
  const { say } = useLanguage();
  if (!refusal) {
    return (
      <div className="skeleton">
        <h1 className="unseen">{say('loading')}</h1>
        <i />
        <i />
        <i />
      </div>
    );
  }
  return (
    <>
      <Heading>{say('failedTitle')}</Heading>
      <Refused refusal={refusal} />
      <Button kind="primary" isPending={isBusy} onPress={read}>
        {say('tryAgain')}
      </Button>
    </>
  );
}
