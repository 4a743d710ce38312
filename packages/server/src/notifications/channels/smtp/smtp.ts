/** E-mail over SMTP: a pool of connections to the operator's mail server. */
import { domainToASCII } from 'node:url';
import { OUTBOX_CONCURRENCY_MAX, OUTBOX_SEND_TIMEOUT_MS } from '../../../config/limits.ts';
import { isEmailAddress, toMailbox } from '../../../model/address.ts';
import type { Channel, DeliveryReceipt, RenderedMessage } from '../channel.ts';
import { receiptOf } from './receipt.ts';
import { readSender, readSmtpUrl, type SmtpServer } from './smtp-settings.ts';

export interface SmtpSettings {
  /** `smtp://user:password@host:port` or `smtps://…`; see `smtp-settings.ts`. */
  smtpUrl: string;
  /** `Name <address>` or an address. */
  mailFrom: string;
  /** What it greets mail servers by; absent: the host's own name, or `[127.0.0.1]` where it has none. */
  greetAs?: string;
}

// Loaded with the first message: a start takes less time and memory without it.
async function openPool(server: SmtpServer, greetAs: string | undefined) {
  const { createTransport } = await import('nodemailer');
  return createTransport({
    ...server,
    ...(greetAs === undefined ? {} : { name: greetAs }),
    pool: true,
    maxConnections: OUTBOX_CONCURRENCY_MAX,
    // The outbox tries again, and counts it; the pool must not do so behind its back.
    maxRequeues: 0,
    dnsTimeout: OUTBOX_SEND_TIMEOUT_MS / 2,
    connectionTimeout: OUTBOX_SEND_TIMEOUT_MS / 2,
    greetingTimeout: OUTBOX_SEND_TIMEOUT_MS / 2,
    socketTimeout: OUTBOX_SEND_TIMEOUT_MS,
    // What a message says is never the name of a file or of a page to fetch.
    disableFileAccess: true,
    disableUrlAccess: true,
    // Its log holds addresses.
    logger: false,
  });
}

/** Reads the settings; the first message connects. Throws `SettingsError`. */
export function openSmtpChannel({ smtpUrl, mailFrom, greetAs }: SmtpSettings): Channel {
  const from = readSender(mailFrom);
  // RFC 5322 §2.2: a head is ASCII. The library sees to the addresses, the id is ours.
  const domain = domainToASCII(from.address.slice(from.address.lastIndexOf('@') + 1));
  const server = readSmtpUrl(smtpUrl);
  let pool: ReturnType<typeof openPool> | undefined;

  async function send(message: RenderedMessage, signal: AbortSignal): Promise<DeliveryReceipt> {
    const { address } = message.to;
    if (!isEmailAddress(address)) return { outcome: 'REFUSED', reason: 'INVALID_ADDRESS' };
    try {
      pool ??= openPool(server, greetAs);
      const transport = await pool;
      await transport.sendMail({
        from,
        // As an object: the address isn't parsed, so it can't turn into several ones.
        to: { name: '', address: toMailbox(address) },
        subject: message.subject ?? '',
        text: message.text,
        ...(message.html === undefined ? {} : { html: message.html }),
        // The same on each try, so that mail servers and readers drop a repetition.
        messageId: `<${message.id}@${domain}>`,
        // RFC 3834 §5: no vacation notice answers this.
        headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
        signal,
      });
      return { outcome: 'DELIVERED' };
    } catch (error) {
      return receiptOf(error);
    }
  }

  return {
    name: 'EMAIL',
    send,
    async close() {
      (await pool)?.close({ force: true });
    },
  };
}
