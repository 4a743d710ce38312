/** Native applications, and what their devices and policies make of them, on both stores. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, beforeEach, describe, test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { NATIVE_APPLICATIONS_MAX } from '../src/config/limits.ts';
import { errorOf, invalidData } from '../src/testing/client.ts';
import { allowNative, aPhone, createNativeApplication } from '../src/testing/native.ts';
import { aDefaultPolicy, FAILURE } from '../src/testing/policies.ts';
import { DIALECTS } from '../src/testing/postgres.ts';
import { aDevice, aFlow, aUser, check, start } from '../src/testing/scenario.ts';
import { startTestServerOn, type TestServer } from '../src/testing/server.ts';

const seconds = (duration: number) => ({ duration, timeUnit: 'SECONDS' });

for (const dialect of DIALECTS) {
  describe(`native applications on ${dialect}`, () => {
    let server: TestServer;

    before(async () => {
      server = await startTestServerOn(dialect);
    });
    beforeEach(() => server.renew());
    after(() => server?.close());

    const create = (more: object = {}) => createNativeApplication(server, more);
    const made = async (more: object = {}) => {
      const reply = await create(more);
      assert.equal(reply.status, 201, reply.text);
      return reply.body;
    };
    const put = (application: { id: string }, more: object) =>
      server.api(`/applications/${application.id}`, {
        method: 'PUT',
        body: { ...application, ...more },
      });

    describe('identifiers', () => {
      const taken = (target: string) => ({
        status: 409,
        code: 'UNIQUENESS_VIOLATION',
        detail: 'UNIQUENESS_VIOLATION',
        target,
      });

      test('are of one application, also when many want them at the same time', async () => {
        for (const name of ['bundleId', 'packageName', 'huaweiAppId', 'huaweiPackageName']) {
          const mobile = { [name]: `com.example.${randomUUID()}` };
          const replies = await Promise.all([1, 2, 3, 4].map(() => create({ mobile })));
          const refused = replies.filter(({ status }) => status !== 201);
          assert.equal(refused.length, 3);
          for (const reply of refused) assert.deepEqual(errorOf(reply), taken(`mobile.${name}`));
          const other = await made();
          assert.deepEqual(errorOf(await put(other, { mobile })), taken(`mobile.${name}`));
        }
      });

      test('of the deprecated form count alike, and those of mobile override them', async () => {
        const [one, other] = [`com.example.${randomUUID()}`, `com.example.${randomUUID()}`];
        await made({ bundleId: one, mobile: { bundleId: other } });
        assert.deepEqual(errorOf(await create({ bundleId: other })), taken('bundleId'));
        await made({ bundleId: one });
      });

      test('stay as they are once they are set', async () => {
        const packageName = `com.example.${randomUUID()}`;
        const application = await made();
        const named = await put(application, { mobile: { packageName } });
        assert.equal(named.status, 200, named.text);
        for (const mobile of [{ packageName: 'com.example.other' }, undefined]) {
          const changed = await put(named.body, { mobile });
          assert.deepEqual(errorOf(changed), invalidData('INVALID_VALUE', 'mobile.packageName'));
          assert.deepEqual(changed.body.details[0].innerError, { allowedValues: [packageName] });
        }
        assert.equal((await put(named.body, { enabled: false })).status, 200);
      });
    });

    describe('passcodes', () => {
      test('change as the policy says, else as the application does', async () => {
        const application = await made({ mobile: { passcodeRefreshDuration: seconds(45) } });
        const plain = await made();
        const window = { stepSize: seconds(60) };
        for (const [{ id }, block, expected] of [
          [plain, {}, 30],
          [application, {}, 45],
          [application, { otp: { failure: FAILURE, window } }, 60],
        ] as const) {
          await allowNative(server, id, {}, block);
          const user = await aUser(server);
          const { account } = await aPhone(server, user, id);
          const { code, period } = await account.passcode();
          assert.equal(period, expected);
          const flow = await aFlow(server, user);
          assert.equal((await check(server, flow.id, code)).body.status, 'COMPLETED');
        }
      });

      test('are good for as many steps as the application says, else for five', async () => {
        const application = await made({ mobile: { passcodeGracePeriod: 3 } });
        await allowNative(server, application.id);
        const user = await aUser(server);
        const { account } = await aPhone(server, user, application.id);
        const late = async (steps: number) => {
          const { code } = await account.passcode();
          server.advance(steps * 30_000);
          const flow = await aFlow(server, user);
          return errorOf(await check(server, flow.id, code)).detail ?? 'COMPLETED';
        };
        assert.equal(await late(3), 'COMPLETED');
        assert.equal(await late(4), 'INVALID_OTP');
        assert.equal((await put(application, { mobile: {} })).status, 200);
        assert.equal(await late(6), 'INVALID_OTP');
        assert.equal(await late(5), 'COMPLETED');
      });
    });

    test('that are disabled have no usable devices, also where one is asked already', async () => {
      const application = await made();
      await allowNative(server, application.id);
      const user = await aUser(server);
      const { account } = await aPhone(server, user, application.id);
      const waiting = await aFlow(server, user);
      const [request] = (await account.requests()).requests;
      assert.equal((await put(application, { enabled: false })).status, 200);
      const flow = await aFlow(server, user);
      assert.deepEqual([flow.status, flow.error.code], ['FAILED', 'NO_USABLE_DEVICES']);
      const [device] = flow._embedded.blockedDevices;
      assert.deepEqual(device.usableStatus, { status: 'DISABLED', reason: 'METHOD_DISABLED' });
      const selected = await start(server, user, { selectedDevice: { id: account.id } });
      assert.equal(errorOf(selected).detail, 'METHOD_DISABLED');
      await assert.rejects(async () => request?.approve(), { code: 'METHOD_DISABLED' });
      const { code } = await account.passcode();
      assert.equal((await check(server, waiting.id, code)).status, 400);
      assert.equal((await put(application, { enabled: true })).status, 200);
      assert.equal((await aFlow(server, user)).status, 'PUSH_CONFIRMATION_REQUIRED');
    });

    describe('that are deleted', () => {
      const HMS = { type: 'HMS', clientId: 'client', clientSecret: 'the-secret-of-hms' };
      const remove = (id: string) => server.api(`/applications/${id}`, { method: 'DELETE' });
      const sendCredentials = (id: string) =>
        server.api(`/applications/${id}/pushCredentials`, { body: HMS });
      const sendPolicy = (policy: { id: string }, id: string) =>
        server.api(`/deviceAuthenticationPolicies/${policy.id}`, {
          method: 'PUT',
          body: {
            ...policy,
            mobile: { enabled: true, otp: { failure: FAILURE }, applications: [{ id }] },
          },
        });
      const readPolicy = async ({ id }: { id: string }) =>
        (await server.api(`/deviceAuthenticationPolicies/${id}`)).body;
      const credentialsOf = (applicationId: string) =>
        server.server.parts.store.count('push_credentials', server.environmentId, {
          column: 'application_id',
          is: 'eq',
          value: applicationId,
        });

      test('leave no push credentials and no policy that names them', async () => {
        const [application, other] = [await made(), await made()];
        const applications = [{ id: application.id }, { id: other.id }];
        const mobile = { enabled: true, otp: { failure: FAILURE }, applications };
        const policy = await aDefaultPolicy(server, { mobile });
        assert.equal((await sendCredentials(application.id)).status, 201);
        assert.equal((await sendCredentials(other.id)).status, 201);
        const user = await aUser(server);
        const { account } = await aPhone(server, user, application.id);
        assert.equal((await remove(application.id)).status, 204);
        assert.equal(await credentialsOf(application.id), 0);
        assert.equal(await credentialsOf(other.id), 1);
        const left = await readPolicy(policy);
        assert.deepEqual(
          left.mobile.applications,
          policy.mobile.applications.filter(({ id }: { id: string }) => id === other.id),
        );
        const path = `/deviceAuthenticationPolicies/${policy.id}`;
        const back = await server.api(path, { method: 'PUT', body: left });
        assert.equal(back.status, 200, back.text);
        const flow = await aFlow(server, user);
        assert.deepEqual(
          [flow.error.code, flow._embedded.blockedDevices[0].usableStatus.reason],
          ['NO_USABLE_DEVICES', 'METHOD_DISABLED'],
        );
        const device = `/users/${user.id}/devices/${account.id}`;
        assert.equal((await server.api(device, { method: 'DELETE' })).status, 204);
      });

      test('are named by nobody who does so at the same time', async () => {
        const policy = await aDefaultPolicy(server);
        for (let round = 0; round < 8; round++) {
          const { id } = await made();
          const [removed] = await Promise.all([
            remove(id),
            sendPolicy(policy, id),
            sendCredentials(id),
            sendPolicy(policy, id),
          ]);
          assert.equal(removed.status, 204, removed.text);
          const { mobile } = await readPolicy(policy);
          assert.ok(!JSON.stringify(mobile).includes(id));
          assert.equal(await credentialsOf(id), 0);
        }
      });
    });

    describe('are shown with their devices', () => {
      const ENABLED = { status: 'ENABLED' };
      const setUp = async () => {
        const application = await made({ mobile: { passcodeRefreshDuration: seconds(45) } });
        await allowNative(server, application.id);
        const user = await aUser(server);
        const { account } = await aPhone(server, user, application.id);
        const read = async () => (await server.api(`/users/${user.id}/devices/${account.id}`)).body;
        return { application, user, account, read };
      };

      test('by name, and by how long a passcode is shown', async () => {
        const { application, user, account, read } = await setUp();
        const { name, id } = application;
        const shown = {
          id,
          name,
          pushSandbox: false,
          passcodeRefreshDuration: seconds(45),
        };
        const inFlow = async () => (await aFlow(server, user))._embedded.devices[0];
        for (const device of [await read(), await inFlow()]) {
          assert.deepEqual(device.application, shown);
          const { notification, background, pushFails } = device;
          assert.deepEqual([notification, background, pushFails], ['enabled', 'unknown', []]);
        }
        const blocked = await server.api(`/users/${user.id}/devices/${account.id}`, {
          type: 'device.block',
        });
        assert.deepEqual(blocked.body.application, shown);
        await server.api(`/users/${user.id}/devices/${account.id}`, { type: 'device.unblock' });
        const renamed = `tablet-${randomUUID()}`;
        assert.equal((await put(application, { name: renamed })).status, 200);
        assert.equal((await inFlow()).application.name, renamed);
        const { body } = await server.api(`/users/${user.id}/devices`);
        assert.equal(body._embedded.devices[0].application.name, renamed);
        await account.update({ about: { allowPushNotification: false } });
        assert.equal((await read()).notification, 'disabled');
      });

      test('as the OpenAPI document says, beside devices of other types', async () => {
        const { user } = await setUp();
        await aDevice(server, user);
        await aDevice(server, user, { type: 'SMS', phone: '+15125551234' });
        await aDevice(server, user, { type: 'VOICE', phone: '+15125551234' });
        const flow = await aFlow(server, user);
        assert.equal(flow._embedded.devices.length, 4);
        const { paths } = (await server.raw('/openapi.json')).body;
        const { post } = paths['/{envID}/deviceAuthentications'];
        const { schema } = post.responses[201].content['application/json'];
        const { devices } = schema.properties._embedded.properties;
        for (const [name, property] of Object.entries(devices.items.properties)) {
          assert.ok(Object.keys(Object(property)).length > 0, name);
        }
        const ajv = new Ajv2020({ strict: false, formats: { uuid: true, 'date-time': true } });
        const wrong = structuredClone(flow);
        assert.ok(ajv.validate(schema, flow), ajv.errorsText());
        wrong._embedded.devices[0].application.passcodeRefreshDuration.timeUnit = 'HOURS';
        assert.equal(ajv.validate(schema, wrong), false);
      });

      test('with the pushes that came to nothing', async () => {
        const { user, read } = await setUp();
        const flow = await aFlow(server, user);
        server.advance(1_000);
        const cancelled = await server.auth(`/deviceAuthentications/${flow.id}`, {
          type: 'cancel.push.authentication',
          body: { reason: 'CHANGE_DEVICE' },
        });
        const fails = [server.now()];
        assert.deepEqual(cancelled.body._embedded.devices[0].pushFails, fails);
        assert.deepEqual((await read()).pushFails, fails);
      });

      test('with what the policy of the flow lets them do, and else with what they can', async () => {
        const { application, user, read } = await setUp();
        const DISABLED = { status: 'DISABLED', reason: 'PushDisabled' };
        await allowNative(server, application.id, { push: { enabled: false } });
        const [device] = (await aFlow(server, user))._embedded.devices;
        assert.deepEqual([device.pushEnabled, device.pushStatus], [false, DISABLED]);
        assert.deepEqual(device.push, { status: 'DISABLED', error: { code: 'PushDisabled' } });
        assert.deepEqual([device.otpEnabled, device.otpStatus], [true, ENABLED]);
        await allowNative(server, application.id, { otp: { enabled: false } });
        const [other] = (await aFlow(server, user))._embedded.devices;
        assert.deepEqual([other.pushEnabled, other.pushStatus], [true, ENABLED]);
        assert.deepEqual(
          [other.otpEnabled, other.otpStatus],
          [false, { status: 'DISABLED', reason: 'OTP_NOT_SUPPORTED' }],
        );
        const own = await read();
        assert.deepEqual(
          [own.pushEnabled, own.pushStatus, own.otpEnabled, own.otpStatus],
          [true, ENABLED, true, ENABLED],
        );
      });
    });

    test('that a flow was started with are named in it', async () => {
      const application = await made();
      await allowNative(server, application.id);
      const user = await aUser(server);
      await aDevice(server, user, { testMode: true });
      const named = { application: { id: application.id } };
      const flow = await aFlow(server, user, named);
      assert.deepEqual(flow.application, named.application);
      const read = await server.auth(`/deviceAuthentications/${flow.id}`);
      assert.deepEqual(read.body.application, named.application);
      const done = await check(server, flow.id, flow.test.otp);
      assert.deepEqual(done.body.application, named.application);
      assert.equal('application' in (await aFlow(server, user)), false);
    });

    test('say how a number is matched where the policy only wants it', async () => {
      const mobile = { push: { numberMatching: { type: 'ENTER_MANUALLY' } } };
      const application = await made({ mobile });
      const kindOf = async (type?: string) => {
        const numberMatching = { enabled: true, ...(type === undefined ? {} : { type }) };
        await allowNative(server, application.id, { push: { enabled: true, numberMatching } });
        const user = await aUser(server);
        await aPhone(server, user, application.id);
        return (await aFlow(server, user)).numberMatching.type;
      };
      assert.equal(await kindOf(), 'ENTER_MANUALLY');
      assert.equal(await kindOf('SELECT_NUMBER'), 'SELECT_NUMBER');
    });

    test('are never more than their maximum, also when they are made at the same time', async () => {
      const filter = encodeURIComponent('type eq "NATIVE_APP"');
      const count = async () => (await server.api(`/applications?filter=${filter}`)).body.count;
      const left = NATIVE_APPLICATIONS_MAX - (await count());
      const replies = await Promise.all(Array.from({ length: left + 5 }, () => create()));
      const refused = replies.filter(({ status }) => status !== 201);
      assert.equal(refused.length, 5);
      for (const reply of refused) {
        assert.deepEqual([reply.status, errorOf(reply).detail], [400, 'LIMIT_EXCEEDED']);
      }
      assert.equal(await count(), NATIVE_APPLICATIONS_MAX);
    });
  });
}
