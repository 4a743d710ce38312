/** Documents and writes for the tests of the store. */
import type { Documents, Table } from '../model/documents.ts';
import type { Stored, Write } from './store.ts';

export const dates = { createdAt: 1, updatedAt: 1 };

export const anEnvironment: Documents['environments'] = {
  name: 'Shop',
  type: 'SANDBOX',
  region: 'EU',
  products: [],
  billOfMaterialsUpdatedAt: 1,
  ...dates,
};

export const aPolicy = (name: string, more: object = {}): Documents['policies'] => ({
  name,
  isDefault: false,
  settings: {
    authentication: { deviceSelection: 'DEFAULT_TO_FIRST' },
    newDeviceNotification: 'NONE',
    ignoreUserLock: false,
    methods: {},
  },
  ...dates,
  ...more,
});

export const aUser = (username: string, more: object = {}): Documents['users'] => ({
  populationId: 'population',
  username,
  enabled: true,
  mfaEnabled: true,
  mfaFailures: 0,
  ...dates,
  ...more,
});

export const aDevice = (userId: string, more: object = {}): Documents['devices'] => ({
  userId,
  type: 'X',
  status: 'ACTIVE',
  credential: {},
  failures: 0,
  ...dates,
  ...more,
});

export const aMessage = (availableAt: number, more: object = {}): Documents['messages'] => ({
  kind: 'K',
  channel: 'C',
  status: 'PENDING',
  attempts: 0,
  availableAt,
  expiresAt: availableAt + 1_000,
  ...dates,
  ...more,
});

export const aFlow = (expiresAt: number, more: object = {}): Documents['flows'] => ({
  status: 'OTP_REQUIRED',
  policyId: 'p',
  expiresAt,
  ...dates,
  ...more,
});

type Insert = Extract<Write, { op: 'insert' }>;
export const insert = <T extends Insert['table']>(
  table: T,
  environmentId: string,
  id: string,
  doc: Documents[T],
) => ({ op: 'insert', table, environmentId, id, doc }) as Write;

/** An update of a row as it was read, with another document. */
export const update = <T extends Insert['table']>(
  table: T,
  { environmentId, id, version }: Stored<Documents[T]>,
  doc: Documents[T],
) => ({ op: 'update', table, environmentId, id, version, doc }) as Write;

/** Relies on a row as it was read. */
export const guard = (
  table: Table,
  { environmentId, id, version }: Pick<Stored<unknown>, 'environmentId' | 'id' | 'version'>,
): Write => ({ op: 'guard', table, environmentId, id, version });

export const remove = (
  table: Table,
  { environmentId, id, version }: Pick<Stored<unknown>, 'environmentId' | 'id' | 'version'>,
): Write => ({ op: 'delete', table, environmentId, id, version });
