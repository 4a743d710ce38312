/** Policies that a test begins with. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { TestServer } from './server.ts';

/** Three wrong answers, then two minutes of rest. */
export const FAILURE = { count: 3, coolDown: { duration: 2, timeUnit: 'MINUTES' } };
const OFFLINE = {
  enabled: true,
  otp: { lifeTime: { duration: 30, timeUnit: 'MINUTES' }, failure: FAILURE },
};

/** A whole valid policy; `blocks` replaces parts of it. */
export function policyBody(name: string, more: object = {}): Record<string, unknown> {
  return {
    name,
    default: false,
    email: OFFLINE,
    sms: OFFLINE,
    voice: OFFLINE,
    totp: { enabled: true, otp: { failure: FAILURE } },
    mobile: { enabled: false, otp: { failure: FAILURE } },
    ...more,
  };
}

/**
 * The first policy with messages of every kind, each with a lock after three wrong answers, and
 * nothing else: what most tests of flows are about.
 */
export async function allowMessages(test: TestServer) {
  const { body } = await test.api('/deviceAuthenticationPolicies');
  const [first] = body._embedded.deviceAuthenticationPolicies;
  const reply = await test.api(`/deviceAuthenticationPolicies/${first.id}`, {
    method: 'PUT',
    body: policyBody(first.name, {
      default: true,
      totp: { enabled: false, otp: { failure: FAILURE } },
    }),
  });
  assert.equal(reply.status, 200, reply.text);
}

/** Makes a policy the default one. */
export async function aDefaultPolicy(test: TestServer, more: object = {}) {
  const reply = await test.api('/deviceAuthenticationPolicies', {
    body: policyBody(`policy-${randomUUID()}`, { default: true, ...more }),
  });
  assert.equal(reply.status, 201, reply.text);
  return reply.body;
}

/** A FIDO2 policy that takes any authenticator; `more` changes it. */
export function fido2PolicyBody(name: string, more: object = {}): Record<string, unknown> {
  return {
    name,
    relyingPartyId: 'login.shop.example',
    attestationRequirements: 'NONE',
    authenticatorAttachment: 'BOTH',
    backupEligibility: { allow: true, enforceDuringAuthentication: true },
    deviceDisplayName: 'Passkey',
    discoverableCredentials: 'PREFERRED',
    mdsAuthenticatorsRequirements: { option: 'NONE', enforceDuringAuthentication: false },
    userDisplayNameAttributes: { attributes: [{ name: 'username' }] },
    userVerification: { option: 'PREFERRED', enforceDuringAuthentication: true },
    ...more,
  };
}
