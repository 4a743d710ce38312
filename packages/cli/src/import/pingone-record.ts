/** What becomes of a user of PingOne and their devices. Pure. */
import type { Body } from '../api.ts';
import { printable } from '../printable.ts';
import { BadRow, type ImportedDevice, type ImportedUser, type ImportRecord } from './record.ts';

/** Both sides name them alike. */
const COPIED = [
  'email',
  'name',
  'nickname',
  'title',
  'type',
  'preferredLanguage',
  'locale',
  'timezone',
  'primaryPhone',
  'mobilePhone',
  'address',
  'photo',
  'externalId',
  'enabled',
  'mfaEnabled',
];

const PASSKEY =
  'A passkey is bound to the address of the old site and to its server: the user registers it anew.';
const LOST: Record<string, string> = {
  TOTP: 'PingOne shows no secret of an authenticator app: the user scans a new code.',
  OATH_TOKEN:
    'PingOne shows no seed of a token: import the file of its maker (`oath` or `pskc`), then pair it.',
  FIDO2: PASSKEY,
  PLATFORM: PASSKEY,
  SECURITY_KEY: PASSKEY,
  MOBILE: 'The keys of the app never leave the phone: the user pairs the authenticator anew.',
  BROWSER: 'A remembered browser holds a cookie of PingOne: it is remembered at the next sign-in.',
};

/** A device that is sent codes, or the sentence that says why it can't come. */
function deviceOf({ type, status, block, email, phone, extension, nickname }: Body) {
  const other = LOST[type];
  if (other) return other;
  const address = type === 'EMAIL' ? email : phone;
  if (!/^(?:EMAIL|SMS|VOICE|WHATSAPP)$/.test(type) || !address) {
    return `A device of type ${printable(String(type))} is not known here: the user enrols another.`;
  }
  if (status !== 'ACTIVE') return `A device of type ${type} was never activated: pair it anew.`;
  // It would be usable here.
  if (block?.status === 'BLOCKED') {
    return `A device of type ${type} is blocked: pair it anew when it may be used again.`;
  }
  if (extension) return 'A number with an extension is not copied: pair it anew.';
  return { type, address, ...(nickname ? { nickname } : {}) } as ImportedDevice;
}

/** `population`: the id of the copy. Throws `BadRow`. */
export function recordOf(
  at: string,
  user: Body,
  devices: readonly Body[],
  population?: string,
): ImportRecord {
  if (!user.username) throw new BadRow('The user has no username.');
  const profile = COPIED.flatMap((name) => (user[name] == null ? [] : [[name, user[name]]]));
  const read = devices.map(deviceOf);
  return {
    at,
    user: {
      username: user.username,
      ...(Object.fromEntries(profile) as Partial<ImportedUser>),
      ...(population ? { population: { id: population } } : {}),
    },
    devices: read.filter((one) => typeof one !== 'string'),
    lost: read.filter((one) => typeof one === 'string'),
  };
}
