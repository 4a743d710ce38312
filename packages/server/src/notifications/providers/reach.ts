import { PROVIDER_ANSWER_BYTES_MAX, PROVIDER_IDLE_MS } from '../../config/limits.ts';
import { authorities } from '../../outgoing/authorities.ts';
import { openCaller } from '../../outgoing/public-call.ts';
import type { Reach } from './provider.ts';

/** Calls providers as the operator allows it. Throws where the file of authorities can't be read. */
export function openReach(settings: { allowPrivate: boolean; caFile?: string }): Reach {
  const { allowPrivate, caFile } = settings;
  const trusted = authorities(caFile);
  const caller = openCaller({
    allowPrivate,
    allowHttp: allowPrivate,
    idleMs: PROVIDER_IDLE_MS,
    answerBytesMax: PROVIDER_ANSWER_BYTES_MAX,
    ...trusted,
  });
  return { caller, allowPrivate, ...trusted };
}
