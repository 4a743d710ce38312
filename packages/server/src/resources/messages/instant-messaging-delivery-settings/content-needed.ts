import type { User } from '../../../model/documents.ts';
import type { Parts } from '../../../parts.ts';
import { chosenWords } from '../../kit/wording.ts';
import type { Place, Subject } from '../limits/subject.ts';
import { sendsWhatsApp } from './sender-needed.ts';

/**
 * The channels among those of the places that have no words to send: WhatsApp sends templates of its own,
 * and a content says which; contract messages §10. Where no account sends, the development outbox keeps
 * the message.
 */
export async function channelsWithoutContent(
  parts: Pick<Parts, 'store' | 'contents'>,
  { configuration, notification }: Subject,
  user: User,
  places: readonly Place[],
): Promise<ReadonlySet<string>> {
  const channel = 'WHATSAPP';
  const { environment } = configuration;
  const isAsked = places.some((place) => place.channel === channel);
  if (!isAsked || !(await sendsWhatsApp(parts, environment.id))) return new Set();
  const wanted = { template: 'strong_authentication', channel, notification } as const;
  const { words } = await chosenWords(parts, { environment, user }, wanted);
  return new Set(words?.whatsAppTemplate ? [] : [channel]);
}
