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
