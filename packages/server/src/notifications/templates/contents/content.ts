import type { TemplateName } from '../catalogue.ts';

/** How a message is put: written, short, or spoken. */
export interface Content {
  /** E-mail has one, and what a phone shows. */
  subject?: string;
  /**
   * Plain text in Liquid, with `${variable}` as on the platform and `{% if %}`. Blank lines part
   * paragraphs; the HTML of an e-mail is made of them. A variable that isn't sure to be there
   * stands inside an `{% if %}`, because a missing one stops the message.
   */
  body: string;
}

/** The forms of content; WHATSAPP shows the short one, `PUSH` is what a native device shows. */
export type ContentForm = 'EMAIL' | 'SMS' | 'VOICE' | 'PUSH';

/** The wording of one language. */
export type Contents = Readonly<Record<TemplateName, Readonly<Record<ContentForm, Content>>>>;
