/** Whom an authentication code signs on, what it looks like, and how often one can be guessed. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { before, test } from 'node:test';
import { DeviceError } from '../../device/src/index.ts';
import { CLIENT_FAILURES_MAX, CLIENT_FAILURES_WINDOW_MS } from '../src/config/limits.ts';
import { allowNative, aNativeApplication, aPhone, type Phone } from '../src/testing/native.ts';
import { describeNative } from '../src/testing/native-suite.ts';
import { aDefaultPolicy } from '../src/testing/policies.ts';
import { aFlow, aUser, start, type TestUser } from '../src/testing/scenario.ts';
import type { TestServer } from '../src/testing/server.ts';

const minutes = (duration: number) => ({ duration, timeUnit: 'MINUTES' });

/** Its value, or the code of the refusal. */
const outcomeOf = <T>(promise: Promise<T>) =>
  promise.catch((error: unknown) => {
    assert.ok(error instanceof DeviceError, String(error));
    return error.code;
  });

describeNative('authentication codes', (world) => {
  let server: TestServer;
  let applicationId: string;
  before(() => {
    ({ server, applicationId } = world);
  });

  async function aCode(more: object = {}) {
    const reply = await server.auth('/authenticationCodes', {
      body: { application: { id: applicationId }, lifeTime: minutes(20), ...more },
    });
    assert.equal(reply.status, 201, reply.text);
    return reply.body;
  }

  async function aUserWithPhone() {
    const user = await aUser(server);
    return { user, phone: await aPhone(server, user, applicationId) };
  }

  async function scan({ account }: Phone) {
    const { code } = await aCode({ userApproval: 'NOT_REQUIRED' });
    return outcomeOf(account.scan(code).then(({ status }) => status));
  }

  const switchUser = (user: TestUser, name: string, value: boolean) =>
    server.api(`/users/${user.id}/${name}`, { method: 'PUT', body: { [name]: value } });
  const lock = (user: TestUser, unlockAt: number) =>
    server.api(`/users/${user.id}`, {
      type: 'account.lock',
      body: { unlockAt: new Date(unlockAt).toISOString() },
    });

  async function setApplication(change: object): Promise<void> {
    const path = `/applications/${applicationId}`;
    const { body } = await server.api(path);
    const { name, type, protocol, enabled, grantTypes, tokenEndpointAuthMethod } = body;
    const present = { name, type, protocol, enabled, grantTypes, tokenEndpointAuthMethod };
    const reply = await server.api(path, { method: 'PUT', body: { ...present, ...change } });
    assert.equal(reply.status, 200, reply.text);
  }

  test('sign on whom a flow would take, and nobody else', async () => {
    type Case = (user: TestUser, phone: Phone) => Promise<unknown>;
    const refused: Record<string, Case> = {
      'a locked user': (user) => lock(user, server.now() + 60_000),
      'a disabled user': (user) => switchUser(user, 'enabled', false),
      'a user without MFA': (user) => switchUser(user, 'mfaEnabled', false),
      'a locked device': async (user, { account }) => {
        await allowNative(server, applicationId, { pushLimit: { count: 1 } });
        await aFlow(server, user);
        const { requests } = await account.requests();
        assert.equal(await requests[0]?.deny(), 'FAILED');
      },
      'the method off': () => allowNative(server, applicationId, {}, { enabled: false }),
      'an application that the policy doesn’t list': async () =>
        allowNative(server, await aNativeApplication(server)),
      'neither push nor passcodes': () =>
        allowNative(server, applicationId, {
          push: { enabled: false },
          otp: { enabled: false },
        }),
    };
    for (const [name, change] of Object.entries(refused)) {
      await allowNative(server, applicationId);
      const { user, phone } = await aUserWithPhone();
      await change(user, phone);
      assert.equal(await scan(phone), 'AUTHENTICATION_CODE_INVALID', name);
    }
    const taken: Record<string, Case> = {
      'whose lock is over': async (user) => {
        await lock(user, server.now() + 1_000);
        server.advance(1_000);
      },
      'whose lock the policy ignores': async (user) => {
        await aDefaultPolicy(server, {
          ignoreUserLock: true,
          mobile: {
            enabled: true,
            otp: { failure: { count: 3, coolDown: minutes(2) } },
            applications: [{ id: applicationId }],
          },
        });
        await lock(user, server.now() + 60_000);
        assert.equal((await start(server, user)).body.status, 'PUSH_CONFIRMATION_REQUIRED');
      },
    };
    for (const [name, change] of Object.entries(taken)) {
      await allowNative(server, applicationId);
      const { user, phone } = await aUserWithPhone();
      await change(user, phone);
      assert.equal(await scan(phone), 'COMPLETED', name);
    }
  });

  test('need an application that is enabled, when scanned and when approved', async () => {
    const { phone } = await aUserWithPhone();
    const [open, claimed] = [await aCode(), await aCode()];
    const { id } = await phone.account.scan(claimed.code);
    await setApplication({ enabled: false });
    const [scanned, answered] = await Promise.all([
      outcomeOf<unknown>(phone.account.scan(open.code)),
      outcomeOf<unknown>(phone.account.answerCode(id, 'APPROVE')),
    ]);
    const refusal = 'AUTHENTICATION_CODE_INVALID';
    assert.deepEqual([scanned, answered], [refusal, refusal]);
    await setApplication({ enabled: true });
    assert.equal(await phone.account.answerCode(id, 'APPROVE'), 'COMPLETED');
  });

  test('are approved only by who may authenticate at that moment', async () => {
    const { user, phone } = await aUserWithPhone();
    const { id } = await phone.account.scan((await aCode()).code);
    await lock(user, server.now() + 60_000);
    const approve = () => outcomeOf(phone.account.answerCode(id, 'APPROVE'));
    assert.equal(await approve(), 'AUTHENTICATION_CODE_INVALID');
    server.advance(60_000);
    assert.equal(await approve(), 'COMPLETED');
  });

  test('say how long they live, and where they lead', async () => {
    const lifeTime = { duration: 90, timeUnit: 'SECONDS' };
    const given = await aCode({ lifeTime });
    assert.deepEqual(given.lifeTime, lifeTime);
    const { body } = await server.auth(`/authenticationCodes/${given.id}`);
    assert.deepEqual(body.lifeTime, lifeTime);
    const bare = await server.auth('/authenticationCodes', {
      body: { application: { id: applicationId } },
    });
    assert.deepEqual(bare.body.lifeTime, minutes(1));
    for (const [uriPrefix, beginning] of [
      ['https://www.acme.com', 'https://www.acme.com/'],
      ['https://www.acme.com/sign-on/', 'https://www.acme.com/sign-on/'],
      ['acme://', 'acme://'],
    ] as const) {
      await setApplication({ mobile: { uriPrefix } });
      const { code, uri } = await aCode();
      assert.equal(uri, `${beginning}pingonesdk?authentication_code=${code}`);
    }
    await setApplication({ mobile: { universalAppLink: 'https://www.acme.com/' } });
    assert.match((await aCode()).uri, /^pingonesdk\?authentication_code=/);
  });

  test('are not guessed: after some tries the device must wait', async () => {
    const { phone } = await aUserWithPhone();
    const { code } = await aCode();
    const guess = () =>
      outcomeOf(phone.account.scan(randomBytes(4).toString('hex')).then(({ status }) => status));
    const outcomes: string[] = [];
    for (let batch = 0; batch < 10; batch++) {
      outcomes.push(...(await Promise.all(Array.from({ length: 50 }, guess))));
    }
    const count = (outcome: string) => outcomes.filter((one) => one === outcome).length;
    assert.equal(count('AUTHENTICATION_CODE_INVALID'), CLIENT_FAILURES_MAX);
    assert.equal(count('LIMIT_EXCEEDED'), outcomes.length - CLIENT_FAILURES_MAX);
    const right = () => outcomeOf(phone.account.scan(code).then(({ status }) => status));
    assert.equal(await right(), 'LIMIT_EXCEEDED');
    const other = (await aUserWithPhone()).phone;
    assert.equal(await scan(other), 'COMPLETED');
    server.advance(CLIENT_FAILURES_WINDOW_MS);
    assert.equal(await right(), 'CLAIMED');
  });
});
