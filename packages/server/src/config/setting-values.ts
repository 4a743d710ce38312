/** Reads the values of settings: what isn't understood is refused in a sentence that names it. */
import { isIP } from 'node:net';
import { didYouMean } from './did-you-mean.ts';

/** A setting that can't be used; its message tells the operator what to do. */
export class SettingsError extends Error {
  override name = 'SettingsError';
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const RANGE_NAMES = ['loopback', 'linklocal', 'uniquelocal'];

type Text = string | undefined;

export function port(env: string, value: string): number {
  const number = /^\d{1,5}$/.test(value) ? Number(value) : Number.NaN;
  if (number <= 65_535) return number;
  throw new SettingsError(`${env} is "${value}", which is not a number from 0 to 65535.`);
}

/** A number of things. */
export function count(env: string, value: string): number {
  if (/^\d{1,9}$/.test(value)) return Number(value);
  throw new SettingsError(`${env} is "${value}", which is not a number from 0 to 999999999.`);
}

export function uuid(env: string, value: Text): Text {
  const id = value?.toLowerCase();
  if (id === undefined || UUID.test(id)) return id;
  throw new SettingsError(`${env} is not a UUID.`);
}

export function oneOf(env: string, value: string, values: readonly string[]): string {
  if (values.includes(value)) return value;
  throw new SettingsError(
    `${env} is "${value}", which is none of ${values.join(', ')}.${didYouMean(value, values)}`,
  );
}

/** `true` or `false`; absent: undefined. Another word must not pass for "no". */
export function flag(env: string, value: Text): boolean | undefined {
  if (value === undefined) return undefined;
  if (value === 'true' || value === 'false') return value === 'true';
  throw new SettingsError(`${env} is "${value}": write true or false.`);
}

/** An address of one of these protocols. Never quoted in the message: it may hold a password. */
export function address(env: string, value: Text, protocols: readonly string[]): URL | undefined {
  if (value === undefined) return undefined;
  const url = URL.parse(value);
  if (url && protocols.includes(url.protocol.slice(0, -1))) return url;
  const forms = protocols.map((protocol) => `${protocol}://`).join(' or ');
  throw new SettingsError(`${env} is not an address that begins with ${forms}.`);
}

/**
 * An origin, with or without a path, as clients write it: host in lower case, no usual port, no
 * slash at the end. It is compared letter by letter in issuers and signed texts.
 */
export function publicUrl(env: string, value: Text): Text {
  const url = address(env, value, ['https', 'http']);
  if (!url) return undefined;
  if (url.search || url.hash || url.username || url.password) {
    throw new SettingsError(`${env} holds more than an origin and a path: leave out the rest.`);
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

/** A comma list of addresses and ranges (CIDR). */
export function addressRanges(env: string, value: Text): string[] | undefined {
  const ranges = value?.split(',').map((range) => range.trim());
  const wrong = ranges?.find((range) => !isAddressRange(range));
  if (wrong === undefined) return ranges;
  const told = wrong === '' ? 'has a comma too many' : `holds "${wrong}", which is no address`;
  throw new SettingsError(
    `${env} ${told}: write addresses or ranges (CIDR) with commas between, 10.0.0.0/8,127.0.0.1`,
  );
}

function isAddressRange(text: string): boolean {
  if (RANGE_NAMES.includes(text)) return true;
  const [base = '', bits, ...rest] = text.split('/');
  const family = isIP(base);
  if (family === 0 || rest.length > 0) return false;
  if (bits === undefined) return true;
  const most = family === 4 ? 32 : 128;
  if (/^\d{1,3}$/.test(bits)) return Number(bits) > 0 && Number(bits) <= most;
  return family === 4 && isIP(bits) === 4;
}

/** A comma list of addresses, each with or without a port: `10.0.0.53`, `[::1]:5353`. */
export function serverAddresses(env: string, value: Text): string[] | undefined {
  const servers = value?.split(',').map((server) => server.trim());
  const wrong = servers?.find((server) => !isServerAddress(server));
  if (wrong === undefined) return servers;
  throw new SettingsError(
    `${env} holds "${wrong}": write addresses, with a port where it is not the usual one, 10.0.0.53,[::1]:5353`,
  );
}

function isServerAddress(text: string): boolean {
  if (isIP(text) !== 0) return true;
  const [, six, four, port = '0'] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? [];
  return isIP(six ?? four ?? '') === (six ? 6 : 4) && Number(port) > 0 && Number(port) <= 65_535;
}

type Defined<T> = {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
} & { [K in keyof T as undefined extends T[K] ? never : K]: T[K] };

/** The object without its undefined members: optional means absent here. */
export function defined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(
    Object.entries(value).filter(([, member]) => member !== undefined),
  ) as Defined<T>;
}
