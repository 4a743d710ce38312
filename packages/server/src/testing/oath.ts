/** OATH tokens for tests: with the passcodes that they show. */
import assert from 'node:assert/strict';
import { randomBytes, randomInt } from 'node:crypto';
import { hotp, timeStepAt } from '../methods/oath/one-time-password.ts';
import { issueUserToken } from '../resources/platform/tokens/issue-token.ts';
import type { Reply } from './client.ts';
import { FAILURE } from './policies.ts';
import type { TestUser } from './scenario.ts';
import type { TestServer } from './server.ts';

/** The policy's block for OATH tokens. */
export const OATH_BLOCK = { oathToken: { enabled: true, otp: { failure: FAILURE } } };

/** A request for a token that no other test has. */
export const oathTokenBody = (more: object = {}): Record<string, unknown> => ({
  serialNumber: String(randomInt(1e12)).padStart(12, '0'),
  secret: randomBytes(20).toString('hex'),
  type: 'HOTP',
  otpLength: 6,
  ...more,
});

export const TOTP_TOKEN = { type: 'TOTP', totp: { timeStep: 30 } };

export interface TestToken {
  id: string;
  serialNumber: string;
  reply: Reply;
  /** The passcode of this counter, or of the time step so many after the present one. */
  code(place: number): string;
}

const HASHES: Record<string, 'sha1' | 'sha256' | 'sha512'> = {
  HmacSHA256: 'sha256',
  HmacSHA512: 'sha512',
};

/** A token of the environment; by default one of counters. */
export async function anOathToken(test: TestServer, more: object = {}): Promise<TestToken> {
  const body = oathTokenBody(more);
  test.secret(String(body.secret));
  const reply = await test.api('/oathTokens', { body });
  assert.equal(reply.status, 201, reply.text);
  const key = Buffer.from(String(body.secret), 'hex');
  const form = {
    digits: Number(body.otpLength),
    algorithm: HASHES[String(body.hashAlgorithm)] ?? 'sha1',
  } as const;
  const { id, serialNumber, totp } = reply.body;
  const start = () => (totp ? timeStepAt(test.now(), totp.timeStep * 1_000) : 0);
  return { id, serialNumber, reply, code: (place) => hotp(key, start() + place, form) };
}

/** A user's own token for their devices. */
export async function deviceTokenOf(test: TestServer, user: TestUser): Promise<string> {
  const scopes = ['p1:create:device', 'p1:read:device', 'p1:update:device'] as const;
  const owner = { environmentId: test.environmentId, userId: user.id, scopes };
  const { token } = await issueUserToken(test.server.parts, owner);
  test.secret(token);
  return token;
}
