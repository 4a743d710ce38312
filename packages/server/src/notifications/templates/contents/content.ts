import type {
  MfaTemplateName,
  OtherTemplateName,
  RecoveryTemplateName,
  WAKE_UP_TEMPLATE,
} from '../catalogue.ts';

/** How a message is put: written, short, or spoken. */
export interface Content {
  /** E-mail has one, and what a phone shows. */
  subject?: string;
  /**
   * Plain text in Liquid, with `${variable}` as on the platform and `{% if %}`. Blank lines part
   * paragraphs; the HTML of an e-mail is made of them. A variable that isn't sure to be there
   * stands inside an `{% if %}`, because a missing one stops the message. Liquid chooses the wording
   * by which variables there are, and puts none in: it can't ask what they are.
   */
  body: string;
}

/** The forms of content; WHATSAPP shows the short one, `PUSH` is what a native device shows. */
export type ContentForm = 'EMAIL' | 'SMS' | 'VOICE' | 'PUSH';

type AlwaysThere = MfaTemplateName | typeof WAKE_UP_TEMPLATE;

/** The wording of one language: each template in the forms that it has; contract messages §2.2. */
export type Contents = Readonly<Record<AlwaysThere, Readonly<Record<ContentForm, Content>>>> &
  Readonly<
    Record<
      OtherTemplateName | RecoveryTemplateName,
      Readonly<Partial<Record<ContentForm, Content>>>
    >
  >;
