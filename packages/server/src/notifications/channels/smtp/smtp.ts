/** E-mail over SMTP: by the operator's mail server, or by the one of an environment. */
import { domainToASCII } from 'node:url';
import { OUTBOX_CONCURRENCY_MAX } from '../../../config/limits.ts';
import { isEmailAddress, toMailbox } from '../../../model/address.ts';
import type { Channel, DeliveryReceipt, RenderedMessage } from '../channel.ts';
import { firstMailbox, type MailIdentity } from './mail-identity.ts';
import { type MailPool, type MailPoolOptions, openMailPool } from './mail-pool.ts';
import { receiptOf } from './receipt.ts';
import { readSender, readSmtpUrl } from './smtp-settings.ts';

export interface SmtpSettings {
  /** `smtp://user:password@host:port` or `smtps://…`; see `smtp-settings.ts`. */
  smtpUrl: string;
  /** `Name <address>` or an address. */
  mailFrom: string;
  /** What it greets mail servers by; absent: the host's own name, or `[127.0.0.1]` where it has none. */
  greetAs?: string;
}

// RFC 5322 §2.2: a head is ASCII. The library sees to the addresses, the id is ours.
const domainOf = (address: string) => domainToASCII(address.slice(address.lastIndexOf('@') + 1));

/** Sends e-mails by one account; who they are from is the caller's. */
export interface MailSender {
  send(
    message: RenderedMessage,
    identity: MailIdentity,
    signal: AbortSignal,
  ): Promise<DeliveryReceipt>;
  /** `force`: also what is being sent is cut; default true. It may be used again. */
  close(force?: boolean): Promise<void>;
}

/** The first message connects. */
export function openMailSender(options: MailPoolOptions, connectionsMax: number): MailSender {
  let pool: Promise<MailPool> | undefined;

  return {
    async send(message, { from, replyTo }, signal) {
      const { address } = message.to;
      if (!isEmailAddress(address)) return { outcome: 'REFUSED', reason: 'INVALID_ADDRESS' };
      try {
        pool ??= openMailPool(options, connectionsMax);
        const transport = await pool;
        await transport.sendMail({
          // As objects: an address isn't parsed, so it can't turn into several ones.
          from: { name: from.name, address: toMailbox(from.address) },
          to: { name: '', address: toMailbox(address) },
          ...(replyTo
            ? { replyTo: { name: replyTo.name, address: toMailbox(replyTo.address) } }
            : {}),
          subject: message.subject ?? '',
          text: message.text,
          ...(message.html === undefined ? {} : { html: message.html }),
          // The same on each try, so that mail servers and readers drop a repetition.
          messageId: `<${message.id}@${domainOf(from.address)}>`,
          // RFC 3834 §5: no vacation notice answers this.
          headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
          signal,
        });
        return { outcome: 'DELIVERED' };
      } catch (error) {
        return receiptOf(error);
      }
    },
    async close(force = true) {
      const closing = pool;
      pool = undefined;
      (await closing)?.close({ force });
    },
  };
}

/** The operator's mail server. Reads the settings; throws `SettingsError`. */
export function openSmtpChannel({ smtpUrl, mailFrom, greetAs }: SmtpSettings): Channel {
  const from = readSender(mailFrom);
  const server = readSmtpUrl(smtpUrl);
  const sender = openMailSender({ server, greetAs }, OUTBOX_CONCURRENCY_MAX);
  return {
    name: 'EMAIL',
    // Whoever may not send as an address has been told so before.
    send(message, signal) {
      const replyTo = firstMailbox([message.replyTo]);
      const identity = {
        from: firstMailbox([message.from, from]) ?? from,
        ...(replyTo ? { replyTo } : {}),
      };
      return sender.send(message, identity, signal);
    },
    close: () => sender.close(),
  };
}
