/** Writes one record through the API: what is there already is left alone, and said so. */
import { toBase32 } from '../../../server/src/methods/oath/base32.ts';
import { type Api, type Body, list, Refused } from '../api.ts';
import { isPlainTotp } from './otp.ts';
import {
  BadRow,
  type ImportedDevice,
  type ImportedUser,
  type ImportRecord,
  type Otp,
  type RowError,
} from './record.ts';

const IMPORT = 'application/vnd.countersign.device.import+json';

export type Thing = 'population' | 'user' | 'device' | 'token';

/** What became of one thing; a row of the report. */
export interface Outcome {
  at: string;
  thing: Thing | 'row';
  outcome: 'CREATED' | 'THERE' | 'FAILED' | 'NOT_COPIED' | 'VALID' | 'DONE_BEFORE';
  /** Of a population. */
  name?: string;
  username?: string;
  type?: string;
  serialNumber?: string;
  id?: string;
  /** Why it failed, or what its user does now. */
  reason?: string;
}

type Told = Omit<Outcome, 'at'>;

/** Whose a device is. */
type Owner = { id: string; username: string };

/** Of the caller or the server, not of the row: no other row would fare better. */
const isOfAll = (error: unknown) =>
  !(error instanceof Refused) || [401, 403, 429, 503].includes(error.status);

/** A reason in one line, as the server says it. */
const reasonOf = (error: Error) => error.message.replaceAll(/\s*\n\s*/g, ' ');

/** What it makes, or that it is there already. */
export async function once(
  told: Omit<Told, 'outcome'>,
  create: () => Promise<Body>,
): Promise<Told> {
  try {
    const { id } = await create();
    return { ...told, outcome: 'CREATED', id };
  } catch (error) {
    if (isOfAll(error)) throw error;
    const refused = error as Refused;
    if (refused.code === 'UNIQUENESS_VIOLATION') return { ...told, outcome: 'THERE' };
    return { ...told, outcome: 'FAILED', reason: reasonOf(refused) };
  }
}

async function findUser(api: Api, username: string): Promise<Body | undefined> {
  const filter = `username eq ${JSON.stringify(username)}`;
  return (await list(api, '/users', { filter, limit: '1' })).rows[0];
}

/** With its `id`, unless it failed. */
async function writeUser(api: Api, user: ImportedUser): Promise<Told> {
  const told = { thing: 'user', username: user.username } as const;
  const there = await findUser(api, user.username);
  if (there) return { ...told, outcome: 'THERE', id: there.id };
  const made = await once(told, () => api.post('/users', { mfaEnabled: true, ...user }));
  if (made.outcome !== 'THERE') return made;
  // Another row of theirs was faster.
  return { ...made, id: (await findUser(api, user.username))?.id };
}

const tokenBody = (serialNumber: string, { kind, key, algorithm, digits, ...otp }: Otp) => ({
  serialNumber,
  secret: Buffer.from(key).toString('hex'),
  type: kind,
  otpLength: digits,
  hashAlgorithm: `Hmac${algorithm}`,
  ...(kind === 'HOTP' ? { hotp: { counter: otp.counter } } : { totp: { timeStep: otp.period } }),
});

/** A token that is there already may be paired with this very user. */
async function pairToken(api: Api, user: Owner, serialNumber: string): Promise<Told> {
  const type = 'OATH_TOKEN';
  const path = `/users/${user.id}/devices`;
  const told = { thing: 'device', type, serialNumber, username: user.username } as const;
  const { rows } = await list(api, path);
  const there = rows.find((one) => one.type === type && one.serialNumber === serialNumber);
  if (there) return { ...told, outcome: 'THERE', id: there.id };
  return once(told, () => api.post(path, { type, serialNumber }));
}

async function writeDevice(
  api: Api,
  user: Owner | undefined,
  device: ImportedDevice,
): Promise<Told[]> {
  if (device.type === 'OATH_TOKEN') {
    return user ? [await pairToken(api, user, device.serialNumber)] : [];
  }
  const of = { thing: 'device', ...(user ? { username: user.username } : {}) } as const;
  if (device.type !== 'OTP') {
    const { type, address, nickname } = device;
    const named = nickname ? { nickname } : {};
    const body = { type, [type === 'EMAIL' ? 'email' : 'phone']: address, ...named };
    return [await once({ ...of, type }, () => api.post(`/users/${user?.id}/devices`, body))];
  }
  const { otp, serialNumber, isToken, nickname } = device;
  if (user && !isToken && isPlainTotp(otp)) {
    const type = 'TOTP';
    const named = nickname ? { nickname } : {};
    const body = { type, secret: toBase32(otp.key), ...named };
    const path = `/users/${user.id}/devices`;
    return [await once({ ...of, type }, () => api.post(path, body, IMPORT))];
  }
  const token = await once({ thing: 'token', type: otp.kind, serialNumber }, () =>
    api.post('/oathTokens', tokenBody(serialNumber, otp)),
  );
  if (!user || token.outcome === 'FAILED') return [token];
  return [token, await pairToken(api, user, serialNumber)];
}

/** A row that never became a record. */
export const failedRow = ({ at, message }: RowError): Outcome => ({
  at,
  thing: 'row',
  outcome: 'FAILED',
  reason: message,
});

/** What the work tells, or why the row failed. Throws where the server can't be worked with at all. */
export async function attempt(at: string, work: () => Promise<Outcome[]>): Promise<Outcome[]> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof BadRow) && isOfAll(error)) throw error;
    return [failedRow({ at, message: reasonOf(error as Error) })];
  }
}

/** All that became of a record. Throws where it failed as a whole. */
export async function writeRecord(api: Api, record: ImportRecord): Promise<Outcome[]> {
  const { at, user: wanted, devices, lost = [] } = record;
  const told: Told[] = wanted ? [await writeUser(api, wanted)] : [];
  const id = told[0]?.id;
  const user = wanted && id ? { id, username: wanted.username } : undefined;
  if (user || !wanted) {
    for (const device of devices) told.push(...(await writeDevice(api, user, device)));
  }
  return [...told.map((one) => ({ at, ...one })), ...lostOf(at, wanted, lost)];
}

const lostOf = (at: string, user: ImportedUser | undefined, lost: readonly string[]): Outcome[] =>
  lost.map((reason) => ({
    at,
    thing: 'device',
    outcome: 'NOT_COPIED',
    ...(user ? { username: user.username } : {}),
    reason,
  }));

/** The same where nothing is written. Pure. */
export function tryRecord({ at, user, devices, lost = [] }: ImportRecord): Outcome[] {
  const outcome = 'VALID' as const;
  const named = user ? { username: user.username } : {};
  return [
    ...(user ? [{ at, thing: 'user' as const, outcome, ...named }] : []),
    ...devices.map((device): Outcome => {
      if (device.type !== 'OTP')
        return { at, thing: 'device', outcome, ...named, type: device.type };
      const { otp, isToken, serialNumber } = device;
      return !isToken && isPlainTotp(otp)
        ? { at, thing: 'device', outcome, ...named, type: otp.kind }
        : { at, thing: 'token', outcome, ...named, type: otp.kind, serialNumber };
    }),
    ...lostOf(at, user, lost),
  ];
}
