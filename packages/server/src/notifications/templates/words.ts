import type { SpokenPart } from '../voice/spoken-part.ts';
import type { ContentWords } from './content-words.ts';

/** What a message says, and how. */
export interface Words
  extends Pick<
    ContentWords,
    | 'from'
    | 'replyTo'
    | 'charset'
    | 'sender'
    | 'twilioVerifyTemplate'
    | 'voice'
    | 'pushCategory'
    | 'whatsAppTemplate'
  > {
  /** The language that was found for the message: BCP 47. */
  locale: string;
  /** E-mail has one; of a push it is the title. */
  subject?: string;
  text: string;
  /** The same in HTML; e-mail only, and not where its content is plain text. */
  html?: string;
  /** What is spoken, in pieces; calls only. */
  speech?: readonly SpokenPart[];
}
