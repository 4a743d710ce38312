/** A realm that Keycloak has exported with its users: `kc.sh export --users …`. */
import { algorithmOf, appDevice, base32Key, numberOf } from './otp.ts';
import { BadRow, type ImportedDevice, type ImportedUser, type Reader, readRows } from './record.ts';

interface Credential {
  id?: string;
  type?: string;
  userLabel?: string;
  secretData?: string;
  credentialData?: string;
}

interface KeycloakUser {
  username?: string;
  email?: string;
  firstName?: string;
  lastName?: string;
  enabled?: boolean;
  serviceAccountClientId?: string;
  credentials?: Credential[];
}

const LOST: Record<string, string> = {
  webauthn: 'A security key is bound to the address of Keycloak: its user registers it anew.',
  'webauthn-passwordless':
    'A passkey is bound to the address of Keycloak: its user registers it anew.',
  'recovery-authn-codes':
    'Recovery codes are kept as hashes there: the user has other devices, or enrols one.',
};

function jsonOf(text: string | undefined): Record<string, string> {
  try {
    return JSON.parse(text ?? '{}');
  } catch {
    throw new BadRow('The data of a credential is no JSON.');
  }
}

/** Keycloak keeps the letters themselves as the key, unless it says that they are Base32. */
function deviceOf(username: string, credential: Credential): ImportedDevice {
  const { value } = jsonOf(credential.secretData);
  const data = jsonOf(credential.credentialData);
  if (!value) throw new BadRow('A one-time password has no secret: export with the credentials.');
  const otp = {
    kind: data.subType?.toLowerCase() === 'hotp' ? ('HOTP' as const) : ('TOTP' as const),
    key:
      data.secretEncoding?.toUpperCase() === 'BASE32'
        ? base32Key(value)
        : Buffer.from(value, 'utf8'),
    algorithm: algorithmOf(data.algorithm),
    digits: numberOf(data.digits, 6, 'number of digits'),
    period: numberOf(data.period, 30, 'period'),
    counter: numberOf(data.counter, 0, 'counter'),
  };
  return appDevice(otp, `keycloak ${username} ${credential.id ?? ''}`, credential.userLabel);
}

function userOf({ username, email, firstName, lastName, enabled }: KeycloakUser): ImportedUser {
  if (!username) throw new BadRow('The user has no username.');
  const name = {
    ...(firstName ? { given: firstName } : {}),
    ...(lastName ? { family: lastName } : {}),
  };
  return {
    username,
    enabled: enabled !== false,
    ...(email ? { email } : {}),
    ...(Object.keys(name).length > 0 ? { name } : {}),
  };
}

/** A user comes in even where one of their devices can't. */
function recordOf(row: KeycloakUser, at: string) {
  const user = userOf(row);
  const devices: ImportedDevice[] = [];
  const lost: string[] = [];
  for (const credential of row.credentials ?? []) {
    const { type = '' } = credential;
    const why = LOST[type];
    if (why) lost.push(why);
    if (type !== 'otp') continue;
    try {
      devices.push(deviceOf(user.username, credential));
    } catch (error) {
      if (!(error instanceof BadRow)) throw error;
      lost.push(error.message);
    }
  }
  return { at, user, devices, lost };
}

export const readKeycloak: Reader = (text) => {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new BadRow('The file is no JSON: it is what `kc.sh export` writes.');
  }
  const realms = [parsed].flat() as { users?: KeycloakUser[] }[];
  const users = realms.flatMap((realm) => (Array.isArray(realm?.users) ? realm.users : []));
  if (users.length === 0) {
    throw new BadRow('There are no users in the file: export with `--users realm_file`.');
  }
  const rows = users
    .map((row, index) => ({ at: `users[${index}]`, row }))
    .filter(({ row }) => row?.serviceAccountClientId === undefined);
  return readRows(rows, (row, at) => recordOf(row ?? {}, at));
};
