// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are placeholders of Liquid.
/** Pieces of templates that every language needs: variables that may be missing. */
import type { Content } from './content.ts';

/** Parted by blank lines. */
export const paragraphs = (...parts: string[]): string => parts.join('\n\n');

const CURRENCY = '{% if currency %} ${currency}{% endif %}';

/** What an application that asks for the approval of a payment usually says of it. */
export const amount = (before: string, after = ''): string =>
  `{% if amount %}${before}\${amount}${CURRENCY}${after}` +
  `{% elsif sum %}${before}\${sum}${CURRENCY}${after}{% endif %}`;

export const recipient = (before: string, after = ''): string =>
  `{% if recipient %}${before}\${recipient}${after}{% endif %}`;

/** The application that asks, where it is known. */
export const ASKER =
  '{% if application.name %}${application.name}{% else %}${environment.name}{% endif %}';

export const deviceType = (before: string, after = ''): string =>
  `{% if device.type %}${before}\${device.type}${after}{% endif %}`;

const NICKNAME =
  "{% if device.nickname and device.nickname != '' %} (${device.nickname}){% endif %}";

/** The device's type and, where it has one, its nickname. */
export const device = (before: string, after = ''): string =>
  deviceType(before, `${NICKNAME}${after}`);

/** The name of a credential, in quotation marks. */
export const credential = (before: string, after: string): string =>
  `{% if credential.name %}${before}\${credential.name}${after}{% endif %}`;

/** The passcode is asked for in one way if there is one, and in another if there is none. */
export const withOtp = (words: string, otherwise = ''): string =>
  `{% if otp %}${words}${otherwise && `{% else %}${otherwise}`}{% endif %}`;

/**
 * A value in a text that runs from right to left: its own direction is found from its own letters,
 * and it does not reorder what stands around it (first strong isolate; Unicode UAX #9).
 */
export const isolated = (value: string): string => `\u2068${value}\u2069`;

/** The same in every form: no form is more than what a phone shows before it has asked. */
export const everywhere = (content: Content) => ({
  EMAIL: content,
  SMS: content,
  VOICE: content,
  PUSH: content,
});
