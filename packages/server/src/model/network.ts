const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;
const GROUPS = 8;
const NETWORK_GROUPS = 4;

/**
 * What an address counts as where tries are counted: a host with IPv6 has a /64 to choose from, so all
 * of that is one. Pure.
 */
export function networkOf(address: string): string {
  const mapped = MAPPED.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!address.includes(':')) return address;
  const [text = ''] = address.toLowerCase().split('%');
  const [left = '', right] = text.split('::').map((part) => part.split(':').filter(Boolean));
  const gap = right === undefined ? 0 : GROUPS - left.length - right.length;
  const groups = [
    ...left,
    ...Array.from({ length: Math.max(0, gap) }, () => '0'),
    ...(right ?? []),
  ];
  const network = groups.slice(0, NETWORK_GROUPS).map((group) => Number.parseInt(group, 16));
  return `${network.map((group) => group.toString(16)).join(':')}::/64`;
}

const LOOPBACK = /^(?:127\.\d{1,3}\.\d{1,3}\.\d{1,3}|::1|localhost)$/;

/** Whether a host is this machine only. Pure. */
export const isLoopback = (host: string): boolean => LOOPBACK.test(host);
