/** What every authentication method promises: one suite, run on each by `methods.test.ts`. */
import assert from 'node:assert/strict';
import { randomBytes, randomInt } from 'node:crypto';
import { test } from 'node:test';
import type { Vault } from '../crypto/vault.ts';
import { NO_AUTHENTICATORS } from '../fido-metadata/environment-authenticators.ts';
import { withRelyingParty } from '../model/fido2.ts';
import { typedCode } from '../model/typed-code.ts';
import { wordingOf } from '../resources/kit/wording.ts';
import { defaultFido2Policy } from '../resources/policies/fido2-policies/default-fido2-policy.ts';
import type { AuthenticationMethod, MethodContext } from './authentication-method.ts';

/** How the suite gets a right answer: only the test knows the other side of the method. */
export interface MethodUnderTest {
  method: AuthenticationMethod;
  /** A valid create request without the common properties. */
  request: Record<string, unknown>;
  /** The right answer to what was asked, from what the user has: a message, or what was revealed. */
  answer(seen: { otp?: string; revealed?: Record<string, unknown>; now: number }): object;
  /** The credential of the token that a device of this id is made of, and not always the same. */
  token?(id: string, context: MethodContext): Record<string, unknown>;
}

const NOW = Date.UTC(2026, 2, 4, 5, 6, 7);

/** No administrator has made any. */
const NO_CONTENTS = { contents: { choose: () => ({ locale: 'en' }) } };

export function contextOf(
  method: AuthenticationMethod,
  vault: Vault,
  environmentId: string,
  now = NOW,
): MethodContext {
  const environment = { id: environmentId, doc: { name: 'Shop' } };
  const profile = {
    populationId: 'population',
    username: 'kaisa',
    enabled: true,
    mfaEnabled: true,
    mfaFailures: 0,
    createdAt: now,
    updatedAt: now,
  };
  return {
    now,
    environmentId,
    environmentName: 'Shop',
    policy: method.defaultPolicy,
    settings: {
      pairing: { maxAllowedDevices: 5, pairingKeyFormat: 'NUMERIC' },
      phoneExtensions: { enabled: false },
      users: { mfaEnabled: false },
      updatedAt: now,
    },
    vault,
    randomBytes,
    randomDigits: (length) => String(randomInt(10 ** length)).padStart(length, '0'),
    words: ({ template }) => ({ subject: template, text: template }),
    hostName: 'localhost',
    configuration: {
      fido2Policy: () => withRelyingParty(defaultFido2Policy(now), 'login.shop.example').settings,
      authenticators: NO_AUTHENTICATORS,
      nativeApplications: new Map(),
      pushProviders: new Map(),
    },
    user: {
      id: 'user',
      username: 'kaisa',
      profile,
      devices: [],
    },
    wording: (message) => wordingOf(NO_CONTENTS, { environment, user: profile, now }, message),
  };
}

const GARBAGE: object[] = [
  {},
  { otp: '' },
  { otp: null },
  { otp: 123456 },
  { otp: '1234567' },
  { otp: ['123456'] },
  { otp: 'x'.repeat(10_000) },
  { otp: '\u0000' },
  { assertion: 'x' },
];

export function methodContract(
  { method, request, answer, token }: MethodUnderTest,
  world: () => { vault: Vault; environmentId: string },
): void {
  const makeDevice = async (id: string, context: MethodContext) => {
    const kept = token && { id, credential: token(id, context) };
    const made = await method.create(request, { id, ...(kept ? { token: kept } : {}) }, context);
    // Where a token keeps the credential, answers are checked by that one.
    return { made, device: kept ?? { id, credential: made.credential } };
  };
  const pair = async () => {
    const { vault, environmentId } = world();
    const context = contextOf(method, vault, environmentId);
    const { made, device: paired } = await makeDevice('device-1', context);
    const asked = await method.challenge(paired, { purpose: 'AUTHENTICATION' }, context);
    const otp = asked.delivery?.payload.variables.otp;
    const right = answer({
      now: context.now,
      ...(otp === undefined ? {} : { otp }),
      ...(made.revealed ? { revealed: made.revealed } : {}),
    });
    return { context, made, paired, asked, otp, right: { ...right } };
  };

  test(`${method.type} takes the right answer, and nothing else`, async () => {
    const { context, paired, asked, right } = await pair();
    const before = structuredClone(paired);
    for (const wrong of GARBAGE) {
      const verdict = await method.verify({ ...wrong }, asked.challenge, paired, context);
      // What could be a code is a guess, and counts; what can't be one at all isn't.
      const isGuess = 'otp' in wrong && typedCode(wrong.otp) !== undefined;
      assert.deepEqual(verdict, { verdict: isGuess ? 'REJECTED' : 'UNREADABLE' });
    }
    const verdict = await method.verify(right, asked.challenge, paired, context);
    assert.equal(verdict.verdict, 'VERIFIED');
    assert.deepEqual(paired, before, 'checking changes nothing');
  });

  if (method.selfContained) {
    test(`${method.type} takes no answer of before once the store went back in time`, async () => {
      const { context, paired, asked, right } = await pair();
      const spent = method.spent?.(paired.credential, context.now);
      assert.ok(spent, 'Its devices make codes that nobody keeps: it must say how they are spent.');
      const device = { ...paired, credential: spent };
      const verdict = await method.verify(right, asked.challenge, device, context);
      assert.equal(verdict.verdict, 'REJECTED');
    });
  }

  test(`${method.type} takes no answer of another device`, async () => {
    const { context, asked, right, paired } = await pair();
    const { vault, environmentId } = world();
    const otherContext = contextOf(method, vault, environmentId);
    const { device: stranger } = await makeDevice('device-2', otherContext);
    const question = await method.challenge(stranger, { purpose: 'AUTHENTICATION' }, context);
    const verdict = await method.verify(right, question.challenge, stranger, context);
    assert.equal(verdict.verdict, 'REJECTED');
    const moved = await method.verify(right, asked.challenge, paired, context);
    assert.equal(moved.verdict, 'VERIFIED');
  });

  test(`${method.type} keeps no code and no secret in clear`, async () => {
    const { made, asked, otp, paired } = await pair();
    const kept = JSON.stringify([made.credential, asked.challenge]);
    if (otp !== undefined) assert.ok(!kept.includes(otp));
    for (const value of Object.values(made.revealed ?? {})) {
      assert.ok(!kept.includes(String(value)));
      for (const masked of [true, false]) {
        assert.ok(
          !JSON.stringify(method.view(paired, masked ? { masked } : { masked, now: NOW })).includes(
            String(value),
          ),
        );
      }
    }
  });

  test(`${method.type} says what it is`, () => {
    assert.match(method.type, /^[A-Z0-9_]+$/);
    assert.ok(method.amr.length > 0 && !method.amr.includes('mfa'));
    assert.ok(method.initialStatuses.length > 0);
    assert.equal(Object(method.schemas.policy).type, 'object');
  });
}
