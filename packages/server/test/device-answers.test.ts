/** The attacks on answers of docs/device-protocol.md: moved, changed, guessed, worn down, copied. */
import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { before, test } from 'node:test';
import { decodeJwt } from 'jose';
import { type Account, memoryStorage } from '../../device/src/index.ts';
import { errorOf, type Reply } from '../src/testing/client.ts';
import { postAsDevice, reasonOf, signedBy } from '../src/testing/device-requests.ts';
import { allowNative, anInstallation, aPhone, type Phone, refused } from '../src/testing/native.ts';
import { describeNative } from '../src/testing/native-suite.ts';
import { aFlow, aUser, ever, select, start, type TestUser } from '../src/testing/scenario.ts';
import type { TestServer } from '../src/testing/server.ts';

const minutes = (duration: number) => ({ duration, timeUnit: 'MINUTES' });

const sha256 = (text: string) => createHash('sha256').update(text).digest('base64url');

describeNative('answers of native devices', (world) => {
  let server: TestServer;
  let applicationId: string;
  before(() => {
    ({ server, applicationId } = world);
  });

  const post = (name: string, text: string) => postAsDevice(server, name, text);
  const statusOf = async ({ id }: { id: string }) =>
    (await server.auth(`/deviceAuthentications/${id}`)).body.status;
  const deviceOf = async ({ id }: TestUser) =>
    (await server.api(`/users/${id}/devices`)).body._embedded.devices[0];

  async function aUserWithPhone() {
    const user = await aUser(server);
    return { user, phone: await aPhone(server, user, applicationId) };
  }

  /** The texts of what the phone is asked. */
  async function challengesOf(phone: Phone): Promise<string[]> {
    const reply = await post('challenges', await signedBy(server, phone, 'challenges'));
    assert.equal(reply.status, 200, reply.text);
    return decodeJwt(reply.body.message).challenges as string[];
  }

  async function theChallenge(phone: Phone): Promise<string> {
    const [text, ...more] = await challengesOf(phone);
    assert.deepEqual(more, []);
    assert.ok(text);
    return text;
  }

  let sequence = 0;
  /** An approval over this text, signed as the phone would, with the next number. */
  async function approve(phone: Phone, flow: { id: string }, text: string, more: object = {}) {
    sequence += 1;
    const claims = { flow: flow.id, challenge: sha256(text), decision: 'APPROVE', sequence };
    return post('answers', await signedBy(server, phone, 'answers', { ...claims, ...more }));
  }
  const doneBy = ({ status, body }: Reply) =>
    status === 200 ? decodeJwt(body.message).status : body.details[0].code;

  test('are taken for the device, the flow and the question that were signed', async () => {
    const one = await aUserWithPhone();
    const other = await aUserWithPhone();
    const [flow, foreign] = [await aFlow(server, one.user), await aFlow(server, other.user)];
    const first = await theChallenge(one.phone);
    // Of another device, with its own question.
    const wanted = await theChallenge(other.phone);
    assert.equal(doneBy(await approve(one.phone, foreign, wanted)), 'PUSH_CONFIRMATION_TOO_LATE');
    // Its own flow, but an older question of it.
    assert.equal((await select(server, flow.id, one.phone.account.id)).status, 200);
    const second = await theChallenge(one.phone);
    assert.notEqual(second, first);
    const older = await approve(one.phone, flow, first);
    assert.deepEqual(reasonOf(older), [400, 'INVALID_VALUE']);
    assert.equal(older.body.details[0].innerError.attemptsRemaining, 2);
    assert.equal(doneBy(await approve(one.phone, flow, wanted)), 'INVALID_VALUE');
    for (const open of [flow, foreign]) {
      assert.equal(await statusOf(open), 'PUSH_CONFIRMATION_REQUIRED');
    }
    // A number is used up, although the answer was wrong.
    assert.equal(doneBy(await approve(one.phone, flow, second)), 'COMPLETED');
  });

  test('are taken over all that was shown: each part of the question counts', async () => {
    await allowNative(server, applicationId, {
      push: { enabled: true, numberMatching: { enabled: true, type: 'SELECT_NUMBER' } },
      newRequestDurationConfiguration: {
        deviceTimeout: { duration: 30, timeUnit: 'SECONDS' },
        totalTimeout: { duration: 60, timeUnit: 'SECONDS' },
      },
    });
    const { user, phone } = await aUserWithPhone();
    const ask = () =>
      aFlow(server, user, { notification: { clientContext: { header: 'Pay', amount: 12 } } });
    const names: string[] = [];
    for (let at = 0; at === 0 || at < names.length; at++) {
      const flow = await ask();
      const text = await theChallenge(phone);
      const shown = JSON.parse(text);
      if (at === 0) names.push(...Object.keys(shown));
      const name = names[at] ?? '';
      const number = flow.numberMatching.value;
      const swapped = JSON.stringify({ ...shown, [name]: `${shown[name]}x` });
      const wrong = await approve(phone, flow, swapped, { number });
      assert.deepEqual(reasonOf(wrong), [400, 'INVALID_VALUE'], name);
      assert.equal(doneBy(await approve(phone, flow, text, { number })), 'COMPLETED', name);
    }
    assert.deepEqual(
      names.toSorted(),
      `application clientContext commitment device environment expiresAt id kind message nonce
         numbers origin title user userVerification v`.split(/\s+/),
    );
  });

  test('can’t be changed on the way: each claim is signed', async () => {
    const { user, phone } = await aUserWithPhone();
    const flow = await aFlow(server, user);
    const text = await theChallenge(phone);
    const answer = await signedBy(server, phone, 'answers', {
      flow: flow.id,
      challenge: sha256(text),
      decision: 'DENY',
      reason: 'NONE',
      amr: ['fpt'],
      userVerification: 'NONE',
      integrity: { compromised: true },
      sequence: 1,
    });
    const [head = '', , signature = ''] = answer.split('.');
    const claims = decodeJwt(answer);
    const others: Record<string, unknown> = {
      v: 2,
      iat: Number(claims.iat) + 1,
      jti: randomUUID(),
      aud: randomUUID(),
      htu: `${claims.htu}/`,
      flow: randomUUID(),
      challenge: sha256('another'),
      decision: 'APPROVE',
      reason: 'REPORT_FRAUD',
      amr: ['face'],
      userVerification: 'FACE',
      integrity: { compromised: false },
      sequence: 2,
    };
    assert.deepEqual(Object.keys(claims).toSorted(), Object.keys(others).toSorted());
    for (const [name, value] of Object.entries(others)) {
      const changed = Buffer.from(JSON.stringify({ ...claims, [name]: value }));
      const forged = `${head}.${changed.toString('base64url')}.${signature}`;
      assert.deepEqual(reasonOf(await post('answers', forged)), [401, 'INVALID_SIGNATURE'], name);
    }
    assert.equal(doneBy(await post('answers', answer)), 'FAILED');
  });

  test('are taken once, also while the flow still waits', async () => {
    const { user, phone } = await aUserWithPhone();
    const flow = await aFlow(server, user);
    const text = await theChallenge(phone);
    const claims = { flow: flow.id, decision: 'APPROVE' };
    const wrong = await signedBy(server, phone, 'answers', {
      ...claims,
      challenge: sha256('another'),
      sequence: 1,
    });
    assert.deepEqual(reasonOf(await post('answers', wrong)), [400, 'INVALID_VALUE']);
    // It would count as a wrong one again, or as a copy's.
    assert.deepEqual(reasonOf(await post('answers', wrong)), [401, 'REQUEST_REPLAYED']);
    const right = await signedBy(server, phone, 'answers', {
      ...claims,
      challenge: sha256(text),
      sequence: 2,
    });
    const replies = await Promise.all(Array.from({ length: 6 }, () => post('answers', right)));
    assert.equal(replies.filter(({ status }) => status === 200).length, 1);
    assert.equal(await statusOf(flow), 'COMPLETED');
    assert.equal((await deviceOf(user)).block.status, 'UNBLOCKED');
  });

  for (const type of ['SELECT_NUMBER', 'ENTER_MANUALLY'] as const) {
    test(`with a number that is guessed are few: ${type}`, async () => {
      const count = 4;
      await allowNative(server, applicationId, {
        push: { enabled: true, numberMatching: { enabled: true, type } },
        pushLimit: { count },
      });
      const { user, phone } = await aUserWithPhone();
      for (let guesses = 0; guesses < count; guesses++) {
        const flow = await aFlow(server, user);
        const { value } = flow.numberMatching;
        const text = await theChallenge(phone);
        const numbers: number[] = JSON.parse(text).numbers ?? [10, 11];
        const number = numbers.find((one) => one !== value) ?? 0;
        const guess = await approve(phone, flow, text, { number });
        assert.equal(doneBy(guess), 'FAILED');
        // There is no second guess in one flow.
        assert.equal(
          doneBy(await approve(phone, flow, text, { number: value })),
          'PUSH_CONFIRMATION_TOO_LATE',
        );
      }
      assert.deepEqual((await deviceOf(user)).lock.reason, 'PUSH');
      const { body } = await start(server, user);
      assert.deepEqual([body.status, body.error.code], ['FAILED', 'NO_USABLE_DEVICES']);
    });
  }

  test('are not worn out of anybody: the 51st push is refused, as long as the lock lasts', async () => {
    const limit = { count: 50, lockDuration: minutes(30), timePeriod: minutes(10) };
    await allowNative(server, applicationId, { pushLimit: limit, otp: { enabled: false } });
    const { user, phone } = await aUserWithPhone();
    for (let count = 1; count <= limit.count; count++) {
      // Each one ends the one before, which its user has ignored.
      const flow = await aFlow(server, user);
      assert.equal(flow.status, 'PUSH_CONFIRMATION_REQUIRED', String(count));
    }
    assert.equal((await deviceOf(user)).lock.status, 'UNLOCKED');
    const [last = ''] = await challengesOf(phone);
    assert.equal(
      doneBy(await approve(phone, JSON.parse(last), last, { decision: 'DENY' })),
      'FAILED',
    );
    const { lock } = await deviceOf(user);
    assert.equal(Date.parse(lock.expiresAt) - server.now(), 30 * 60_000);
    const isRefused = async () => {
      const { body } = await start(server, user);
      assert.deepEqual([body.status, body.error?.code], ['FAILED', 'NO_USABLE_DEVICES']);
      assert.deepEqual(await challengesOf(phone), []);
      const named = await start(server, user, { selectedDevice: { id: phone.account.id } });
      assert.equal(errorOf(named).detail, 'DEVICE_LOCKED');
    };
    await isRefused();
    server.advance(30 * 60_000 - 1);
    await isRefused();
    server.advance(1);
    const flow = await aFlow(server, user);
    assert.equal(doneBy(await approve(phone, flow, await theChallenge(phone))), 'COMPLETED');
  });

  const decisions = ['approve', 'deny'] as const;
  const orders = ['original', 'copy'] as const;
  for (const decision of decisions) {
    for (const first of orders) {
      test(`block a device of which there is a copy: the ${first} has used it to ${decision}`, () =>
        blocksTheCopy(first, decision));
    }
  }

  async function blocksTheCopy(
    first: (typeof orders)[number],
    decision: (typeof decisions)[number],
  ): Promise<void> {
    const { user, phone } = await aUserWithPhone();
    const copied = memoryStorage();
    for (const key of await phone.storage.keys()) {
      await copied.set(key, await phone.storage.get(key));
    }
    const [copy] = await anInstallation(server, applicationId, { storage: copied }).accounts();
    assert.ok(copy);
    const both = [phone.account, copy] as [Account, Account];
    const [one, other] = first === 'original' ? both : (both.toReversed() as [Account, Account]);
    await aFlow(server, user);
    const [asked] = (await one.requests()).requests;
    assert.equal(await asked?.[decision](), decision === 'approve' ? 'COMPLETED' : 'FAILED');
    const flow = await aFlow(server, user);
    const [again] = (await other.requests()).requests;
    await refused(again?.approve() ?? Promise.resolve(), 'DEVICE_BLOCKED');
    assert.equal(await statusOf(flow), 'FAILED');
    assert.equal((await deviceOf(user)).block.status, 'BLOCKED');
    await refused(one.requests(), 'DEVICE_BLOCKED');
    await refused(other.requests(), 'DEVICE_BLOCKED');
    const filter = encodeURIComponent(ever(`resources.id eq "${phone.account.id}"`));
    const { body: audit } = await server.api(`/activities?filter=${filter}`);
    const actions = audit._embedded.activities.map(
      ({ action }: { action: { type: string } }) => action.type,
    );
    assert.ok(actions.includes('DEVICE.BLOCKED'), actions.join());
  }

  test('a wrong number is told apart from a denial, and can be reported, once', async () => {
    await allowNative(server, applicationId, {
      push: { enabled: true, numberMatching: { enabled: true } },
    });
    const { user, phone } = await aUserWithPhone();
    const auditOf = async (id: string) => {
      const filter = encodeURIComponent(ever(`resources.id eq "${id}"`));
      const { body } = await server.api(`/activities?filter=${filter}`);
      return body._embedded.activities.map(
        ({ action }: { action: { type: string } }) => action.type,
      );
    };
    const count = async (type: string) =>
      (await auditOf(phone.account.id)).filter((one: string) => one === type).length;

    const flow = await aFlow(server, user);
    const [request] = (await phone.account.requests()).requests;
    assert.ok(request);
    const wrong = request.challenge.numbers?.find((one) => one !== flow.numberMatching.value);
    assert.equal(await request.approve({ number: Number(wrong) }), 'FAILED');
    const { body: failed } = await server.auth(`/deviceAuthentications/${flow.id}`);
    assert.deepEqual(
      [failed.status, failed.error.code, failed.error.reason],
      ['FAILED', 'PUSH_DENIED', 'NUMBER_MISMATCH'],
    );
    assert.equal(await count('DEVICE.NUMBER_MISMATCH'), 1);
    assert.equal(await count('DEVICE.FRAUD_REPORTED'), 0);
    await request.report();
    await request.report();
    assert.equal(await count('DEVICE.FRAUD_REPORTED'), 1);
    // The flow that has ended stays as it was.
    const { body: after } = await server.auth(`/deviceAuthentications/${flow.id}`);
    assert.deepEqual(after, failed);

    const denied = await aFlow(server, user);
    const [other] = (await phone.account.requests()).requests;
    assert.ok(other);
    await other.deny();
    const { body } = await server.auth(`/deviceAuthentications/${denied.id}`);
    assert.deepEqual([body.error.code, body.error.reason], ['PUSH_DENIED', undefined]);
    assert.equal(await count('DEVICE.NUMBER_MISMATCH'), 1);
    // Only who gave the wrong number reports it, and nobody what is another's.
    await refused(other.report(), 'PUSH_CONFIRMATION_TOO_LATE');
    const { phone: stranger } = await aUserWithPhone();
    await refused(stranger.account.reportWrongNumber(flow.id), 'PUSH_CONFIRMATION_TOO_LATE');
  });

  test('say which application asks, by its own name', async () => {
    const { user, phone } = await aUserWithPhone();
    await aFlow(server, user);
    const { title, origin } = JSON.parse(await theChallenge(phone));
    const { body } = await server.api(`/applications/${origin.application.id}`);
    assert.equal(origin.application.name, body.name);
    assert.equal(title, `Sign in to ${body.name}?`);
  });
});
