/** What activities are about: how each kind is spelled on the wire, and where it is. */
import type { Activity } from '../../../model/documents.ts';
import type { Links } from '../../kit/links.ts';

/** Captured records spell these so; every other kind is spelled as it is kept. */
const SPELLED: Readonly<Record<string, string>> = {
  FIDO_POLICY: 'FIDO Policy',
  FIDO2_POLICY: 'FIDO Policy',
  NOTIFICATION_POLICY: 'Notification Policy',
};

export const spelledType = (type: string) => SPELLED[type] ?? type;

/** The kinds that are spelled so, without regard to case. */
export function typesSpelled(spelling: string): string[] {
  const wanted = spelling.toLowerCase();
  const known = Object.keys(SPELLED).filter((type) => SPELLED[type]?.toLowerCase() === wanted);
  return known.length > 0 ? [...known, SPELLED[known[0] ?? ''] ?? spelling] : [spelling];
}

/** Below the environment; `USER`: below the user whom the record concerns. */
const PATHS: Readonly<Record<string, string>> = {
  ENVIRONMENT: '',
  USER: '/users/ID',
  DEVICE: '/users/USER/devices/ID',
  PAIRING_KEY: '/users/USER/pairingKeys/ID',
  POPULATION: '/populations/ID',
  GROUP: '/groups/ID',
  APPLICATION: '/applications/ID',
  DEVICE_AUTHENTICATION_POLICY: '/deviceAuthenticationPolicies/ID',
  'FIDO Policy': '/fido2Policies/ID',
  'Notification Policy': '/notificationsPolicies/ID',
  MFA_SETTINGS: '/mfaSettings',
  OATH_TOKEN: '/oathTokens/ID',
  SUBSCRIPTION: '/subscriptions/ID',
};
/** Those of the other root. */
const AUTH_PATHS: Readonly<Record<string, string>> = {
  AUTHENTICATION: '/deviceAuthentications/ID',
  AUTHENTICATION_CODE: '/authenticationCodes/ID',
};

/** Kinds whose own record leads to the user: the user isn't named a second time. */
const LEADS_TO_USER: readonly string[] = ['USER', 'DEVICE', 'PAIRING_KEY'];
export const TYPES_OF_USERS = LEADS_TO_USER;

export const namesUserToo = ({ resource, userId }: Pick<Activity, 'resource' | 'userId'>) =>
  userId !== undefined && !LEADS_TO_USER.includes(resource.type);

/** Where a resource is, or was; empty: it can't be read by itself. */
export function hrefOf(
  links: Pick<Links, 'api' | 'auth'>,
  environmentId: string,
  { type, id }: { type: string; id: string },
  userId?: string,
): { href?: string } {
  const kind = spelledType(type);
  const root = Object.hasOwn(AUTH_PATHS, kind) ? 'auth' : 'api';
  const path = (root === 'auth' ? AUTH_PATHS : PATHS)[kind];
  if (path === undefined || (path.includes('USER') && userId === undefined)) return {};
  return links[root](environmentId, path.replace('USER', userId ?? '').replace('ID', id));
}

const ABBREVIATIONS = ['OTP', 'MFA', 'FIDO', 'OATH', 'ID'];

/** `DEVICE.ACTIVATION_OTP_INVALID` as `Device Activation OTP Invalid`. */
export const inWords = (action: string): string =>
  action
    .split(/[._]/)
    .map((word) =>
      ABBREVIATIONS.includes(word) ? word : `${word.slice(0, 1)}${word.slice(1).toLowerCase()}`,
    )
    .join(' ');
