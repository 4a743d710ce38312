/** A request that asks for the device, not for its user: it is answered, and nothing is shown. */
import { useEffect } from 'react';
import type { AccountRequest } from '../../../packages/device/src/index.ts';

export interface SilentAnswerProps {
  request: AccountRequest;
  onDone(): void;
}

export function SilentAnswer({ request, onDone }: SilentAnswerProps) {
  useEffect(() => {
    request.approve().then(onDone, onDone);
  }, [request, onDone]);
  return null;
}
