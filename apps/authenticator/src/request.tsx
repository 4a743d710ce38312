/** The request that is to be answered now: the oldest one. */
import { useCallback } from 'react';
import { RequestDialog } from './request-dialog.tsx';
import { keyOf, type Waiting } from './request-queue.ts';
import type { Said, Session } from './session.ts';
import { SilentAnswer } from './silent-answer.tsx';

export interface RequestProps {
  session: Session;
  waiting: Waiting;
  /** How many wait for the user, this one among them. */
  count: number;
}

export function Request({ session, waiting, count }: RequestProps) {
  const { request } = waiting;
  const done = useCallback((said?: Said) => session.drop(request, said), [session, request]);
  const answered = useCallback(() => done(), [done]);
  return request.challenge.kind === 'SILENT' ? (
    <SilentAnswer key={keyOf(request)} request={request} onDone={answered} />
  ) : (
    <RequestDialog key={keyOf(request)} waiting={waiting} count={count} onDone={done} />
  );
}
