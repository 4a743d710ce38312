/**
 * What a domain's DNS shows: whose it is, and who may send for it. Keys are relative to the domain, as
 * the platform has them: `@` is the domain itself.
 */
import { isIP } from 'node:net';
import { asciiDomain, domainKey } from '../../../model/address.ts';
import type { EmailDomain } from '../../../model/messages.ts';
import type { Parts } from '../../../parts.ts';
import type { Row } from '../../kit/rows.ts';
import { textRecords } from './text-records.ts';

export type ProofParts = Pick<Parts, 'keyring' | 'settings' | 'links'>;

export interface DnsRecord {
  status: 'ACTIVE' | 'VERIFICATION_REQUIRED';
  key: string;
  value: string;
}

const OWNERSHIP = '_countersignemail';
const ITSELF = '@';
const IDENTITY = 'email_domains/ownership';

const statusOf = (isThere: boolean): DnsRecord['status'] =>
  isThere ? 'ACTIVE' : 'VERIFICATION_REQUIRED';

const recordsOf = ({ settings }: ProofParts, key: string, { domainName }: EmailDomain) => {
  const domain = asciiDomain(domainName) ?? '';
  return textRecords(key === ITSELF ? domain : `${key}.${domain}`, settings.dnsServers);
};

/**
 * Whether the domain is the environment's. Its token is not kept but made of the domain's name by the
 * environment's key. It names that key, so that one in DNS stays good when the key was rotated.
 */
export async function ownershipOf(
  parts: ProofParts,
  { environmentId, doc }: Row<'email_domains'>,
): Promise<DnsRecord> {
  const { keyring } = parts;
  await keyring.load(environmentId);
  const domain = domainKey(doc.domainName);
  // The platform's values have no dots.
  const proves = (text: string) =>
    keyring.macMatches(environmentId, IDENTITY, domain, text.replaceAll('~', '.'));
  const present = (await recordsOf(parts, OWNERSHIP, doc)).find(proves);
  const value = present ?? keyring.mac(environmentId, IDENTITY, domain).replaceAll('.', '~');
  return { status: statusOf(present !== undefined), key: OWNERSHIP, value };
}

/** The host that the server's e-mail leaves by. */
function mailHost({ settings, links }: ProofParts): string {
  const { smtpUrl } = settings;
  return smtpUrl === undefined ? links.hostName() : new URL(smtpUrl).hostname;
}

/** RFC 7208 §5: what may name the host; the first is the one that is asked for. */
function mechanismsOf(host: string): [string, ...string[]] {
  const bare = host.replace(/^\[|\]$/g, '');
  const family = isIP(bare);
  return family === 0 ? [`a:${host}`, `include:${host}`, `mx:${host}`] : [`ip${family}:${bare}`];
}

/** Whether the domain lets the server's mail host send for it. */
export async function senderPolicyOf(
  parts: ProofParts,
  { doc }: Row<'email_domains'>,
): Promise<DnsRecord> {
  const mechanisms = mechanismsOf(mailHost(parts));
  const records = await recordsOf(parts, ITSELF, doc);
  const policies = records.filter((text) => /^v=spf1(?: |$)/i.test(text));
  const words = policies[0]?.toLowerCase().split(' ') ?? [];
  const isNamed = words.some((word) => mechanisms.includes(word.replace(/^\+/, '')));
  return {
    // RFC 7208 §4.5: more than one policy is an error.
    status: statusOf(policies.length === 1 && isNamed),
    key: ITSELF,
    value: `v=spf1 ${mechanisms[0]} ~all`,
  };
}
