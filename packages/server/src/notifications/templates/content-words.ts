/** The words of a content as an administrator writes them, by delivery method; contract messages §2.4. */

export interface Mailbox {
  name?: string;
  address?: string;
}

export type PushCategory = 'BANNER_BUTTONS' | 'WITHOUT_BANNER_BUTTONS' | 'APPROVE_AND_OPEN_APP';

/** All that contents may have; which of it, the delivery method says. */
export interface ContentWords {
  subject?: string;
  /** Of an e-mail and of a push. */
  body?: string;
  from?: Mailbox;
  replyTo?: Mailbox;
  charset?: string;
  emailContentType?: 'text/html' | 'text/plain';
  /** Of a text message and of a call. */
  content?: string;
  sender?: string;
  twilioVerifyTemplate?: { id: string; locale?: string };
  voice?: string;
  title?: string;
  pushCategory?: PushCategory;
  /** A template of the WhatsApp account, in place of words. */
  whatsAppTemplate?: { id: string; name: string; category: string; language: string };
}
