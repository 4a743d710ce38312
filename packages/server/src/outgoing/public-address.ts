/**
 * Which addresses are the public internet's, so that a name which somebody else has chosen can't
 * have the server call inside. Source: IANA's registries of special-purpose addresses (RFC 6890).
 */
import { lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

const SPECIAL = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  // Multicast, reserved and broadcast.
  ['224.0.0.0', 3],
] as const) {
  SPECIAL.addSubnet(network, prefix, 'ipv4');
}
for (const [network, prefix] of [
  // Protocols: Teredo, benchmarking, ORCHID.
  ['2001::', 23],
  ['2001:db8::', 32],
  // 6to4 leads to any IPv4 address.
  ['2002::', 16],
  ['3fff::', 20],
] as const) {
  SPECIAL.addSubnet(network, prefix, 'ipv6');
}

/** All that is given out of IPv6 so far; RFC 4291 §2.4. Mapped and translated IPv4 is not in it. */
const UNICAST = new BlockList();
UNICAST.addSubnet('2000::', 3, 'ipv6');

/** Whether it is an address at all, and of no special network. Pure. */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !SPECIAL.check(address, 'ipv4');
    case 6:
      return UNICAST.check(address, 'ipv6') && !SPECIAL.check(address, 'ipv6');
    default:
      return false;
  }
}

/** The name leads to an address that isn't public. */
export class PrivateAddressError extends Error {
  override name = 'PrivateAddressError';
}

/** Looks a name up and refuses it when it leads inside; so what was checked is what is called. */
export const publicLookupBy =
  (look: typeof lookup): LookupFunction =>
  (hostname, options, callback) => {
    look(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '', 0);
      const [first] = addresses;
      if (!first || !addresses.every(({ address }) => isPublicAddress(address))) {
        return callback(new PrivateAddressError('The address is not public.'), '', 0);
      }
      if (options.all) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };

export const publicLookup = publicLookupBy(lookup);

/** Whether a host is an address, which isn't looked up, and not a public one. Pure. */
export const isPrivateHost = (host: string): boolean => isIP(host) !== 0 && !isPublicAddress(host);

/** The same of the host of a URL. Pure. */
export const isPrivateLiteral = (url: string): boolean =>
  isPrivateHost(new URL(url).hostname.replace(/^\[|\]$/g, ''));
