/** What a phone is told before it pairs, by whom, and how little of it a guess finds. */
import assert from 'node:assert/strict';
import { randomInt, randomUUID } from 'node:crypto';
import { before, test } from 'node:test';
import { type Device, DeviceError } from '../../device/src/index.ts';
import {
  CLIENT_FAILURES_MAX,
  CLIENT_FAILURES_WINDOW_MS,
  TYPED_CODE_ENVIRONMENTS_MAX,
} from '../src/config/limits.ts';
import {
  newPairingCode,
  pairingKeyDocument,
} from '../src/resources/devices/pairing-keys/new-pairing-key.ts';
import { newEnvironmentWrites } from '../src/resources/platform/environments/new-environment.ts';
import { errorOf, invalidData, type Reply, send } from '../src/testing/client.ts';
import {
  allowNative,
  aNativeApplication,
  anInstallation,
  aPairingKey,
  aPhone,
  refused,
} from '../src/testing/native.ts';
import { describeNative } from '../src/testing/native-suite.ts';
import { aUser } from '../src/testing/scenario.ts';
import type { TestServer } from '../src/testing/server.ts';

const aGuess = () => `01${String(randomInt(10 ** 12)).padStart(12, '0')}`;

describeNative(
  'before pairing',
  (world, once) => {
    let server: TestServer;
    let applicationId: string;
    let device: Device;
    before(() => {
      ({ server, applicationId } = world);
      device = anInstallation(server, applicationId);
    });

    const keyOf = async (user: { id: string }, id: string) =>
      (await server.api(`/users/${user.id}/pairingKeys/${id}`)).body;
    /** A browser or phone behind the proxy, at this address. */
    const at = (address: string, application = applicationId) =>
      anInstallation(server, application, {
        fetch: (input, init) =>
          fetch(input, { ...init, headers: { ...init?.headers, 'x-forwarded-for': address } }),
      });
    const find = (code: string, address = '198.51.100.1'): Promise<Reply> =>
      send(`${server.server.url}/device/v1/pairings`, {
        body: { code },
        headers: { 'x-forwarded-for': address },
      });

    test('tells the holder of the code for whom, where and until when, and claims nothing', async () => {
      const user = await aUser(server);
      const key = await aPairingKey(server, user);
      const { name } = (await server.api('')).body;
      const preview = await device.preview(key.uri);
      assert.deepEqual(
        [preview.user, preview.environment, preview.expiresAt],
        [{ username: user.username }, { id: server.environmentId, name }, key.expiresAt],
      );
      assert.match(preview.application.name, /^phone-/);
      assert.equal((await keyOf(user, key.id)).status, 'UNCLAIMED');
      // As often as it takes the user to decide.
      await device.preview(key.uri);
      await device.pair(key.uri);
      await refused(device.preview(key.uri), 'PAIRING_KEY_INVALID');
    });

    test('refuses what has ended, was taken back, or is of a user who is disabled', async () => {
      const user = await aUser(server);
      const { uri, id } = await aPairingKey(server, user);
      await server.api(`/users/${user.id}/pairingKeys/${id}`, { method: 'DELETE' });
      await refused(device.preview(uri), 'PAIRING_KEY_INVALID');
      const late = await aPairingKey(server, user);
      server.advance(600_000);
      await refused(device.preview(late.uri), 'PAIRING_KEY_INVALID');
      const other = await aPairingKey(server, user);
      await server.api(`/users/${user.id}/enabled`, { method: 'PUT', body: { enabled: false } });
      await refused(device.preview(other.uri), 'PAIRING_KEY_INVALID');
    });

    test('tells nothing where the phone could not be paired, and leaves the key as it is', async () => {
      const user = await aUser(server);
      const key = await aPairingKey(server, user);
      const stranger = await aNativeApplication(server);
      await refused(anInstallation(server, stranger).preview(key.uri), 'APPLICATION_MISMATCH');
      assert.equal((await keyOf(user, key.id)).status, 'UNCLAIMED');
      await allowNative(server, applicationId, {
        ipPairingConfiguration: { anyIPAdress: false, onlyTheseIpAddresses: ['192.0.2.0/24'] },
      });
      const near = await aPairingKey(server, user);
      await refused(at('198.51.100.7').preview(near.uri), 'ADDRESS_NOT_ALLOWED');
      assert.equal((await keyOf(user, near.id)).status, 'UNCLAIMED');
      assert.equal((await at('192.0.2.7').preview(near.uri)).user.username, user.username);
    });

    test('is counted with the pairings: a preview is no second way to guess', once, async () => {
      const user = await aUser(server);
      const key = await aPairingKey(server, user);
      const address = '198.51.100.9';
      const phone = at(address);
      const guess = () => phone.preview(key.uri.replace(key.code, aGuess()));
      for (let count = 0; count < CLIENT_FAILURES_MAX; count++) {
        await refused(guess(), 'PAIRING_KEY_INVALID');
      }
      await refused(phone.preview(key.uri), 'LIMIT_EXCEEDED');
      await refused(phone.pair(key.uri), 'LIMIT_EXCEEDED');
      await at('198.51.100.10').preview(key.uri);
      server.advance(CLIENT_FAILURES_WINDOW_MS);
      await phone.pair(key.uri);
    });

    test('a typed code is enough, whichever environment it is of', async () => {
      const user = await aUser(server);
      const key = await aPairingKey(server, user);
      const typed = key.code.replaceAll(/(.{4})/g, '$1 ');
      assert.equal((await find(typed)).body.uri, key.uri);
      const target = await device.find(server.server.url, typed);
      assert.deepEqual([target.code, target.environmentId], [key.code, server.environmentId]);
      assert.equal((await device.preview(target)).user.username, user.username);
      await device.pair(target);
      assert.deepEqual(errorOf(await find(typed)), invalidData('PAIRING_KEY_INVALID', 'code'));
    });

    test('a typed code is guessed no more often than any other', once, async () => {
      const user = await aUser(server);
      const { code } = await aPairingKey(server, user);
      const address = '2001:db8:7:7::1';
      for (let count = 0; count < CLIENT_FAILURES_MAX; count++) {
        assert.equal(errorOf(await find(aGuess(), address)).detail, 'PAIRING_KEY_INVALID');
      }
      assert.equal((await find(code, '2001:db8:7:7::2')).status, 429);
      assert.equal((await find(code, '2001:db8:7:8::1')).status, 200);
      server.advance(CLIENT_FAILURES_WINDOW_MS);
      assert.equal((await find(code, address)).status, 200);
    });

    test('says by which address the server is known, where another one was used', async () => {
      const user = await aUser(server);
      const key = await aPairingKey(server, user);
      const other = key.uri.replace('127.0.0.1', 'localhost');
      for (const work of ['preview', 'pair'] as const) {
        await assert.rejects(device[work](other), (error) => {
          assert.ok(error instanceof DeviceError);
          assert.deepEqual(
            [error.code, error.serverOrigin],
            ['ADDRESS_MISMATCH', server.server.url],
          );
          return true;
        });
      }
      // What is signed for another operation is as little taken as before, and told nothing.
      const { account } = await aPhone(server, user, applicationId);
      const request = await account.sign('removals');
      const moved = await send(`${server.server.url}/${server.environmentId}/device/v1/updates`, {
        body: { request },
      });
      assert.deepEqual([moved.status, moved.body.details[0].code], [401, 'INVALID_SIGNATURE']);
      const nowhere = { flow: randomUUID() };
      await refused(account.call('reports', nowhere), 'PUSH_CONFIRMATION_TOO_LATE');
    });

    /** Environments without anything in them but what each begins with. */
    async function addEnvironments(count: number): Promise<string[]> {
      const { keyring, methods, store } = server.server.parts;
      const ids = Array.from({ length: count }, () => randomUUID());
      for (const id of ids) {
        const made = { id, name: `Shop ${id}`, products: [{ type: 'PING_ONE_MFA' }] };
        await store.commit(
          await newEnvironmentWrites(made, { keyring, methods, now: server.now() }),
        );
      }
      return ids;
    }

    test('a typed code is found in another environment, and has its own key there', async () => {
      const [environmentId = ''] = await addEnvironments(1);
      const { keyring, store } = server.server.parts;
      await keyring.load(environmentId);
      const [id, code] = [randomUUID(), newPairingCode('ALPHANUMERIC')];
      const doc = pairingKeyDocument(keyring, {
        environmentId,
        id,
        code,
        userId: randomUUID(),
        policyId: randomUUID(),
        applicationIds: [],
        lifetimeMs: 60_000,
        now: server.now(),
      });
      await store.commit([{ op: 'insert', table: 'pairing_keys', environmentId, id, doc }]);
      const target = await device.find(server.server.url, code.toLowerCase());
      const { kid } = await keyring.deviceSigningKey(environmentId);
      assert.deepEqual([target.environmentId, target.serverKey], [environmentId, kid]);
      server.advance(60_000);
      await refused(device.find(server.server.url, code), 'PAIRING_KEY_INVALID');
    });

    // The last one: from here on the server has too many.
    test('asks for the environment where there are too many to look in', once, async () => {
      const { code } = await aPairingKey(server, await aUser(server));
      await addEnvironments(TYPED_CODE_ENVIRONMENTS_MAX);
      await refused(device.find(server.server.url, code), 'REQUIRED_VALUE');
    });
  },
  { env: { COUNTERSIGN_TRUST_PROXY: '127.0.0.1' } },
);
