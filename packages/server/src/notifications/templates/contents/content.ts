/** What the words of a message are made of. */

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

type Forms<Form extends ContentForm> = Readonly<Record<Form, Content>>;

/** The wording of one language: each template in the forms that it has; contract messages §2.2. */
export interface Contents {
  readonly strong_authentication: Forms<ContentForm>;
  readonly device_pairing: Forms<ContentForm>;
  readonly transaction: Forms<ContentForm>;
  readonly new_device_paired: Forms<ContentForm>;
  readonly wake_up: Forms<ContentForm>;
  // The server sends none of these. They can be read and changed, so that exporters work.
  readonly general: Forms<'EMAIL' | 'SMS' | 'VOICE'>;
  readonly verification_code_template: Forms<'EMAIL'>;
  readonly email_verification_admin: Forms<'EMAIL'>;
  readonly email_verification_user: Forms<'EMAIL'>;
  readonly recovery_code_template: Forms<'EMAIL'>;
  readonly email_phone_verification: Forms<'EMAIL' | 'SMS'>;
  readonly digital_wallet_pairing: Forms<'EMAIL' | 'SMS'>;
  readonly id_verification: Forms<'EMAIL' | 'SMS'>;
  readonly credential_issued: Forms<'EMAIL' | 'SMS' | 'PUSH'>;
  readonly credential_revoked: Forms<'EMAIL' | 'SMS' | 'PUSH'>;
  readonly credential_updated: Forms<'EMAIL' | 'SMS' | 'PUSH'>;
  readonly credential_verification: Forms<'PUSH'>;
}
