/** Users and their devices as CSV: the first line names the columns, of which `username` must be there. */
import { csvRows } from './csv-rows.ts';
import { appDevice, base32Key, serialNumberOf } from './otp.ts';
import { BadRow, type ImportedDevice, type ImportedUser, type Reader, readRows } from './record.ts';

const PROFILE = ['username', 'email', 'given', 'family', 'mobilePhone', 'externalId', 'enabled'];
const SENT = ['EMAIL', 'SMS', 'VOICE', 'WHATSAPP'] as const;
const COLUMNS = [...PROFILE, ...SENT, 'TOTP', 'OATH_TOKEN'];

const BOOLEANS: Record<string, boolean> = { true: true, false: false, yes: true, no: false };

type Row = Record<string, string>;

function userOf({ username, given, family, enabled, ...row }: Row): ImportedUser {
  if (!username) throw new BadRow('The row has no username.');
  const state = enabled ? BOOLEANS[enabled.toLowerCase()] : true;
  if (state === undefined) throw new BadRow('`enabled` is true or false.');
  return {
    username,
    enabled: state,
    ...(row.email ? { email: row.email } : {}),
    ...(row.mobilePhone ? { mobilePhone: row.mobilePhone } : {}),
    ...(row.externalId ? { externalId: row.externalId } : {}),
    ...(given || family
      ? { name: { ...(given ? { given } : {}), ...(family ? { family } : {}) } }
      : {}),
  };
}

function devicesOf({ username = '', ...row }: Row): ImportedDevice[] {
  const devices: ImportedDevice[] = [];
  for (const type of SENT) {
    const address = row[type];
    if (address) devices.push({ type, address });
  }
  if (row.TOTP) {
    const key = base32Key(row.TOTP);
    const form = { kind: 'TOTP', algorithm: 'SHA1', digits: 6, period: 30, counter: 0 } as const;
    devices.push(appDevice({ ...form, key }, username));
  }
  if (row.OATH_TOKEN) {
    devices.push({ type: 'OATH_TOKEN', serialNumber: serialNumberOf(row.OATH_TOKEN) });
  }
  return devices;
}

export const readUsersCsv: Reader = (text) => {
  const { rows, errors } = csvRows<Row>(text, true);
  const names = Object.keys(rows[0]?.row ?? { username: '' });
  const unknown = names.filter((name) => !COLUMNS.includes(name));
  if (unknown.length > 0 || !names.includes('username')) {
    throw new BadRow(
      `The first line names the columns: username, and any of ${COLUMNS.slice(1).join(', ')}.` +
        (unknown.length > 0 ? ` "${unknown.join('", "')}" is none of them.` : ''),
    );
  }
  const read = readRows(rows, (row, at) => ({ at, user: userOf(row), devices: devicesOf(row) }));
  return { ...read, errors: [...errors, ...read.errors] };
};
