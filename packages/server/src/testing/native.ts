/** Native devices in tests: a real server, the real SDK. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import {
  type Account,
  type AccountRequest,
  Device,
  DeviceError,
  type DeviceStorage,
  memoryStorage,
} from '../../../device/src/index.ts';
import type { Reply } from './client.ts';
import { aDefaultPolicy, FAILURE } from './policies.ts';
import type { TestUser } from './scenario.ts';
import type { TestServer } from './server.ts';

/** Asks for a native application; `more` changes it. */
export function createNativeApplication(test: TestServer, more: object = {}): Promise<Reply> {
  return test.api('/applications', {
    body: {
      name: `phone-${randomUUID()}`,
      type: 'NATIVE_APP',
      protocol: 'OPENID_CONNECT',
      enabled: true,
      grantTypes: ['AUTHORIZATION_CODE'],
      tokenEndpointAuthMethod: 'NONE',
      ...more,
    },
  });
}

/** A native application of the environment. */
export async function aNativeApplication(test: TestServer): Promise<string> {
  const reply = await createNativeApplication(test);
  assert.equal(reply.status, 201, reply.text);
  return reply.body.id;
}

/** The default policy lets this application pair, push and make passcodes; `more` changes it. */
export async function allowNative(
  test: TestServer,
  applicationId: string,
  more: object = {},
  block: object = {},
): Promise<void> {
  await aDefaultPolicy(test, {
    mobile: {
      enabled: true,
      otp: { failure: FAILURE },
      applications: [
        { id: applicationId, push: { enabled: true }, otp: { enabled: true }, ...more },
      ],
      ...block,
    },
  });
}

export interface Phone {
  device: Device;
  account: Account;
  storage: DeviceStorage;
}

export async function aPairingKey(
  test: TestServer,
  user: TestUser,
  more: object = {},
): Promise<Reply['body']> {
  const reply = await test.api(`/users/${user.id}/pairingKeys`, { body: more });
  assert.equal(reply.status, 201, reply.text);
  return reply.body;
}

/** An installation of the application whose clock is the server's, but for `skewMs`. */
export function anInstallation(
  test: TestServer,
  applicationId: string,
  {
    storage = memoryStorage(),
    skewMs = 0,
    fetch,
  }: { storage?: DeviceStorage; skewMs?: number; fetch?: typeof globalThis.fetch } = {},
): Device {
  return new Device({
    storage,
    ...(fetch ? { fetch } : {}),
    application: { id: applicationId },
    about: { os: { type: 'ANDROID', version: '16' }, model: { name: 'Pixel' }, lockEnabled: true },
    now: () => test.now() + skewMs,
  });
}

/** A network that loses what this operation says; `deaf`: only the answer to it, while it is. */
export function losing(name: string, { deaf }: { deaf?: () => boolean } = {}) {
  const lossy: typeof fetch = async (input, init) => {
    const isIt = String(input).endsWith(`/device/v1/${name}`);
    if (isIt && !deaf) throw new TypeError('The network is down.');
    const response = await fetch(input, init);
    if (isIt && deaf?.()) throw new TypeError('The answer was lost.');
    return response;
  };
  return lossy;
}

/** Rejects with a `DeviceError` of this code. */
export const refused = (promise: Promise<unknown>, code: string) =>
  assert.rejects(promise, (error) => {
    assert.ok(error instanceof DeviceError, String(error));
    assert.equal(error.code, code, error.message);
    return true;
  });

/** The one request that waits for this phone. */
export async function theRequest({ account }: Phone): Promise<AccountRequest> {
  const { requests } = await account.requests();
  assert.equal(requests.length, 1);
  const [request] = requests;
  assert.ok(request);
  return request;
}

/** A paired phone of the user. */
export async function aPhone(
  test: TestServer,
  user: TestUser,
  applicationId: string,
): Promise<Phone> {
  const { uri } = await aPairingKey(test, user);
  const storage = memoryStorage();
  const device = anInstallation(test, applicationId, { storage });
  return { device, account: await device.pair(uri), storage };
}
