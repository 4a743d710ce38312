/** Whom a browser's push service may turn to about us: RFC 8292 §2.1, an https or mailto address. */
import { readSender } from '../smtp/smtp-settings.ts';

/** Where there is nobody: valid, and of a name that never exists (RFC 2606). */
export const NOBODY = 'mailto:no-reply@countersign.invalid';

/** Some push services refuse what can only be this machine. */
const isElsewhere = (host: string) => host.includes('.') && !/(^127|\.localhost$)/.test(host);

/** The server's address, or else the sender of its e-mail; undefined: neither says who it is. Pure. */
export function vapidSubject(publicUrl: string, mailFrom: string): string | undefined {
  const { protocol, hostname } = new URL(publicUrl);
  if (protocol === 'https:' && isElsewhere(hostname)) return publicUrl;
  const { address } = readSender(mailFrom);
  return isElsewhere(address.split('@').at(-1) ?? '') ? `mailto:${address}` : undefined;
}
