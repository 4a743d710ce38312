/** The accessing device is the user's own phone: `mobilePayload`, silent push, enrolment. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { errorOf } from '../src/testing/client.ts';
import {
  allowNative,
  anInstallation,
  aPhone,
  type Phone,
  refused,
  theRequest,
} from '../src/testing/native.ts';
import {
  describeNative,
  type NativeWorld,
  readDevices,
  readFlow,
} from '../src/testing/native-suite.ts';
import { aDevice, aFlow, aUser, check, ever, type TestUser } from '../src/testing/scenario.ts';

const SILENT_MS = 40_000;

describeNative('device authorization', (world: NativeWorld) => {
  const begin = (user: { id: string }, mobilePayload: string, more: object = {}) =>
    world.server.auth('/deviceAuthentications', {
      body: {
        user: { id: user.id },
        application: { id: world.applicationId },
        mobilePayload,
        ...more,
      },
    });
  const allow = (more: object) => allowNative(world.server, world.applicationId, more);
  const allowSilence = (extraVerification: 'permissive' | 'restrictive') =>
    allow({ deviceAuthorization: { enabled: true, extraVerification } });

  async function someone(): Promise<{ user: TestUser; phone: Phone }> {
    const user = await aUser(world.server);
    return { user, phone: await aPhone(world.server, user, world.applicationId) };
  }

  describe('by a payload', () => {
    test('needs no push, and is recorded', async () => {
      await allow({ deviceAuthorization: { enabled: true } });
      const { user, phone } = await someone();
      const flow = await begin(user, await phone.account.mobilePayload());
      assert.equal(flow.body.status, 'COMPLETED', flow.text);
      assert.deepEqual(flow.body.authenticators, ['swk', 'mfa']);
      const filter = encodeURIComponent(ever(`resources.id eq "${flow.body.id}"`));
      const { body } = await world.server.api(`/activities?filter=${filter}`);
      const actions = body._embedded.activities.map(
        ({ action }: { action: { type: string } }) => action.type,
      );
      assert.deepEqual(actions.sort(), ['AUTHENTICATION.CREATED', 'AUTHENTICATION.UPDATED']);
    });

    test('is used up, whatever it was tried for', async () => {
      await allow({ deviceAuthorization: { enabled: true } });
      const { user, phone } = await someone();
      const oneTime = { type: 'EMAIL', email: user.email };
      const { code: otp } = await phone.account.passcode();
      const tries = [{}, { selectedDevice: { oneTime } }, { selectedDevice: { otp } }];
      for (const more of tries) {
        const payload = await phone.account.mobilePayload();
        const first = await begin(user, payload, more);
        assert.equal(first.status, 201, first.text);
        assert.equal(errorOf(await begin(user, payload)).target, 'mobilePayload');
      }
    });

    test('of a phone that is not his makes him authenticate as ever', async () => {
      await allow({ deviceAuthorization: { enabled: true } });
      const { phone } = await someone();
      const { user } = await someone();
      const foreign = await begin(user, await phone.account.mobilePayload());
      assert.equal(foreign.body.status, 'PUSH_CONFIRMATION_REQUIRED', foreign.text);
    });

    test('goes for the phone that is chosen, if it is that one', async () => {
      await allow({ deviceAuthorization: { enabled: true } });
      const { user, phone } = await someone();
      const email = await aDevice(world.server, user);
      const choose = async (id: string) =>
        begin(user, await phone.account.mobilePayload(), { selectedDevice: { id } });
      assert.equal((await choose(phone.account.id)).body.status, 'COMPLETED');
      assert.equal((await choose(email.id)).body.status, 'OTP_REQUIRED');
    });

    test('is refused when it is none, or too old', async () => {
      await allow({ deviceAuthorization: { enabled: true } });
      const { user, phone } = await someone();
      const without = await world.server.auth('/deviceAuthentications', {
        body: { user: { id: user.id }, mobilePayload: 'x' },
      });
      assert.equal(errorOf(without).target, 'application.id');
      assert.equal(errorOf(await begin(user, 'a.b.c')).target, 'mobilePayload');
      const late = await phone.account.mobilePayload();
      world.server.advance(301_000);
      assert.equal(errorOf(await begin(user, late)).target, 'mobilePayload');
    });
  });

  describe('with extra verification', () => {
    for (const verification of ['permissive', 'restrictive'] as const) {
      test(`is answered silently, or not: ${verification}`, async () => {
        await allowSilence(verification);
        const { user, phone } = await someone();
        const flow = (await begin(user, await phone.account.mobilePayload())).body;
        assert.equal(flow.status, 'PUSH_CONFIRMATION_REQUIRED');
        const request = await theRequest(phone);
        assert.equal(request.challenge.kind, 'SILENT');
        assert.equal(await request.approve(), 'COMPLETED');
        assert.deepEqual((await readFlow(world, flow.id)).authenticators, ['swk', 'mca', 'mfa']);
        const silent = (await begin(user, await phone.account.mobilePayload())).body;
        world.server.advance(SILENT_MS);
        const { status, authenticators, error } = await readFlow(world, silent.id);
        if (verification === 'permissive') {
          assert.deepEqual([status, authenticators], ['COMPLETED', ['swk', 'mfa']]);
        } else assert.deepEqual([status, error.code], ['FAILED', 'DEVICE_AUTHORIZATION_FAILED']);
      });
    }

    const losses: Record<string, (user: TestUser, phone: Phone) => Promise<unknown>> = {
      'was blocked': (user, { account }) =>
        world.server.api(`/users/${user.id}/devices/${account.id}`, {
          type: 'device.block',
          body: {},
        }),
      'was removed': (user, { account }) =>
        world.server.api(`/users/${user.id}/devices/${account.id}`, { method: 'DELETE' }),
      'may not any more': () => allow({}),
      'is of a method that is off': () =>
        allowNative(world.server, world.applicationId, {}, { enabled: false }),
    };
    for (const [loss, lose] of Object.entries(losses)) {
      test(`counts no silence of a phone that ${loss} in mid-flow`, async () => {
        await allowSilence('permissive');
        const { user, phone } = await someone();
        // The flow keeps the policy that it began with: that one is changed.
        const { body } = await world.server.api('/deviceAuthenticationPolicies');
        const policy = body._embedded.deviceAuthenticationPolicies.find(
          ({ default: isDefault }: { default: boolean }) => isDefault,
        );
        const flow = (await begin(user, await phone.account.mobilePayload())).body;
        assert.equal(flow.status, 'PUSH_CONFIRMATION_REQUIRED');
        await lose(user, phone);
        await world.server.api(`/deviceAuthenticationPolicies/${policy.id}`, { method: 'DELETE' });
        world.server.advance(SILENT_MS);
        const after = await readFlow(world, flow.id);
        assert.deepEqual(
          [after.status, after.error?.code],
          ['FAILED', 'DEVICE_AUTHORIZATION_FAILED'],
        );
      });
    }
  });

  describe('of a phone that is not paired yet', () => {
    const target = () => ({
      origin: world.server.server.url,
      environmentId: world.server.environmentId,
    });

    test('enrols it after another factor, where the policy says so', async () => {
      await allow({ autoEnrollment: { enabled: true } });
      const user = await aUser(world.server);
      await aDevice(world.server, user, { testMode: true });
      const device = anInstallation(world.server, world.applicationId);
      const flow = (await begin(user, await device.mobilePayload(target()))).body;
      assert.equal(flow.status, 'OTP_REQUIRED');
      await refused(device.enrol(target()), 'PAIRING_KEY_INVALID');
      await check(world.server, flow.id, flow.test.otp);
      const account = await device.enrol(target());
      assert.equal(account.user.id, user.id);
      const types = (await readDevices(world, user)).map(({ type }: { type: string }) => type);
      assert.deepEqual(types, ['EMAIL', 'MOBILE']);
      await refused(device.enrol(target()), 'NOT_PAIRED');
    });

    test('lets its user in again and again, also when it makes nothing of it', async () => {
      await allow({ autoEnrollment: { enabled: true } });
      const user = await aUser(world.server);
      await aDevice(world.server, user, { testMode: true });
      const device = anInstallation(world.server, world.applicationId);
      const signOn = async () => {
        const flow = (await begin(user, await device.mobilePayload(target()))).body;
        return (await check(world.server, flow.id, flow.test.otp)).body.status;
      };
      assert.equal(await signOn(), 'COMPLETED');
      assert.equal(await signOn(), 'COMPLETED');
      // Past its time, and before the sweep.
      world.server.advance(11 * 60_000);
      assert.equal(await signOn(), 'COMPLETED');
      assert.equal((await device.enrol(target())).user.id, user.id);
    });
  });

  describe('by a passcode at once', () => {
    test('is taken from the phone that is named, or from whichever made it', async () => {
      const { user, phone } = await someone();
      const pass = async (more: object) => {
        const { code: otp } = await phone.account.passcode();
        const selectedDevice = { otp, ...more };
        const { body } = await world.server.auth('/deviceAuthentications', {
          body: { user: { id: user.id }, selectedDevice },
        });
        world.server.advance(60_000);
        return [body.status, body.authenticators];
      };
      assert.deepEqual(await pass({ id: phone.account.id }), ['COMPLETED', ['otp', 'mfa']]);
      assert.deepEqual(await pass({}), ['COMPLETED', ['otp', 'mfa']]);
    });

    test('is refused where the policy has none of them', async () => {
      await allow({ otp: { enabled: false } });
      const { user, phone } = await someone();
      const { code: otp } = await phone.account.passcode();
      for (const more of [{}, { id: phone.account.id }]) {
        const reply = await world.server.auth('/deviceAuthentications', {
          body: { user: { id: user.id }, selectedDevice: { otp, ...more } },
        });
        assert.equal(errorOf(reply).target, 'selectedDevice.otp');
      }
    });
  });

  describe('and its integrity', () => {
    test('decides in every flow what the policy wants to be told', async () => {
      await allow({ deviceAuthorization: { enabled: true } });
      const { user, phone } = await someone();
      const status = async () => (await aFlow(world.server, user)).status;
      const reason = async () =>
        (await aFlow(world.server, user))._embedded.blockedDevices[0].usableStatus.reason;
      const rules = { deviceAuthorization: { enabled: true } };
      await allow({ ...rules, integrityDetection: 'restrictive' });
      assert.equal(await reason(), 'COMPROMISED');
      await allow({ ...rules, integrityDetection: 'permissive' });
      assert.equal(await status(), 'PUSH_CONFIRMATION_REQUIRED');
      await phone.account.update({ integrity: { compromised: false } });
      await allow({ ...rules, integrityDetection: 'restrictive' });
      assert.equal(await status(), 'PUSH_CONFIRMATION_REQUIRED');
      await refused(
        (await theRequest(phone)).approve({ integrity: { compromised: true } }),
        'INVALID_VALUE',
      );
      // It is remembered: neither a push nor a payload nor a passcode lets anybody in now.
      assert.equal(await reason(), 'COMPROMISED');
      const accessing = await begin(user, await phone.account.mobilePayload());
      assert.equal(accessing.body.status, 'FAILED', accessing.text);
      const { code: otp } = await phone.account.passcode();
      const passcode = await world.server.auth('/deviceAuthentications', {
        body: { user: { id: user.id }, selectedDevice: { id: phone.account.id, otp } },
      });
      assert.equal(errorOf(passcode).detail, 'DEVICE_COMPROMISED');
      await phone.account.update({ integrity: { compromised: false } });
      assert.equal(await status(), 'PUSH_CONFIRMATION_REQUIRED');
    });
  });

  test('a push that was one too many offers no passcode: its device is locked', async () => {
    await allow({ pushLimit: { count: 2 } });
    const { user } = await someone();
    const offered: boolean[] = [];
    for (let round = 0; round < 2; round++) {
      const flow = await aFlow(world.server, user);
      world.server.advance(SILENT_MS);
      const { status, _links } = await readFlow(world, flow.id);
      assert.equal(status, 'PUSH_CONFIRMATION_TIMED_OUT');
      offered.push('otp.check' in _links);
    }
    assert.deepEqual(offered, [true, false]);
  });

  test('a push that takes the place of one too many is not sent', async () => {
    await allow({ pushLimit: { count: 1, lockDuration: { duration: 30, timeUnit: 'MINUTES' } } });
    const { user, phone } = await someone();
    const flow = await aFlow(world.server, user);
    const again = await world.server.auth(`/deviceAuthentications/${flow.id}`, {
      type: 'device.select',
      body: { device: { id: phone.account.id } },
    });
    assert.equal(errorOf(again).detail, 'DEVICE_LOCKED');
    const { status, error } = await readFlow(world, flow.id);
    assert.deepEqual([status, error.code], ['FAILED', 'NO_USABLE_DEVICES']);
    assert.deepEqual((await phone.account.requests()).requests, []);
  });
});
