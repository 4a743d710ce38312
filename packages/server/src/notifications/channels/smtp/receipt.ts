import type { DeliveryReceipt } from '../channel.ts';

// Of what nodemailer throws only these members are read: its message and the server's reply quote
// the address.
interface SmtpFailure {
  code: string;
  command: string;
  status: number;
  enhancedStatus: string | undefined;
  isAboutUs: boolean;
}

// The system's or the certificate's own: `ECONNREFUSED`, `CERT_HAS_EXPIRED`.
const CODE = /^[A-Z0-9_]{2,60}$/;
/** The code of an error that says that a mail server is inside, where none may be. */
export const PRIVATE_ADDRESS = 'EPRIVATE';
/** What relays say at RCPT of a greeting, a host or a sender that they refuse; Postfix's words, for one. */
const ABOUT_US =
  /\b(?:helo|ehlo|client host|sender address|sender domain)\b.*\b(?:rejected|refused|denied|invalid)\b/i;

function failureOf(error: unknown): SmtpFailure {
  const found: Record<string, unknown> = error instanceof Error ? { ...error } : {};
  const text = (name: string) => (typeof found[name] === 'string' ? found[name] : '');
  const original = text('originalCode');
  return {
    code: CODE.test(original) ? original : text('code'),
    command: text('command'),
    status: typeof found.responseCode === 'number' ? found.responseCode : 0,
    // RFC 3463 §2: class, subject, detail.
    isAboutUs: ABOUT_US.test(text('response')),
    enhancedStatus: /^\d{3}[ -]([245]\.\d{1,3}\.\d{1,3})\b/.exec(text('response'))?.[1],
  };
}

/** About this recipient or this text, or so it seems; other commands are about us: greeting, login, sender. */
const ABOUT_THE_MESSAGE: ReadonlySet<string> = new Set(['RCPT TO', 'DATA']);

/**
 * What a failed sending means. RFC 5321 §4.2.1: 5yz is final and 4yz is not; but 421 (§3.8) ends
 * the session, and a refusal of our greeting, login or sender would meet every message. Pure.
 */
export function receiptOf(error: unknown): DeliveryReceipt {
  const { code, command, status, enhancedStatus, isAboutUs } = failureOf(error);
  if (code === 'EABORT') return { outcome: 'LATER', reason: 'TIMEOUT', providerFailed: true };
  if (code === PRIVATE_ADDRESS) return { outcome: 'REFUSED', reason: 'PRIVATE_ADDRESS' };
  if (code === 'EENVELOPE' && command === 'API') {
    return { outcome: 'REFUSED', reason: 'INVALID_ADDRESS' };
  }
  const reply = status === 0 ? code || 'UNKNOWN' : `${status} ${enhancedStatus ?? ''}`.trim();
  const reason = `SMTP ${reply}`;
  if (!ABOUT_THE_MESSAGE.has(command) || isAboutUs || status === 0 || status === 421) {
    return { outcome: 'LATER', reason, providerFailed: true };
  }
  return status >= 500
    ? { outcome: 'REFUSED', reason }
    : { outcome: 'LATER', reason, providerFailed: false };
}
