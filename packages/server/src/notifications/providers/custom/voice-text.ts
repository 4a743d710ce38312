/** What a call by a provider of an administrator's own says, as one text; contract messages §11. Pure. */
import type { RenderedMessage } from '../../channels/channel.ts';
import { unrolled } from '../../voice/spoken-part.ts';

export interface VoiceTags {
  beforeTag?: string;
  afterTag?: string;
}

/** Character by character: each within the provider's tags, or with a pause after it. */
function spelled(text: string, { beforeTag, afterTag }: VoiceTags): string {
  const characters = [...text].filter((character) => character.trim() !== '');
  if (beforeTag === undefined && afterTag === undefined) return characters.join(', ');
  return characters.map((character) => `${beforeTag ?? ''}${character}${afterTag ?? ''}`).join('');
}

export function voiceText(
  { speech, text }: Pick<RenderedMessage, 'speech' | 'text'>,
  tags: VoiceTags,
): string {
  if (!speech) return text;
  return unrolled(speech)
    .map((part) => {
      if ('say' in part) return part.say;
      return 'spell' in part ? spelled(part.spell, tags) : ', ';
    })
    .join('');
}
