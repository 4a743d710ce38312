/**
 * A server with keys, tokens, applications and roles over a real store, for the tests of this area;
 * imported only by them. Two environments: `HOME`, where the administrator is, and `OTHER`.
 */
import { randomBytes } from 'node:crypto';
import type { TestContext } from 'node:test';
import { cacheConfigurations, MFA_SETTINGS_ID } from '../../../configuration.ts';
import { openKeyring } from '../../../crypto/keyring.ts';
import { startTestApp } from '../../../http/testing-app.ts';
import type { Clock, Instant } from '../../../model/instant.ts';
import type { Store, Write } from '../../../storage/store.ts';
import { aPolicy } from '../../../storage/testing-documents.ts';
import { freshSqliteStore } from '../../../testing/sqlite.ts';
import { makeLinks } from '../../kit/links.ts';
import type { Operation } from '../../kit/operation.ts';
import { defaultNotificationPolicy } from '../../messages/notification-policies/default-notification-policy.ts';
import { defaultFido2Policy } from '../../policies/fido2-policies/default-fido2-policy.ts';
import { roleOperations } from '../roles/roles.ts';
import { createAccess } from '../tokens/access.ts';
import type { RemoteKeys } from '../tokens/remote-keys.ts';
import { tokenOperations } from '../tokens/tokens.ts';
import { applicationOperations } from './applications.ts';
import { newWorkerApplicationWrites } from './new-worker-application.ts';
import { roleAssignmentOperations } from './role-assignments.ts';

export const HOME = '11111111-0000-4000-8000-000000000001';
export const OTHER = '11111111-0000-4000-8000-000000000002';
export const ADMIN = '33333333-0000-4000-8000-000000000001';
export const ADMIN_SECRET = 'the-administrator/s secret+%41';
export const POPULATION = '44444444-0000-4000-8000-000000000001';
export const USER = '22222222-0000-4000-8000-000000000001';
export const PUBLIC_URL = 'https://api.example.test/base';
export const AUTH_URL = 'https://auth.example.test';
const START = Date.UTC(2026, 2, 4, 5, 6, 7, 89);

function environmentWrites(environmentId: string, now: Instant): Write[] {
  const dates = { createdAt: now, updatedAt: now };
  return [
    {
      op: 'insert',
      table: 'environments',
      environmentId,
      id: environmentId,
      doc: {
        name: `Environment ${environmentId}`,
        type: 'SANDBOX',
        region: 'LOCAL',
        products: [],
        billOfMaterialsUpdatedAt: now,
        ...dates,
      },
    },
    {
      op: 'insert',
      table: 'mfa_settings',
      environmentId,
      id: MFA_SETTINGS_ID,
      doc: {
        pairing: { maxAllowedDevices: 5, pairingKeyFormat: 'NUMERIC' },
        phoneExtensions: { enabled: false },
        users: { mfaEnabled: false },
        updatedAt: now,
      },
    },
    {
      op: 'insert',
      table: 'fido2_policies',
      environmentId,
      id: environmentId.replace('1111', '6666'),
      doc: defaultFido2Policy(now),
    },
    {
      op: 'insert',
      table: 'notification_policies',
      environmentId,
      id: environmentId.replace('1111', '7777'),
      doc: defaultNotificationPolicy(now),
    },
    {
      op: 'insert',
      table: 'policies',
      environmentId,
      id: environmentId.replace('1111', '5555'),
      doc: aPolicy('Default', { isDefault: true, ...dates }),
    },
  ];
}

function peopleWrites(now: Instant): Write[] {
  const dates = { createdAt: now, updatedAt: now };
  return [
    {
      op: 'insert',
      table: 'populations',
      environmentId: HOME,
      id: POPULATION,
      doc: { name: 'People', isDefault: true, ...dates },
    },
    {
      op: 'insert',
      table: 'users',
      environmentId: HOME,
      id: USER,
      doc: {
        populationId: POPULATION,
        username: 'ada',
        enabled: true,
        mfaEnabled: true,
        mfaFailures: 0,
        ...dates,
      },
    },
  ];
}

/** Commits what must not lose a race. */
export async function commit(store: Store, writes: readonly Write[]): Promise<void> {
  const outcome = await store.commit(writes);
  if (!outcome.committed) throw new Error(`The commit met a conflict: ${outcome.conflict}.`);
}

/** Opens a new store with a keyring over it, and a clock that moves only when it is told to. */
export async function openPlatform(context: TestContext, masterKey = randomBytes(32)) {
  const { store, close } = await freshSqliteStore();
  const time = { now: START };
  const clock = { now: () => time.now };
  const keyring = await openKeyring({ store, masterKey, clock });
  context.after(async () => {
    keyring.close();
    await close();
  });
  return { store, keyring, clock, time, masterKey };
}

/** Starts the server over such a store, with both environments and the administrator. */
export async function startPlatform(
  context: TestContext,
  more: readonly Operation[] = [],
  given: { secretsReadOnce?: boolean; remoteKeys?: (clock: Clock) => RemoteKeys } = {},
) {
  const { store, keyring, clock, time } = await openPlatform(context);
  for (const environmentId of [HOME, OTHER]) {
    const keys = await keyring.createKeys(environmentId, time.now);
    await commit(store, [...environmentWrites(environmentId, time.now), ...keys]);
  }
  const administrator = await newWorkerApplicationWrites({
    environmentId: HOME,
    applicationId: ADMIN,
    secret: ADMIN_SECRET,
    name: 'Administrator',
    now: time.now,
  });
  await commit(store, [...peopleWrites(time.now), ...administrator]);
  const links = makeLinks({ publicUrl: PUBLIC_URL, authPublicUrl: AUTH_URL });
  const access = createAccess({ store, keyring, clock, links });
  const configurations = cacheConfigurations(store, links.hostName);
  context.after(() => {
    access.close();
    configurations.close();
  });
  const { remoteKeys, ...set } = given;
  const settings = { secretsReadOnce: false, jwksPrivate: false, ...set };
  const parts = { store, keyring, clock, links, settings };
  const operations = [
    ...tokenOperations({ ...parts, ...(remoteKeys ? { remoteKeys: remoteKeys(clock) } : {}) }),
    ...roleOperations(parts),
    ...applicationOperations(parts),
    ...roleAssignmentOperations(parts),
    ...more,
  ];
  const { ask, logText } = await startTestApp(context, operations, {
    parts: { access, configurations, keyring, clock, store },
  });

  const askToken = (
    form: Record<string, string>,
    headers: Record<string, string> = {},
    environmentId = HOME,
  ) =>
    ask(`/${environmentId}/as/token`, {
      method: 'POST',
      token: null,
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: new URLSearchParams(form).toString(),
    });
  /** A token by CLIENT_SECRET_BASIC. */
  async function tokenOf(clientId = ADMIN, secret = ADMIN_SECRET, environmentId = HOME) {
    const { status, body } = await askToken(
      { grant_type: 'client_credentials' },
      { authorization: basic(clientId, secret) },
      environmentId,
    );
    if (status !== 200) throw new Error(`No token: ${JSON.stringify(body)}`);
    return String(body.access_token);
  }
  return { ...parts, access, time, ask, askToken, tokenOf, logText };
}

export type Platform = Awaited<ReturnType<typeof startPlatform>>;

/** The header of CLIENT_SECRET_BASIC, form-encoded as RFC 6749 §2.3.1 asks. */
export function basic(clientId: string, secret: string): string {
  const text = `${encodeURIComponent(clientId)}:${encodeURIComponent(secret)}`;
  return `Basic ${Buffer.from(text).toString('base64')}`;
}

export const applicationsOf = (environmentId = HOME) =>
  `/v1/environments/${environmentId}/applications`;

/** A request for a worker application. */
export const aWorker = (more: object = {}) => ({
  name: 'Worker',
  enabled: true,
  type: 'WORKER',
  protocol: 'OPENID_CONNECT',
  grantTypes: ['CLIENT_CREDENTIALS'],
  tokenEndpointAuthMethod: 'CLIENT_SECRET_BASIC',
  assignActorRoles: false,
  ...more,
});

/** Creates an application and reads its secret; returns both. */
export async function createWorker({ ask }: Platform, token: string, more: object = {}) {
  const created = await ask(applicationsOf(), { token, body: aWorker(more) });
  if (created.status !== 201) throw new Error(JSON.stringify(created.body));
  const { id } = created.body;
  const { body } = await ask(`${applicationsOf()}/${id}/secret`, { token });
  return { id: String(id), secret: String(body.secret), body: created.body };
}
