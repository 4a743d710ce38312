import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { CLIENT_FAILURES_COUNTED_MAX, CLIENT_FAILURES_MAX } from '../../../config/limits.ts';
import {
  ADMIN,
  ADMIN_SECRET,
  applicationsOf,
  aWorker,
  HOME,
  type Platform,
  startPlatform,
} from '../applications/testing-platform.ts';
import { createClientAuthentication } from './authenticate-client.ts';
import { issueApplicationToken } from './issue-token.ts';
import { OAuthError } from './oauth-error.ts';

async function startWithWorker(context: TestContext) {
  const platform = await startPlatform(context);
  const token = await platform.tokenOf();
  const created = await platform.ask(applicationsOf(), { method: 'POST', token, body: aWorker() });
  assert.equal(created.status, 201);
  const id = String(created.body.id);
  const read = await platform.ask(`${applicationsOf()}/${id}/secret`, { token });
  /** Replaces the worker's secret. */
  async function replaceSecret(): Promise<string> {
    const options = { method: 'POST', token };
    const { status, body } = await platform.ask(`${applicationsOf()}/${id}/secret`, options);
    assert.equal(status, 200);
    return String(body.secret);
  }
  return { ...platform, id, secret: String(read.body.secret), replaceSecret };
}

const isTaken = ({ access }: Platform, token: string): Promise<boolean> =>
  access.authenticate(`Bearer ${token}`).then(
    () => true,
    () => false,
  );

describe('a new secret', () => {
  test('ends the tokens of the one before, even within the same second', async (context) => {
    const platform = await startWithWorker(context);
    const tokens = [await platform.tokenOf(platform.id, platform.secret)];
    for (let replaced = 0; replaced < 3; replaced++) {
      const secret = await platform.replaceSecret();
      for (const token of tokens) assert.equal(await isTaken(platform, token), false);
      const token = await platform.tokenOf(platform.id, secret);
      assert.equal(await isTaken(platform, token), true);
      tokens.push(token);
    }
    platform.time.now += 10_000;
    const taken = await Promise.all(tokens.map((token) => isTaken(platform, token)));
    assert.deepEqual(taken, [false, false, false, true]);
  });

  test('ends a token that was asked for before and is given afterwards', async (context) => {
    const platform = await startWithWorker(context);
    const proven = await platform.store.get('applications', HOME, platform.id);
    assert.ok(proven);
    for (const laterMs of [0, 1_000, 5_000]) {
      await platform.replaceSecret();
      platform.time.now += laterMs;
      const { token } = await issueApplicationToken(platform, proven);
      assert.equal(await isTaken(platform, token), false);
    }
  });
});

test('guesses at a secret stay counted however many assertions fail meanwhile', async (context) => {
  const platform = await startPlatform(context);
  const authenticate = createClientAuthentication(platform);
  const codeOf = (credentials: Parameters<typeof authenticate>[0]['credentials']) =>
    authenticate({ environmentId: HOME, credentials, remoteAddress: '192.0.2.1' }).then(
      () => 'proven',
      (error: unknown) => (error instanceof OAuthError ? error.code : 'failed'),
    );
  const guess = (secret: string) =>
    codeOf({ method: 'CLIENT_SECRET_BASIC', clientId: ADMIN, secrets: [secret] });
  for (let guesses = 0; guesses < CLIENT_FAILURES_MAX; guesses++) {
    assert.equal(await guess('wrong'), 'invalid_client');
  }
  for (let clients = 0; clients < CLIENT_FAILURES_COUNTED_MAX; clients++) {
    await codeOf({ method: 'PRIVATE_KEY_JWT', clientId: `client-${clients}`, assertion: '' });
  }
  assert.equal(await guess('wrong'), 'slow_down');
  assert.equal(await guess(ADMIN_SECRET), 'slow_down');
});
