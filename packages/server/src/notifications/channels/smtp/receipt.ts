import type { DeliveryReceipt } from '../channel.ts';

// Of what nodemailer throws only these members are read: its message and the server's reply quote
// the address.
interface SmtpFailure {
  code: string;
  command: string;
  status: number;
  enhancedStatus: string | undefined;
}

function failureOf(error: unknown): SmtpFailure {
  const found: Record<string, unknown> = error instanceof Error ? { ...error } : {};
  const text = (name: string) => (typeof found[name] === 'string' ? found[name] : '');
  return {
    code: text('code'),
    command: text('command'),
    status: typeof found.responseCode === 'number' ? found.responseCode : 0,
    // RFC 3463 §2: class, subject, detail.
    enhancedStatus: /^\d{3}[ -]([245]\.\d{1,3}\.\d{1,3})\b/.exec(text('response'))?.[1],
  };
}

/** About this recipient or this text; other commands are about us: greeting, login, sender. */
const ABOUT_THE_MESSAGE: ReadonlySet<string> = new Set(['RCPT TO', 'DATA']);

/**
 * What a failed sending means. RFC 5321 §4.2.1: 5yz is final and 4yz is not; but 421 (§3.8) ends
 * the session, and a refusal of our greeting, login or sender would meet every message. Pure.
 */
export function receiptOf(error: unknown): DeliveryReceipt {
  const { code, command, status, enhancedStatus } = failureOf(error);
  if (code === 'EABORT') return { outcome: 'LATER', reason: 'TIMEOUT', providerFailed: true };
  if (code === 'EENVELOPE' && command === 'API') {
    return { outcome: 'REFUSED', reason: 'INVALID_ADDRESS' };
  }
  const reply = status === 0 ? code || 'UNKNOWN' : `${status} ${enhancedStatus ?? ''}`.trim();
  const reason = `SMTP ${reply}`;
  if (!ABOUT_THE_MESSAGE.has(command) || status === 0 || status === 421) {
    return { outcome: 'LATER', reason, providerFailed: true };
  }
  return status >= 500
    ? { outcome: 'REFUSED', reason }
    : { outcome: 'LATER', reason, providerFailed: false };
}
