/** The device SDK where the network, the clock or other pages are against it; a real server. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { fileStorage } from '../../device/src/file-storage.ts';
import {
  type Account,
  type AccountRequest,
  Device,
  type DeviceError,
  type DeviceStorage,
  listen,
  memoryStorage,
} from '../../device/src/index.ts';
import {
  allowNative,
  aNativeApplication,
  anInstallation,
  aPairingKey,
  aPhone,
  losing,
  refused,
  theRequest,
} from '../src/testing/native.ts';
import { aFlow, aUser, check, type TestUser } from '../src/testing/scenario.ts';
import { startTestServer, type TestServer } from '../src/testing/server.ts';
import { until } from '../src/testing/until.ts';

describe('the device SDK', () => {
  let server: TestServer;
  let applicationId: string;

  before(async () => {
    server = await startTestServer();
    applicationId = await aNativeApplication(server);
  });
  beforeEach(async () => {
    await server.renew();
    await allowNative(server, applicationId);
  });
  after(() => server?.close());

  /** A paired phone; `open` gives its account as another page or process has it. */
  async function shared(storage: DeviceStorage = memoryStorage()) {
    const user = await aUser(server);
    const { uri } = await aPairingKey(server, user);
    await anInstallation(server, applicationId, { storage }).pair(uri);
    const open = async (fetch?: typeof globalThis.fetch): Promise<Account> => {
      const options = { storage, ...(fetch ? { fetch } : {}) };
      const [account] = await anInstallation(server, applicationId, options).accounts();
      assert.ok(account);
      return account;
    };
    return { user, open, storage };
  }

  async function approve(user: TestUser, account: Account): Promise<string> {
    await aFlow(server, user);
    return (await theRequest({ account } as never)).approve();
  }

  test('counts its answers together in all pages', async () => {
    const { user, open } = await shared();
    const [one, other] = [await open(), await open()];
    for (const account of [one, other, one, other, other, one]) {
      assert.equal(await approve(user, account), 'COMPLETED');
    }
  });

  test('uses the key that another page has put in place', async () => {
    const { user, open } = await shared();
    const [one, other] = [await open(), await open()];
    await one.rotateKey();
    await other.synchronize();
    assert.equal(await approve(user, other), 'COMPLETED');
    assert.equal(await approve(user, one), 'COMPLETED');
  });

  test('survives a replacement of its key whose answer is lost, time and again', async () => {
    const { user, open } = await shared();
    let isDeaf = true;
    const account = await open(losing('keys', { deaf: () => isDeaf }));
    for (let round = 0; round < 3; round++) await refused(account.rotateKey(), 'NETWORK');
    assert.equal(await approve(user, account), 'COMPLETED');
    assert.equal(await approve(user, await open()), 'COMPLETED');
    isDeaf = false;
    await account.rotateKey();
    assert.equal(await approve(user, account), 'COMPLETED');
  });

  test('survives one that never came to the server', async () => {
    const { user, open } = await shared();
    await refused((await open(losing('keys'))).rotateKey(), 'NETWORK');
    const account = await open();
    assert.equal(await approve(user, account), 'COMPLETED');
    await account.rotateKey();
    assert.equal(await approve(user, await open()), 'COMPLETED');
  });

  test('hears what became of an answer whose reply was lost', async () => {
    const { user, open } = await shared();
    let lost = 0;
    const account = await open(losing('answers', { deaf: () => lost++ === 0 }));
    assert.equal(await approve(user, account), 'COMPLETED');
    assert.equal(lost, 2);
    // The other decision is none that was taken.
    await aFlow(server, user);
    const request = await theRequest({ account } as never);
    const [yes, no] = await Promise.allSettled([request.approve(), request.deny()]);
    const statuses = [yes, no].map((one) => (one.status === 'fulfilled' ? one.value : 'refused'));
    assert.deepEqual(statuses, ['COMPLETED', 'refused']);
  });

  test('finishes a pairing whose last answer was lost', async () => {
    const user = await aUser(server);
    const { uri } = await aPairingKey(server, user);
    const storage = memoryStorage();
    const fetch = losing('confirmations', { deaf: () => true });
    const cut = anInstallation(server, applicationId, { storage, fetch });
    await refused(cut.pair(uri), 'NETWORK');
    const [account] = await anInstallation(server, applicationId, { storage }).accounts();
    assert.ok(account);
    assert.equal(account.status, 'PENDING');
    await account.confirm();
    assert.equal(account.status, 'ACTIVE');
    assert.equal(await approve(user, account), 'COMPLETED');
  });

  test('keeps nothing of a pairing that was refused, and tells how it can be woken', async () => {
    const user = await aUser(server);
    const { uri } = await aPairingKey(server, user);
    const storage = memoryStorage();
    const device = anInstallation(server, applicationId, { storage });
    const account = await device.pair(uri, { push: { provider: 'HMS', token: 'x' } });
    const missing = { status: 'DISABLED', error: { code: 'MissingPushCredentials' } };
    assert.deepEqual(account.push, missing);
    const [kept] = await device.accounts();
    assert.deepEqual(kept?.push, missing);
    assert.deepEqual(await account.update({ push: null }), { status: 'ENABLED' });
    await refused(device.pair(uri), 'PAIRING_KEY_INVALID');
    assert.equal((await device.accounts()).length, 1);
  });

  test('makes right passcodes with a clock that requests would still be taken with', async () => {
    const { user, storage } = await shared();
    for (const skewMs of [100_000, -100_000]) {
      const [account] = await anInstallation(server, applicationId, {
        storage,
        skewMs,
      }).accounts();
      assert.ok(account);
      await account.requests();
      const flow = await aFlow(server, user);
      const { code } = await account.passcode();
      assert.equal((await check(server, flow.id, code)).body.status, 'COMPLETED', `${skewMs}`);
      server.advance(60_000);
    }
  });

  test('removes an account that the server does not know any more', async () => {
    const { user, open, storage } = await shared();
    const account = await open();
    const path = `/users/${user.id}/devices/${account.id}`;
    assert.equal((await server.api(path, { method: 'DELETE' })).status, 204);
    await account.remove();
    assert.deepEqual(await storage.keys(), []);
    // What is gone isn't brought back by an object that is left over.
    await refused(account.synchronize(), 'NOT_PAIRED');
    await refused(account.requests(), 'NOT_PAIRED');
    assert.deepEqual(await storage.keys(), []);
  });

  test('takes what its own user removes for no removal by somebody else', async () => {
    const user = await aUser(server);
    const { uri } = await aPairingKey(server, user);
    const storage = memoryStorage();
    const device = anInstallation(server, applicationId, { storage });
    const account = await device.pair(uri);
    const errors: unknown[] = [];
    const listening = device.onRequest(() => {}, { onError: (error) => errors.push(error) });
    await listening.ready;
    await account.remove();
    await until(() => errors.length > 0);
    assert.deepEqual(
      errors.map((error) => (error as DeviceError).code),
      ['NOT_PAIRED'],
    );
    assert.deepEqual(await storage.keys(), []);
    listening.close();
  });

  test('tells of a removal, though who listens has ended because the account is gone', async () => {
    const user = await aUser(server);
    const kept = memoryStorage();
    const { uri } = await aPairingKey(server, user);
    await anInstallation(server, applicationId, { storage: kept }).pair(uri);
    const codes: string[] = [];
    const storage: DeviceStorage = {
      ...kept,
      // What looks in this moment finds no account, and is told first.
      async delete(name) {
        await kept.delete(name);
        listening.look();
        await until(() => codes.length > 0);
      },
    };
    const [account] = await anInstallation(server, applicationId, { storage }).accounts();
    assert.ok(account);
    const onError = (error: unknown) => {
      codes.push((error as DeviceError).code);
      listening.close();
    };
    const connected = Promise.withResolvers<void>();
    const listening = listen(account, () => {}, {
      onError,
      onConnected: () => connected.resolve(),
    });
    await connected.promise;
    await server.api(`/users/${user.id}/devices/${account.id}`, { method: 'DELETE' });
    await until(() => codes.length > 1);
    assert.deepEqual(codes, ['NOT_PAIRED', 'REMOVED']);
  });

  test('tells of a removal that a look hears of, while the socket finds nobody', async () => {
    const user = await aUser(server);
    const storage = memoryStorage();
    const { uri } = await aPairingKey(server, user);
    const { id } = await anInstallation(server, applicationId, { storage }).pair(uri);
    await server.api(`/users/${user.id}/devices/${id}`, { method: 'DELETE' });
    const told = Promise.withResolvers<void>();
    const closed = Promise.withResolvers<void>();
    // The look takes the one notice, and its answer is slower than the refusal of the socket.
    const slow: typeof fetch = async (input, init) => {
      const reply = await fetch(input, init);
      if (!String(input).endsWith('/challenges')) return reply;
      told.resolve();
      await closed.promise;
      init?.signal?.throwIfAborted();
      return reply;
    };
    const open = globalThis.WebSocket;
    globalThis.WebSocket = class extends open {
      constructor(url: string | URL) {
        super(url);
        // Two turns later the refusal has been heard.
        this.addEventListener('close', () => setImmediate(() => setImmediate(closed.resolve)));
      }
      override send(data: string): void {
        void told.promise.then(() => super.send(data));
      }
    };
    try {
      const [account] = await anInstallation(server, applicationId, {
        storage,
        fetch: slow,
      }).accounts();
      assert.ok(account);
      const codes: string[] = [];
      const onError = (error: unknown) => void codes.push((error as DeviceError).code);
      const listening = listen(account, () => {}, { onError });
      listening.look();
      await until(() => codes.includes('REMOVED'));
      assert.ok(!codes.includes('NOT_PAIRED'), String(codes));
      listening.close();
    } finally {
      globalThis.WebSocket = open;
    }
  });

  test('looks again when it could not see what it was woken for', async () => {
    const user = await aUser(server);
    const { uri } = await aPairingKey(server, user);
    const storage = memoryStorage();
    await anInstallation(server, applicationId, { storage }).pair(uri);
    let looks = 0;
    const flaky: typeof fetch = async (input, init) => {
      if (String(input).endsWith('/challenges') && ++looks === 2)
        throw new TypeError('No network.');
      return fetch(input, init);
    };
    const device = anInstallation(server, applicationId, { storage, fetch: flaky });
    const arrived: AccountRequest[] = [];
    const listening = device.onRequest((request) => {
      arrived.push(request);
    });
    await listening.ready;
    await until(() => looks === 1);
    const flow = await aFlow(server, user);
    await until(() => arrived.length > 0);
    assert.equal(arrived[0]?.challenge.id, flow.id);
    listening.close();
  });

  test('tells what waits no more, and hears for accounts that come later', async () => {
    const user = await aUser(server);
    const device = anInstallation(server, applicationId);
    const arrived: AccountRequest[] = [];
    const ended: string[] = [];
    const errors: unknown[] = [];
    const listening = device.onRequest(
      async (request) => {
        arrived.push(request);
        throw new Error('The application has a mistake.');
      },
      {
        onEnded: ({ challenge }) => ended.push(challenge.id),
        onError: (error) => errors.push(error),
      },
    );
    await listening.ready;
    await device.pair((await aPairingKey(server, user)).uri);
    const flow = await aFlow(server, user);
    await until(() => arrived.length > 0);
    await server.auth(`/deviceAuthentications/${flow.id}`, {
      type: 'cancel.push.authentication',
      body: {},
    });
    await until(() => ended.length > 0);
    assert.deepEqual(ended, [flow.id]);
    assert.match(String(errors[0]), /has a mistake/);
    await refused(arrived[0]?.approve() ?? Promise.resolve(), 'AUTHENTICATION_CANCELLED');
    // What it answers itself doesn't end by itself.
    const other = await aFlow(server, user);
    await until(() => arrived.length > 1);
    assert.equal(await arrived[1]?.approve(), 'COMPLETED');
    await (await device.accounts())[0]?.requests();
    assert.deepEqual(ended, [flow.id]);
    const found = await device.requests({ environmentId: server.environmentId });
    assert.deepEqual(found, []);
    assert.equal(other.status, 'PUSH_CONFIRMATION_REQUIRED');
    listening.close();
  });

  test('tells that the server answers, and that it does so again', async () => {
    const { user, open } = await shared();
    let isDown = true;
    const account = await open(async (input, init) => {
      if (isDown) throw new TypeError('The network is down.');
      return fetch(input, init);
    });
    const told: string[] = [];
    const listening = listen(account, () => {}, {
      onConnected: ({ user: { id } }) => told.push(id),
      onError: (error) => told.push((error as DeviceError).code),
    });
    const look = async (answer: string) => {
      const { length } = told;
      listening.look();
      await until(() => told.length > length && told.at(-1) === answer);
    };
    isDown = false;
    if (told.length === 0) await look(user.id);
    isDown = true;
    await look('NETWORK');
    isDown = false;
    await look(user.id);
    listening.close();
    const times = told.filter((one) => one === user.id).length;
    assert.ok(times >= 2 && times <= 3, told.join(' '));
  });

  test('keeps what its user calls it', async () => {
    const user = await aUser(server);
    const storage = memoryStorage();
    const device = anInstallation(server, applicationId, { storage });
    const account = await device.pair((await aPairingKey(server, user)).uri, { nickname: 'Phone' });
    const kept = async () => (await device.accounts())[0]?.nickname;
    assert.equal(await kept(), 'Phone');
    await account.update({ nickname: 'Old phone' });
    await account.update({ integrity: { compromised: false } });
    assert.deepEqual([account.nickname, await kept()], ['Old phone', 'Old phone']);
    await account.update({ nickname: '' });
    assert.equal(await kept(), undefined);
  });

  test('leaves a server that is down in peace', async (context) => {
    const { storage } = await shared();
    const errors: string[] = [];
    const nobody = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => nobody.listen(0, '127.0.0.1', resolve));
    const { port } = nobody.address() as { port: number };
    const [name = ''] = await storage.keys();
    const record = (await storage.get(name)) as object;
    await storage.set(name, { ...record, origin: `http://127.0.0.1:${port}` });
    const device = new Device({ storage });
    // The timer that it sets at once after an error is its rest: here it is over soon.
    const rests: number[] = [];
    let hasFailed = false;
    const { setTimeout: start } = globalThis;
    const shorten = (end: () => void, ms: number) => {
      if (!hasFailed) return start(end, ms);
      hasFailed = false;
      rests.push(ms / 1_000);
      return start(end, 1);
    };
    context.mock.method(globalThis, 'setTimeout', shorten);
    const onError = (error: unknown) => {
      errors.push((error as { code: string }).code);
      hasFailed = true;
    };
    const listening = device.onRequest(() => {}, { onError });
    const MIDDLES = [2, 4, 8, 16, 32, 60, 60];
    await until(() => rests.length >= MIDDLES.length);
    listening.close();
    nobody.close();
    for (const [index, middle] of MIDDLES.entries()) {
      const rest = rests[index] ?? 0;
      assert.ok(rest >= middle / 2 && rest <= middle * 1.5, `${rest} after ${index + 1} tries`);
    }
    assert.deepEqual(new Set(errors), new Set(['NETWORK']));
  });

  describe('in files', () => {
    let directory: string;
    before(() => {
      directory = mkdtempSync(join(tmpdir(), 'countersign-device-'));
    });
    after(() => rmSync(directory, { recursive: true, force: true }));

    /** Runs one command of the terminal's authenticator to its end. */
    const cli = (file: string, ...args: string[]) =>
      new Promise<{ code: number | null; out: string }>((resolve) => {
        const main = fileURLToPath(new URL('../../cli/src/authenticator.ts', import.meta.url));
        const child = spawn(process.execPath, [main, ...args, '--file', file]);
        let out = '';
        child.stdout.on('data', (data) => {
          out += data;
        });
        child.stderr.on('data', (data) => {
          out += data;
        });
        child.on('close', (code) => resolve({ code, out }));
      });

    test('is used by several processes at once, one channel between them', async () => {
      const file = join(directory, 'shared.json');
      const { user, open } = await shared(fileStorage(file));
      const listeners = [0, 1, 2].map(() => cli(file, 'listen', '--once', '--approve'));
      // Each takes one request; the next waits for its turn at the channel.
      const flows: string[] = [];
      for (let round = 0; round < 3; round++) {
        const flow = await aFlow(server, user);
        flows.push(flow.id);
        await waitFor(flow.id, 'COMPLETED');
      }
      for (const { code, out } of await Promise.all(listeners)) assert.equal(code, 0, out);
      assert.equal(await approve(user, await open()), 'COMPLETED');
    });

    async function waitFor(flowId: string, status: string): Promise<void> {
      let body: { status?: string } = {};
      await until(async () => {
        ({ body } = await server.auth(`/deviceAuthentications/${flowId}`));
        return body.status !== 'PUSH_CONFIRMATION_REQUIRED';
      });
      assert.equal(body.status, status);
    }
  });

  test('does without what React Native does not have', async () => {
    const user = await aUser(server);
    const { uri } = await aPairingKey(server, user);
    const main = fileURLToPath(new URL('../src/testing/bare-device.ts', import.meta.url));
    const child = spawn(process.execPath, [main, uri, applicationId]);
    const lines: string[] = [];
    child.stdout.on('data', (data) => lines.push(...String(data).trim().split('\n')));
    child.stderr.on('data', (data) => lines.push(String(data)));
    const ended = new Promise((resolve) => child.on('close', resolve));
    await until(() => lines.includes('listening') || child.exitCode !== null);
    await aFlow(server, user);
    assert.equal(await ended, 0, lines.join('\n'));
    assert.deepEqual(lines.slice(-2), ['COMPLETED', 'rotated']);
  });

  test('asks who has a phone of another user nothing', async () => {
    const { user } = await shared();
    const stranger = await aPhone(server, await aUser(server), applicationId);
    await aFlow(server, user);
    assert.deepEqual((await stranger.account.requests()).requests, []);
  });
});
