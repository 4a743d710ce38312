/** Reads the two settings of e-mail. Only what stands here can be set by the address. */
import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { SettingsError } from '../../../config/settings.ts';
import { isEmailAddress } from '../../../model/address.ts';
import { isLoopback } from '../../../model/network.ts';

export interface SmtpServer {
  host: string;
  port: number;
  /** TLS from the first byte. */
  secure: boolean;
  /** STARTTLS or nothing. */
  requireTLS: boolean;
  /** No STARTTLS. */
  ignoreTLS: boolean;
  auth?: { user: string; pass: string };
  tls: { minVersion: 'TLSv1.2'; rejectUnauthorized: boolean; ca?: string[] };
}

/** Ports where TLS is turned to by STARTTLS; at any other it is spoken at once. Contract messages §6. */
const STARTTLS_PORTS: readonly number[] = [25, 587, 2525];

/** How the platform names that. */
export const protocolOfPort = (port: number) =>
  STARTTLS_PORTS.includes(port) ? ('SMTP' as const) : ('SMTPS' as const);

/** The mail server of an environment: always by TLS, with a certificate that is trusted. Pure. */
export function smtpServerOf(
  account: { host: string; port: number; username: string; password: string },
  { ca }: { ca?: string[] } = {},
): SmtpServer {
  const { host, port, username: user, password: pass } = account;
  const secure = protocolOfPort(port) === 'SMTPS';
  const tls = { minVersion: 'TLSv1.2', rejectUnauthorized: true, ...(ca ? { ca } : {}) } as const;
  return { host, port, secure, requireTLS: !secure, ignoreTLS: false, auth: { user, pass }, tls };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new SettingsError('COUNTERSIGN_SMTP_URL: write a `%` in its user or password as `%25`.');
  }
}

/**
 * `smtps://` speaks TLS at once (port 465). `smtp://` (port 587, or 25 where nobody logs in) turns
 * to TLS where the server offers it, and insists on it where a password would be sent; not so on
 * the same machine, whose mail server seldom has a certificate. In the query `requireTLS=true` or
 * `false` decides otherwise, and `tls.rejectUnauthorized=false` takes any certificate. Throws
 * `SettingsError`. Pure.
 */
export function readSmtpUrl(text: string): SmtpServer {
  const url = URL.parse(text);
  if (!url || !/^smtps?:$/.test(url.protocol) || url.hostname === '') {
    throw new SettingsError('COUNTERSIGN_SMTP_URL is not an smtp:// or smtps:// address.');
  }
  const secure = url.protocol === 'smtps:';
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const user = decoded(url.username);
  const pass = decoded(url.password);
  const local = isLoopback(host);
  const wanted = url.searchParams.get('requireTLS');
  const requireTLS = !secure && (wanted === null ? user !== '' && !local : wanted === 'true');
  return {
    host,
    port: Number(url.port) || (secure ? 465 : user === '' ? 25 : 587),
    secure,
    requireTLS,
    ignoreTLS: !requireTLS && local,
    ...(user === '' ? {} : { auth: { user, pass } }),
    tls: {
      minVersion: 'TLSv1.2',
      rejectUnauthorized: url.searchParams.get('tls.rejectUnauthorized') !== 'false',
    },
  };
}

/** `Name <address>` or an address alone. Throws `SettingsError`. Pure. */
export function readSender(text: string): { name: string; address: string } {
  const match = /^(?:"?([^"<>\p{Cc}]*?)"?\s*<([^<>\s]+)>|([^<>\s]+))$/u.exec(text.trim());
  const address = match?.[2] ?? match?.[3] ?? '';
  if (!isEmailAddress(address)) {
    throw new SettingsError('COUNTERSIGN_MAIL_FROM is not an address or `Name <address>`.');
  }
  return { name: match?.[1] ?? '', address };
}

const isName = (host: string) => host.includes('.') && isIP(host) === 0;

/**
 * What mail servers are greeted by (RFC 5321 §4.1.1.1): what is set, or the public URL's host where it is a
 * full name. Relays refuse `[127.0.0.1]`, which a host without a name of its own would say. Throws
 * `SettingsError`. Pure.
 */
export function readGreeting(set: string | undefined, publicUrl: string | undefined) {
  if (set === undefined) {
    const host = publicUrl === undefined ? '' : (URL.parse(publicUrl)?.hostname ?? '');
    return isName(host) ? host : undefined;
  }
  const name = domainToASCII(set);
  if (/^[a-z0-9.-]{1,255}$/.test(name) || /^\[[0-9a-f.:IPv]{2,60}\]$/i.test(set))
    return name || set;
  throw new SettingsError('COUNTERSIGN_SMTP_GREETING is not the name of a host.');
}
