import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { generateSync } from 'otplib';
import { type Keyring, openKeyring } from '../crypto/keyring.ts';
import { secretIdentity } from '../model/oath.ts';
import { freshSqliteStore } from '../testing/sqlite.ts';
import { contextOf, methodContract } from './method-contract.ts';
import { hotp, timeStepAt } from './oath/one-time-password.ts';
import { createRegistry } from './registry.ts';

const environmentId = randomUUID();
const methods = createRegistry();
const methodOf = (type: string) => {
  const method = methods.get(type);
  assert.ok(method, type);
  return method;
};

describe('every method', () => {
  let keyring: Keyring;
  let close: () => Promise<void>;
  const world = () => ({ vault: keyring, environmentId });

  before(async () => {
    const fresh = await freshSqliteStore();
    const clock = { now: () => Date.now() };
    keyring = await openKeyring({ store: fresh.store, masterKey: randomBytes(32), clock });
    await fresh.store.commit(await keyring.createKeys(environmentId, clock.now() - 3_600_000));
    await keyring.load(environmentId);
    close = fresh.close;
  });
  after(async () => {
    keyring.close();
    await close();
  });

  test('an unblocking forgets the high mark that had blocked, and nothing else', () => {
    const marks = { FIDO2: 'signCount', MOBILE: 'sequence' };
    for (const [type, mark] of Object.entries(marks)) {
      const unblocked = methodOf(type).unblocked?.({ publicKey: 'k', [mark]: 9 });
      assert.deepEqual(unblocked, { publicKey: 'k', [mark]: 0 });
    }
  });

  const sent = ({ otp }: { otp?: string }) => ({ otp });
  const phone = '+15125551234';
  methodContract(
    { method: methodOf('EMAIL'), request: { email: 'a@b.example' }, answer: sent },
    world,
  );
  methodContract({ method: methodOf('SMS'), request: { phone }, answer: sent }, world);
  methodContract({ method: methodOf('VOICE'), request: { phone }, answer: sent }, world);
  methodContract(
    {
      method: methodOf('TOTP'),
      request: {},
      answer: ({ revealed, now }) => ({
        otp: generateSync({ secret: String(revealed?.secret), epoch: Math.floor(now / 1_000) }),
      }),
    },
    world,
  );

  const tokenKeys: Record<string, Buffer> = {};
  methodContract(
    {
      method: methodOf('OATH_TOKEN'),
      request: { serialNumber: '7710034125' },
      token(id, { vault, environmentId }) {
        const key = tokenKeys[id] ?? randomBytes(20);
        tokenKeys[id] = key;
        const sealedSecret = vault.seal(environmentId, secretIdentity(id), key);
        const form = { otpLength: 6, hashAlgorithm: 'HmacSHA1', sealedSecret };
        return { type: 'TOTP', timeStep: 30, drift: 0, lastTimeStep: 0, ...form };
      },
      answer: ({ now }) => ({
        otp: hotp(tokenKeys['device-1'] ?? Buffer.alloc(0), timeStepAt(now, 30_000), {
          digits: 6,
          algorithm: 'sha1',
        }),
      }),
    },
    world,
  );

  test('has a type and a policy block of its own', () => {
    for (const name of ['type', 'policyKey'] as const) {
      const names = methods.all().map((method) => method[name]);
      assert.equal(new Set(names).size, names.length);
    }
  });

  test('TOTP takes each time step once, never an older one, and drift as the policy says', async () => {
    const method = methodOf('TOTP');
    const now = Date.UTC(2026, 2, 4, 5, 6, 15);
    const made = await method.create({}, { id: 'd' }, contextOf(method, keyring, environmentId));
    const secret = String(made.revealed?.secret);
    const code = (steps: number) =>
      generateSync({ secret, epoch: Math.floor(now / 1_000) + 30 * steps });
    const judge = async (
      otp: string,
      credential = made.credential,
      passcodeGracePeriod?: number,
    ) => {
      const context = contextOf(method, keyring, environmentId, now);
      const policy = { ...context.policy, ...(passcodeGracePeriod ? { passcodeGracePeriod } : {}) };
      return method.verify({ otp }, { state: {} }, { id: 'd', credential }, { ...context, policy });
    };
    const verdicts = async (credential?: Record<string, unknown>, grace?: number) => {
      const all = [];
      for (let steps = -6; steps <= 6; steps++) {
        const { verdict } = await judge(code(steps), credential, grace);
        all.push(verdict === 'VERIFIED' ? 'y' : 'n');
      }
      return all.join('');
    };
    assert.equal(await verdicts(), 'nyyyyyyyyyyyn');
    assert.equal(await verdicts(undefined, 1), 'nnnnnyyynnnnn');
    assert.equal(await verdicts(undefined, 10), 'yyyyyyyyyyyyy');
    const first = await judge(code(0));
    assert.ok(first.verdict === 'VERIFIED');
    assert.equal(await verdicts(first.credential), 'nnnnnnnyyyyyn');
    const ahead = await judge(code(2), first.credential);
    assert.ok(ahead.verdict === 'VERIFIED');
    assert.equal(await verdicts(ahead.credential), 'nnnnnnnnnyyyn');
  });

  test('TOTP takes the code of a step that is equal to that of the used step before it', async () => {
    const method = methodOf('TOTP');
    const now = Date.UTC(2026, 2, 4, 5, 6, 15);
    // Found by search: with this key the steps at `now` and 30 s later have the same code.
    const key = Buffer.alloc(20);
    key.writeUInt32BE(1_475_141, 16);
    const at = (moment: number) => ({
      ...contextOf(method, keyring, environmentId, moment),
      randomBytes: () => key,
    });
    const { credential } = await method.create({}, { id: 'd' }, at(now));
    const challenge = { state: {} };
    const first = await method.verify(
      { otp: '603669' },
      challenge,
      { id: 'd', credential },
      at(now),
    );
    assert.ok(first.verdict === 'VERIFIED');
    const device = { id: 'd', credential: first.credential };
    const second = await method.verify({ otp: '603669' }, challenge, device, at(now + 30_000));
    assert.ok(second.verdict === 'VERIFIED');
    const used = { id: 'd', credential: second.credential };
    const third = await method.verify({ otp: '603669' }, challenge, used, at(now + 30_000));
    assert.equal(third.verdict, 'REJECTED');
  });

  test("a caller's variable can not stand in for the code", async () => {
    const method = methodOf('SMS');
    const context = contextOf(method, keyring, environmentId);
    const { credential } = await method.create({ phone }, { id: 'd' }, context);
    const variables = { otp: 'evil', 'user.username': 'evil', shop: 'Kivi' };
    const asked = await method.challenge(
      { id: 'd', credential },
      { purpose: 'AUTHENTICATION', notification: { template: { name: 'transaction', variables } } },
      context,
    );
    const payload = asked.delivery?.payload;
    assert.match(payload?.variables.otp ?? '', /^[0-9]{6}$/);
    assert.equal(payload?.variables['user.username'], 'kaisa');
    assert.equal(payload?.variables.shop, 'Kivi');
    assert.equal(payload?.template, 'transaction');
  });
});
