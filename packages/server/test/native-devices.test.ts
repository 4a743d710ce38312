/** Pairing, push and passcodes of native devices, by the real SDK, on both stores. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { Account, memoryStorage } from '../../device/src/index.ts';
import { errorOf, invalidData } from '../src/testing/client.ts';
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
import { describeNative } from '../src/testing/native-suite.ts';
import { aDevice, aFlow, aUser, check, select, start } from '../src/testing/scenario.ts';
import type { TestServer } from '../src/testing/server.ts';
import { until } from '../src/testing/until.ts';

const minutes = (duration: number) => ({ duration, timeUnit: 'MINUTES' });
const seconds = (duration: number) => ({ duration, timeUnit: 'SECONDS' });

/** Every value in it, however deep, as text. */
function valuesOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [String(value)];
  return Object.values(value).flatMap(valuesOf);
}

describeNative('native devices', (world) => {
  let server: TestServer;
  let applicationId: string;
  before(() => {
    ({ server, applicationId } = world);
  });

  const readFlow = async (id: string) => (await server.auth(`/deviceAuthentications/${id}`)).body;
  const readKey = async (userId: string, id: string) =>
    (await server.api(`/users/${userId}/pairingKeys/${id}`)).body;
  const readDevices = async (userId: string) =>
    (await server.api(`/users/${userId}/devices`)).body._embedded.devices;

  describe('pairing keys', () => {
    test('are made, read, claimed once and deleted', async () => {
      const user = await aUser(server);
      const key = await aPairingKey(server, user);
      assert.match(key.code, /^01[0-9]{12}$/);
      assert.equal(key.status, 'UNCLAIMED');
      assert.deepEqual(key.applications, [{ id: applicationId }]);
      assert.equal(Date.parse(key.expiresAt) - Date.parse(key.createdAt), 600_000);
      server.secret(key.code);
      const url = new URL(key.uri);
      assert.equal(url.pathname, '/pair');
      const account = await anInstallation(server, applicationId).pair(key.uri, {
        nickname: 'Red phone',
      });
      assert.equal(account.user.username, user.username);
      const claimed = await readKey(user.id, key.id);
      assert.deepEqual([claimed.status, claimed.device.id], ['CLAIMED', account.id]);
      const [device] = await readDevices(user.id);
      assert.deepEqual(
        [device.id, device.type, device.status, device.nickname],
        [account.id, 'MOBILE', 'ACTIVE', 'Red phone'],
      );
      assert.deepEqual(device.os, { type: 'ANDROID', version: '16' });
      assert.deepEqual([device.push, device.otp], [{ status: 'ENABLED' }, { status: 'ENABLED' }]);
      await refused(anInstallation(server, applicationId).pair(key.uri), 'PAIRING_KEY_INVALID');
      const path = `/users/${user.id}/pairingKeys/${key.id}`;
      assert.equal((await server.api(path, { method: 'DELETE' })).status, 204);
      assert.equal((await server.api(path)).status, 404);
      assert.equal((await readDevices(user.id)).length, 1);
    });

    test('have letters where the settings say so, and are typed with spaces', async () => {
      const settings = { pairing: { maxAllowedDevices: 5, pairingKeyFormat: 'ALPHANUMERIC' } };
      await server.api('/mfaSettings', { method: 'PUT', body: settings });
      const user = await aUser(server);
      const { code } = await aPairingKey(server, user);
      assert.match(code, /^01[2-9A-HJ-NP-Z]{16}$/);
      const typed = code.toLowerCase().replaceAll(/(.{4})/g, '$1 ');
      const origin = server.server.url;
      const { environmentId } = server;
      const target = { origin, environmentId, code: typed };
      const account = await anInstallation(server, applicationId).pair(target);
      assert.equal(account.status, 'ACTIVE');
      await server.api('/mfaSettings', {
        method: 'PUT',
        body: { pairing: { ...settings.pairing, pairingKeyFormat: 'NUMERIC' } },
      });
    });

    test('end after their time, and the policy sets it', async () => {
      await allowNative(server, applicationId, { pairingKeyLifetime: minutes(1) });
      const user = await aUser(server);
      const key = await aPairingKey(server, user);
      assert.equal(Date.parse(key.expiresAt) - Date.parse(key.createdAt), 60_000);
      server.advance(60_000);
      await refused(anInstallation(server, applicationId).pair(key.uri), 'PAIRING_KEY_INVALID');
      assert.equal((await readKey(user.id, key.id)).status, 'UNCLAIMED');
    });

    test('are claimed once by many at the same time', async () => {
      const user = await aUser(server);
      const { uri } = await aPairingKey(server, user);
      const tries = await Promise.allSettled(
        Array.from({ length: 8 }, () => anInstallation(server, applicationId).pair(uri)),
      );
      assert.equal(tries.filter(({ status }) => status === 'fulfilled').length, 1);
      assert.equal((await readDevices(user.id)).length, 1);
    });

    test('need an application of the policy, and at most 20 are valid', async () => {
      const user = await aUser(server);
      const stranger = await aNativeApplication(server);
      const reply = await server.api(`/users/${user.id}/pairingKeys`, {
        body: { applications: [{ id: stranger }] },
      });
      assert.deepEqual(errorOf(reply), invalidData('INVALID_VALUE', 'applications[0].id'));
      const replies = await Promise.all(
        Array.from({ length: 22 }, () =>
          server.api(`/users/${user.id}/pairingKeys`, { method: 'POST' }),
        ),
      );
      const made = replies.filter(({ status }) => status === 201);
      assert.equal(made.length, 20);
      await allowNative(server, applicationId, { pairingDisabled: true });
      const disabled = await server.api(`/users/${user.id}/pairingKeys`, { method: 'POST' });
      assert.equal(errorOf(disabled).target, 'applications');
    });

    test('fail with the reason: another application, address, compromised, too many', async () => {
      const user = await aUser(server);
      const wrong = await aPairingKey(server, user);
      const stranger = await aNativeApplication(server);
      await refused(anInstallation(server, stranger).pair(wrong.uri), 'APPLICATION_MISMATCH');
      const failed = await readKey(user.id, wrong.id);
      assert.deepEqual([failed.status, failed.error.code], ['FAILED', 'APPLICATION_MISMATCH']);
      await refused(anInstallation(server, applicationId).pair(wrong.uri), 'PAIRING_KEY_INVALID');

      const rule = (onlyTheseIpAddresses: string[]) => ({
        ipPairingConfiguration: { anyIPAdress: false, onlyTheseIpAddresses },
      });
      await allowNative(server, applicationId, rule(['192.0.2.0/24']));
      const elsewhere = await aPairingKey(server, user);
      const pairIt = (uri: string, more: object = {}) =>
        anInstallation(server, applicationId).pair(uri, more);
      await refused(pairIt(elsewhere.uri), 'ADDRESS_NOT_ALLOWED');
      await allowNative(server, applicationId, rule(['127.0.0.0/8']));
      await pairIt((await aPairingKey(server, user)).uri);
      // From where the key was made.
      await allowNative(server, applicationId, rule([]));
      await pairIt((await aPairingKey(server, user)).uri);

      await allowNative(server, applicationId, { integrityDetection: 'restrictive' });
      await refused(pairIt((await aPairingKey(server, user)).uri), 'DEVICE_COMPROMISED');
      await pairIt((await aPairingKey(server, user)).uri, { integrity: { compromised: false } });
      await allowNative(server, applicationId, { integrityDetection: 'permissive' });
      await pairIt((await aPairingKey(server, user)).uri);
      const rooted = (await aPairingKey(server, user)).uri;
      await refused(pairIt(rooted, { integrity: { compromised: true } }), 'DEVICE_COMPROMISED');

      await allowNative(server, applicationId);
      await pairIt((await aPairingKey(server, user)).uri);
      const sixth = await aPairingKey(server, user);
      await refused(pairIt(sixth.uri), 'LIMIT_EXCEEDED');
      assert.equal((await readKey(user.id, sixth.id)).error.code, 'LIMIT_EXCEEDED');
    });

    test('are not guessed: after some tries the address must wait', async () => {
      const guess = () =>
        anInstallation(server, applicationId)
          .pair({
            origin: server.server.url,
            environmentId: server.environmentId,
            code: `01${String(Math.random()).slice(2, 14)}`,
          })
          .then(
            () => 'PAIRED',
            (error) => error.code,
          );
      const outcomes: string[] = [];
      for (let tries = 0; tries < 40; tries++) outcomes.push(await guess());
      assert.ok(!outcomes.includes('PAIRED'));
      assert.equal(outcomes.at(-1), 'LIMIT_EXCEEDED');
      server.advance(3_600_000);
      await server.renew();
    });
  });

  describe('a push', () => {
    test('is approved, with what the device adds to the AMR', async () => {
      const user = await aUser(server);
      const phone = await aPhone(server, user, applicationId);
      const flow = await aFlow(server, user, {
        notification: { clientContext: { header: 'Transfer', amount: 12 } },
      });
      assert.equal(flow.status, 'PUSH_CONFIRMATION_REQUIRED');
      assert.deepEqual(Object.keys(flow._links).sort(), [
        'cancel.push.authentication',
        'device.select',
        'otp.check',
        'self',
      ]);
      const request = await theRequest(phone);
      const { challenge } = request;
      assert.deepEqual(
        [challenge.id, challenge.kind, challenge.user.username],
        [flow.id, 'CONFIRM', user.username],
      );
      assert.deepEqual(challenge.clientContext, { header: 'Transfer', amount: 12 });
      assert.match(challenge.title, /^Sign in to /);
      assert.match(challenge.message, new RegExp(user.username));
      assert.equal(challenge.origin.address, '127.0.0.1');
      assert.equal(await request.approve({ amr: ['fpt', 'MFA', 'sms', 'x y'] }), 'COMPLETED');
      const done = await readFlow(flow.id);
      assert.equal(done.status, 'COMPLETED');
      assert.deepEqual(done.authenticators, ['mca', 'user', 'mfa', 'fpt']);
      assert.deepEqual((await phone.account.requests()).requests, []);
      await refused(request.deny(), 'PUSH_CONFIRMATION_TOO_LATE');
    });

    test('is denied, or reported as fraud', async () => {
      const user = await aUser(server);
      const phone = await aPhone(server, user, applicationId);
      const flow = await aFlow(server, user);
      assert.equal(await (await theRequest(phone)).deny(), 'FAILED');
      assert.equal((await readFlow(flow.id)).error.code, 'PUSH_DENIED');
      const other = await aFlow(server, user);
      assert.equal(await (await theRequest(phone)).deny('REPORT_FRAUD'), 'FAILED');
      assert.equal((await readFlow(other.id)).error.code, 'FRAUD_REPORTED');
    });

    test('that is denied counts for the lock of the account, one that times out does not', async () => {
      const settings = (body: object) => server.api('/mfaSettings', { method: 'PUT', body });
      await settings({ lockout: { failureCount: 2, durationSeconds: 60 } });
      const user = await aUser(server);
      const phone = await aPhone(server, user, applicationId);
      const late = await aFlow(server, user);
      server.advance(150_000);
      await until(async () => (await readFlow(late.id)).status === 'PUSH_CONFIRMATION_TIMED_OUT');
      for (const expected of ['PUSH_CONFIRMATION_REQUIRED', 'PUSH_CONFIRMATION_REQUIRED']) {
        assert.equal((await aFlow(server, user)).status, expected);
        await (await theRequest(phone)).deny();
      }
      assert.equal((await aFlow(server, user)).error.code, 'USER_LOCKED');
      server.advance(60_000);
      assert.equal((await aFlow(server, user)).status, 'PUSH_CONFIRMATION_REQUIRED');
      await server.api('/mfaSettings', { method: 'DELETE' });
    });

    test('matches a number that is chosen or typed; a wrong one is a denial', async () => {
      for (const type of ['SELECT_NUMBER', 'ENTER_MANUALLY']) {
        await allowNative(server, applicationId, {
          push: { enabled: true, numberMatching: { enabled: true, type } },
        });
        const user = await aUser(server);
        const phone = await aPhone(server, user, applicationId);
        const flow = await aFlow(server, user);
        const { value } = flow.numberMatching;
        assert.equal(flow.numberMatching.type, type);
        const request = await theRequest(phone);
        const { numbers, kind } = request.challenge;
        if (type === 'SELECT_NUMBER') {
          assert.equal(numbers?.length, 3);
          assert.ok(numbers.includes(value));
        } else {
          assert.equal(kind, 'ENTER_NUMBER');
          assert.equal(numbers, undefined);
          assert.ok(!valuesOf(request.challenge).includes(String(value)));
        }
        assert.equal(await request.approve({ number: value }), 'COMPLETED');
        assert.equal((await readFlow(flow.id)).numberMatching, undefined);

        const next = await aFlow(server, user);
        const wrong = next.numberMatching.value === 99 ? 98 : next.numberMatching.value + 1;
        assert.equal(await (await theRequest(phone)).approve({ number: wrong }), 'FAILED');
        assert.equal((await readFlow(next.id)).error.code, 'PUSH_DENIED');
        const third = await aFlow(server, user);
        assert.equal(await (await theRequest(phone)).approve(), 'FAILED');
        assert.equal((await readFlow(third.id)).error.code, 'PUSH_DENIED');
      }
    });

    test('times out, and then a passcode of the phone does it', async () => {
      await allowNative(server, applicationId, { pushTimeout: seconds(60) });
      const user = await aUser(server);
      const phone = await aPhone(server, user, applicationId);
      const flow = await aFlow(server, user);
      const request = await theRequest(phone);
      server.advance(60_000);
      await refused(request.approve(), 'PUSH_CONFIRMATION_TOO_LATE');
      const late = await readFlow(flow.id);
      assert.equal(late.status, 'PUSH_CONFIRMATION_TIMED_OUT');
      assert.deepEqual((await phone.account.requests()).requests, []);
      const { code } = await phone.account.passcode();
      const done = await check(server, flow.id, code);
      assert.deepEqual(done.body.authenticators, ['otp', 'mfa']);
      const again = await aFlow(server, user);
      const reused = await check(server, again.id, code);
      assert.equal(errorOf(reused).detail, 'INVALID_OTP');
    });

    test('must reach the phone in the time of the device; then the user has the rest', async () => {
      await allowNative(server, applicationId, {
        newRequestDurationConfiguration: {
          deviceTimeout: seconds(20),
          totalTimeout: seconds(45),
        },
      });
      const user = await aUser(server);
      const phone = await aPhone(server, user, applicationId);
      const unseen = await aFlow(server, user);
      server.advance(20_000);
      assert.equal((await readFlow(unseen.id)).status, 'PUSH_CONFIRMATION_TIMED_OUT');
      const flow = await aFlow(server, user);
      server.advance(19_999);
      const { challenge } = await theRequest(phone);
      assert.equal(Date.parse(challenge.expiresAt), server.now() + 25_001);
      server.advance(25_000);
      assert.equal((await readFlow(flow.id)).status, 'PUSH_CONFIRMATION_REQUIRED');
      server.advance(1);
      assert.equal((await readFlow(flow.id)).status, 'PUSH_CONFIRMATION_TIMED_OUT');
    });

    test('is cancelled, or left for another device, and then too late to approve', async () => {
      const user = await aUser(server);
      const email = await aDevice(server, user);
      const phone = await aPhone(server, user, applicationId);
      const flow = await aFlow(server, user, { selectedDevice: { id: phone.account.id } });
      const request = await theRequest(phone);
      const cancelled = await server.auth(`/deviceAuthentications/${flow.id}`, {
        type: 'cancel.push.authentication',
        body: { reason: 'CHANGE_DEVICE' },
      });
      assert.equal(cancelled.body.status, 'DEVICE_SELECTION_REQUIRED');
      await refused(request.approve(), 'AUTHENTICATION_CANCELLED');
      const again = await select(server, flow.id, phone.account.id);
      assert.equal(again.body.status, 'PUSH_CONFIRMATION_REQUIRED');
      assert.equal((await select(server, flow.id, email.id)).body.status, 'OTP_REQUIRED');
      await refused((await start(server, user)) && request.approve(), 'PUSH_CONFIRMATION_TOO_LATE');
    });

    test('approved and denied at the same time: exactly one wins', async () => {
      const user = await aUser(server);
      const phone = await aPhone(server, user, applicationId);
      for (let round = 0; round < 4; round++) {
        const flow = await aFlow(server, user);
        const [request, same] = [await theRequest(phone), await theRequest(phone)];
        const outcomes = await Promise.allSettled([request.approve(), same.deny()]);
        const won = outcomes.filter(({ status }) => status === 'fulfilled');
        assert.equal(won.length, 1, JSON.stringify(outcomes));
        const lost = outcomes.find(({ status }) => status === 'rejected');
        assert.ok(lost?.status === 'rejected');
        assert.equal(lost.reason.code, 'PUSH_CONFIRMATION_TOO_LATE');
        assert.match((await readFlow(flow.id)).status, /COMPLETED|FAILED/);
      }
    });

    test('is one at a time, and too many that come to nothing lock the device', async () => {
      await allowNative(server, applicationId, {
        pushLimit: { count: 3, timePeriod: minutes(10), lockDuration: minutes(30) },
      });
      const user = await aUser(server);
      const phone = await aPhone(server, user, applicationId);
      const first = await aFlow(server, user);
      const second = await aFlow(server, user);
      assert.equal((await readFlow(first.id)).status, 'DEVICE_SELECTION_REQUIRED');
      assert.equal((await theRequest(phone)).challenge.id, second.id);
      // An approval forgets what came to nothing.
      await (await theRequest(phone)).approve();
      const flows = await Promise.all(Array.from({ length: 8 }, () => start(server, user)));
      const statuses = flows.map(({ body }) => body.status);
      const asked = statuses.filter((status) => status === 'PUSH_CONFIRMATION_REQUIRED');
      assert.ok(asked.length <= 3, statuses.join());
      const [device] = await readDevices(user.id);
      assert.deepEqual([device.lock.status, device.lock.reason], ['LOCKED', 'PUSH']);
      assert.equal((await aFlow(server, user)).error.code, 'NO_USABLE_DEVICES');
      server.advance(30 * 60_000);
      await server.renew();
      assert.equal((await aFlow(server, user)).status, 'PUSH_CONFIRMATION_REQUIRED');
    });

    test('is not sent where the policy has none: a passcode is asked for, or nothing', async () => {
      const user = await aUser(server);
      const phone = await aPhone(server, user, applicationId);
      await allowNative(server, applicationId, { push: { enabled: false } });
      const flow = await aFlow(server, user);
      assert.equal(flow.status, 'OTP_REQUIRED');
      const { code } = await phone.account.passcode();
      assert.equal((await check(server, flow.id, code)).body.status, 'COMPLETED');
      await allowNative(server, applicationId, {
        push: { enabled: false },
        otp: { enabled: false },
      });
      const none = await aFlow(server, user);
      assert.deepEqual(
        [none.error.code, none._embedded.blockedDevices[0].usableStatus.reason],
        ['NO_USABLE_DEVICES', 'NO_AUTHENTICATOR'],
      );
      await allowNative(server, applicationId);
      await phone.account.update({ about: { allowPushNotification: false } });
      assert.equal((await aFlow(server, user)).status, 'OTP_REQUIRED');
      const [device] = await readDevices(user.id);
      assert.deepEqual(device.push, { status: 'DISABLED', error: { code: 'PushDisabled' } });
    });

    test('must verify its user where the policy says so', async () => {
      await allowNative(server, applicationId, { biometricsEnabled: true });
      const user = await aUser(server);
      const phone = await aPhone(server, user, applicationId);
      const flow = await aFlow(server, user);
      const request = await theRequest(phone);
      assert.equal(request.challenge.userVerification, 'REQUIRED');
      await refused(request.approve(), 'INVALID_VALUE');
      assert.equal(await request.approve({ userVerification: 'face', amr: 'face' }), 'COMPLETED');
      assert.deepEqual((await readFlow(flow.id)).authenticators, ['mca', 'user', 'mfa', 'face']);
    });

    test('wakes a request that is held open', async (context) => {
      const user = await aUser(server);
      const phone = await aPhone(server, user, applicationId);
      const { mock } = context.mock.method(server.server.parts.deviceWakes, 'wait');
      const held = phone.account.requests({ wait: 20 });
      await until(() => mock.callCount() > 0);
      const flow = await aFlow(server, user);
      const { requests } = await held;
      assert.equal(requests[0]?.challenge.id, flow.id);
    });
  });

  describe('an authentication code', () => {
    const codes = (path = '', options?: object) =>
      server.auth(`/authenticationCodes${path}`, options);
    const make = async (more: object = {}) => {
      const reply = await codes('', { body: { application: { id: applicationId }, ...more } });
      assert.equal(reply.status, 201, reply.text);
      return reply.body;
    };

    test('signs the user on who scans it, after he approves', async () => {
      const user = await aUser(server);
      const { account } = await aPhone(server, user, applicationId);
      const code = await make({ clientContext: { header: 'Sign on' } });
      assert.match(code.code, /^[2-9A-HJ-NP-Z]{8}$/);
      server.secret(code.code);
      assert.equal(code.uri, `pingonesdk?authentication_code=${code.code}`);
      assert.equal(Date.parse(code.expiresAt) - Date.parse(code.createdAt), 60_000);
      const scanned = await account.scan(code.uri);
      assert.deepEqual([scanned.id, scanned.status], [code.id, 'CLAIMED']);
      assert.deepEqual(scanned.clientContext, { header: 'Sign on' });
      const claimed = (await codes(`/${code.id}`)).body;
      assert.deepEqual([claimed.status, claimed.user], ['CLAIMED', undefined]);
      assert.equal(claimed._embedded.device.id, account.id);
      assert.equal(await account.answerCode(scanned.id, 'APPROVE'), 'COMPLETED');
      const done = (await codes(`/${code.id}`)).body;
      assert.deepEqual([done.status, done.user], ['COMPLETED', { id: user.id }]);
      await refused(account.answerCode(scanned.id, 'DENY'), 'AUTHENTICATION_CODE_INVALID');
      await refused(account.scan(code.code), 'AUTHENTICATION_CODE_INVALID');
    });

    test('is denied, needs no approval, expires, is deleted, and is of one application', async () => {
      const user = await aUser(server);
      const { account } = await aPhone(server, user, applicationId);
      const denied = await make();
      await account.answerCode((await account.scan(denied.code)).id, 'DENY');
      const { body } = await codes(`/${denied.id}`);
      assert.deepEqual([body.status, body.error.code, body.user], ['DENIED', 'DENIED', undefined]);
      const open = await make({ userApproval: 'NOT_REQUIRED' });
      assert.equal((await account.scan(open.code)).status, 'COMPLETED');
      assert.deepEqual((await codes(`/${open.id}`)).body.user, { id: user.id });
      const late = await make({ lifeTime: seconds(10) });
      server.advance(10_000);
      await refused(account.scan(late.code), 'AUTHENTICATION_CODE_INVALID');
      assert.equal((await codes(`/${late.id}`)).body.status, 'EXPIRED');
      const gone = await make();
      assert.equal((await codes(`/${gone.id}`, { method: 'DELETE' })).status, 204);
      await refused(account.scan(gone.code), 'AUTHENTICATION_CODE_INVALID');
      assert.equal((await codes(`/${gone.id}`)).status, 404);
      const stranger = await aNativeApplication(server);
      const foreign = await make({ application: { id: stranger } });
      await refused(account.scan(foreign.code), 'AUTHENTICATION_CODE_INVALID');
      for (const [more, target] of [
        [{ lifeTime: seconds(9) }, 'lifeTime.duration'],
        [{ lifeTime: minutes(31) }, 'lifeTime.duration'],
        [{ lifeTime: { duration: 1 } }, 'lifeTime.timeUnit'],
        [{ application: { id: user.id } }, 'application.id'],
      ] as const) {
        const reply = await codes('', { body: { application: { id: applicationId }, ...more } });
        assert.equal(errorOf(reply).target, target);
      }
    });

    test('is claimed once by many at the same time', async () => {
      const user = await aUser(server);
      const phones = await Promise.all([1, 2, 3].map(() => aPhone(server, user, applicationId)));
      const { code } = await make();
      const tries = await Promise.allSettled(phones.map(({ account }) => account.scan(code)));
      assert.equal(tries.filter(({ status }) => status === 'fulfilled').length, 1);
    });
  });

  describe('the life of a device', () => {
    test('its key is replaced, and the old one is refused', async () => {
      const user = await aUser(server);
      const { account, storage } = await aPhone(server, user, applicationId);
      const copy = memoryStorage();
      for (const key of await storage.keys()) await copy.set(key, await storage.get(key));
      await account.rotateKey();
      const flow = await aFlow(server, user);
      const { requests } = await account.requests();
      assert.equal(await requests[0]?.approve(), 'COMPLETED');
      assert.equal((await readFlow(flow.id)).status, 'COMPLETED');
      const [old] = await anInstallation(server, applicationId, { storage: copy }).accounts();
      assert.ok(old);
      await refused(old.requests(), 'INVALID_SIGNATURE');
    });

    test('it removes itself, or is removed and told so once', async () => {
      const user = await aUser(server);
      const one = await aPhone(server, user, applicationId);
      await one.account.remove();
      assert.deepEqual(await readDevices(user.id), []);
      assert.deepEqual(await one.device.accounts(), []);
      const two = await aPhone(server, user, applicationId);
      const path = `/users/${user.id}/devices/${two.account.id}`;
      await server.api(path, { method: 'DELETE' });
      await refused(two.account.requests(), 'REMOVED');
      assert.deepEqual(await two.device.accounts(), []);
      await refused(two.account.requests(), 'NOT_PAIRED');
    });

    test('it is renamed, hands in logs that were asked for, and no others', async () => {
      const user = await aUser(server);
      const { account } = await aPhone(server, user, applicationId);
      await account.update({ nickname: 'Blue phone' });
      await refused(account.sendLogs('x'), 'INVALID_STATE');
      const path = `/users/${user.id}/devices/${account.id}/logs`;
      const asked = await server.api(path, { method: 'PUT', body: { status: 'PENDING' } });
      assert.equal(asked.status, 200, asked.text);
      assert.equal((await account.requests()).logsRequested, true);
      const supportId = await account.sendLogs('line 1\nline 2');
      const { body } = await server.api(path);
      assert.deepEqual(
        [body.status, body.supportId, body.logs],
        ['RECEIVED', supportId, 'line 1\nline 2'],
      );
      const [device] = await readDevices(user.id);
      assert.deepEqual([device.nickname, device.logs.status], ['Blue phone', 'RECEIVED']);
      assert.equal((await account.requests()).logsRequested, false);
      const email = await aDevice(server, user);
      const other = await server.api(`/users/${user.id}/devices/${email.id}/logs`, {
        method: 'PUT',
        body: { status: 'PENDING' },
      });
      assert.equal(errorOf(other).target, 'type');
    });

    test('a wrong clock is noticed, and learned from the server', async () => {
      const user = await aUser(server);
      const { uri } = await aPairingKey(server, user);
      const device = anInstallation(server, applicationId, { skewMs: 600_000 });
      const account = await device.pair(uri);
      const flow = await aFlow(server, user);
      const { requests } = await account.requests();
      assert.equal(requests[0]?.challenge.id, flow.id);
      const { code } = await account.passcode();
      assert.equal((await check(server, flow.id, code)).body.status, 'COMPLETED');
    });

    test('a first passcode is given in three tries, or the pairing has failed', async () => {
      const user = await aUser(server);
      const key = await aPairingKey(server, user);
      const storage = memoryStorage();
      const wrongKey = await crypto.subtle.generateKey({ name: 'HMAC', hash: 'SHA-256' }, false, [
        'sign',
      ]);
      // Has read its secret wrong.
      const forgetful = {
        ...storage,
        get: async (name: string) => ({
          ...((await storage.get(name)) as object),
          passcodeKey: wrongKey,
        }),
      };
      const parts = { storage: forgetful, fetch, now: server.now };
      const cut = anInstallation(server, applicationId, {
        storage,
        fetch: losing('confirmations'),
      });
      await refused(cut.pair(key.uri), 'NETWORK');
      const [name = ''] = await storage.keys();
      const account = new Account((await forgetful.get(name)) as never, parts);
      assert.equal((await readDevices(user.id))[0].status, 'ACTIVATION_REQUIRED');
      for (const left of [2, 1]) {
        const error = await account.confirm().catch((reason) => reason);
        assert.deepEqual([error.code, error.attemptsRemaining], ['INVALID_OTP', left]);
      }
      await refused(account.confirm(), 'PASSCODE_NOT_VERIFIED');
      await refused(account.confirm(), 'NOT_PAIRED');
      const failed = await readKey(user.id, key.id);
      assert.deepEqual(
        [failed.status, failed.error.code],
        ['FAILED', 'OneTimePasscodeRetriesExceeded'],
      );
      assert.deepEqual(await readDevices(user.id), []);
    });

    test('a device that does not finish its pairing is gone after 15 minutes', async () => {
      const user = await aUser(server);
      const key = await aPairingKey(server, user);
      const storage = memoryStorage();
      const fetch = losing('confirmations');
      const cut = anInstallation(server, applicationId, { storage, fetch });
      await refused(cut.pair(key.uri), 'NETWORK');
      const [account] = await anInstallation(server, applicationId, { storage }).accounts();
      assert.equal(account?.status, 'PENDING');
      assert.equal((await aFlow(server, user)).error.code, 'NO_USABLE_DEVICES');
      server.advance(15 * 60_000);
      await refused(account.confirm(), 'NOT_PAIRED');
    });
  });
});
