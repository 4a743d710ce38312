import { PROVIDER_ANSWER_BYTES_MAX, PROVIDER_IDLE_MS } from '../../config/limits.ts';
import type { Settings } from '../../config/settings.ts';
import { authorities } from '../../outgoing/authorities.ts';
import { openCaller } from '../../outgoing/public-call.ts';
import type { ProviderUrls } from './dispatch.ts';
import type { Reach } from './provider.ts';

type SenderSettings = Settings['senders'];

/** Twilio's products have hosts of their own, but for a proxy, which has them all. */
function urlsOf({ twilioUrl, syniverseUrl, whatsAppUrl }: SenderSettings): ProviderUrls {
  const product = (name: string) => twilioUrl.replace('://api.', `://${name}.`);
  return {
    twilioUrl,
    twilioMessagingUrl: product('messaging'),
    twilioVerifyUrl: product('verify'),
    syniverseUrl,
    whatsAppUrl,
  };
}

/** Calls providers as the operator allows it. Throws where the file of authorities can't be read. */
export function openReach(settings: SenderSettings): Reach {
  const { allowPrivate, caFile } = settings;
  const trusted = authorities(caFile);
  const caller = openCaller({
    allowPrivate,
    allowHttp: allowPrivate,
    idleMs: PROVIDER_IDLE_MS,
    answerBytesMax: PROVIDER_ANSWER_BYTES_MAX,
    ...trusted,
  });
  return { caller, allowPrivate, urls: urlsOf(settings), ...trusted };
}
