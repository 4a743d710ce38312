import type { TemplateName } from '../catalogue.ts';

/** How a message is put: written, short, or spoken. */
export interface Content {
  /** Only e-mail has one. */
  subject?: string;
  /**
   * Plain text in Liquid, with `${variable}` as on the platform and `{% if %}`. Blank lines part
   * paragraphs; the HTML of an e-mail is made of them. A variable that isn't sure to be there
   * stands inside an `{% if %}`, because a missing one stops the message.
   */
  body: string;
}

/** The forms of content; WHATSAPP and PUSH show the short one. */
export type ContentForm = 'EMAIL' | 'SMS' | 'VOICE';

/** The wording of one language. */
export type Contents = Readonly<Record<TemplateName, Readonly<Record<ContentForm, Content>>>>;
