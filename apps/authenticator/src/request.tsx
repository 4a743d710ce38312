/** The request that is to be answered now: the oldest one. */
import { useCallback } from 'react';
import { RequestDialog } from './request-dialog.tsx';
import { keyOf, type Waiting } from './request-queue.ts';
import type { Session } from './session.ts';
import { SilentAnswer } from './silent-answer.tsx';

export interface RequestProps {
  session: Session;
  waiting: Waiting;
}

export function Request({ session, waiting }: RequestProps) {
  const { request } = waiting;
  const done = useCallback((news = '') => session.drop(request, news), [session, request]);
  return request.challenge.kind === 'SILENT' ? (
    <SilentAnswer key={keyOf(request)} request={request} onDone={done} />
  ) : (
    <RequestDialog key={keyOf(request)} waiting={waiting} onDone={done} />
  );
}
