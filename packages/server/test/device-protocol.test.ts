/**
 * The attacks on requests and messages of docs/device-protocol.md, each as a test: what a stranger, a
 * copy of the device, or another server could send.
 */
import assert from 'node:assert/strict';
import { createPublicKey, randomUUID } from 'node:crypto';
import { before, test } from 'node:test';
import { CompactSign, decodeJwt } from 'jose';
import { DeviceError, memoryStorage, readPairingUri } from '../../device/src/index.ts';
import { newSigningKeys, signingKeyOf } from '../../device/src/keys.ts';
import { signText } from '../../device/src/protocol.ts';
import type { Reply } from '../src/testing/client.ts';
import {
  deviceUrl,
  keptOf,
  postAsDevice,
  reasonOf,
  signedBy,
} from '../src/testing/device-requests.ts';
import { anInstallation, aPairingKey, aPhone, type Phone } from '../src/testing/native.ts';
import { describeNative } from '../src/testing/native-suite.ts';
import { aFlow, aUser } from '../src/testing/scenario.ts';
import type { TestServer } from '../src/testing/server.ts';

const refused = (promise: Promise<unknown>, code: string) =>
  assert.rejects(promise, (error) => error instanceof DeviceError && error.code === code);

const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

describeNative('the device protocol', (world) => {
  let server: TestServer;
  let applicationId: string;
  before(() => {
    ({ server, applicationId } = world);
  });

  const url = (name: string) => deviceUrl(server, name);
  const post = (name: string, request: string): Promise<Reply> =>
    postAsDevice(server, name, request);
  const signed = (phone: Phone, name: string, claims: object = {}, more: object = {}) =>
    signedBy(server, phone, name, claims, more);

  /** A phone that is asked, and the request. */
  async function asked() {
    const user = await aUser(server);
    const phone = await aPhone(server, user, applicationId);
    const flow = await aFlow(server, user);
    const { requests } = await phone.account.requests();
    const [request] = requests;
    assert.ok(request);
    return { user, phone, flow, request };
  }

  test('takes each request once, also of many at the same time', async () => {
    const { user, phone } = await asked();
    const text = await signed(phone, 'challenges');
    const replies = await Promise.all(Array.from({ length: 6 }, () => post('challenges', text)));
    const reasons = replies.map(reasonOf);
    assert.equal(reasons.filter(([status]) => status === 200).length, 1);
    assert.equal(reasons.filter(([, code]) => code === 'REQUEST_REPLAYED').length, 5);
    // One that would still have an effect.
    const first = await signed(phone, 'updates', { nickname: 'first' });
    assert.equal((await post('updates', first)).status, 200);
    await phone.account.update({ nickname: 'second' });
    assert.deepEqual(reasonOf(await post('updates', first)), [401, 'REQUEST_REPLAYED']);
    const { body } = await server.api(`/users/${user.id}/devices`);
    assert.equal(body._embedded.devices[0].nickname, 'second');
  });

  test('takes nothing that the paired key has not signed', async () => {
    const { phone } = await asked();
    const stranger = await newSigningKeys(true);
    const good = await signed(phone, 'challenges');
    const [head = '', payload = '', signature = ''] = good.split('.');
    const who = { typ: 'cs-request+jwt', kid: phone.account.id };
    const none = encoded({ alg: 'none', ...who });
    const { publicJwk } = await keptOf(phone);
    const spki = createPublicKey({ key: publicJwk, format: 'jwk' });
    const claims = new TextEncoder().encode(Buffer.from(payload, 'base64url').toString());
    /** The public key in the place of a secret, in each form that a server may hold it in. */
    const macs = await Promise.all(
      [
        JSON.stringify(publicJwk),
        spki.export({ type: 'spki', format: 'pem' }),
        spki.export({ type: 'spki', format: 'der' }),
        Buffer.concat([publicJwk.x, publicJwk.y].map((part) => Buffer.from(part, 'base64url'))),
      ].map((secret) =>
        new CompactSign(claims)
          .setProtectedHeader({ alg: 'HS256', ...who })
          .sign(new Uint8Array(Buffer.from(secret))),
      ),
    );
    const key = await signingKeyOf((await keptOf(phone)).signingKey);
    const critical = await new CompactSign(claims)
      .setProtectedHeader({ alg: 'ES256', ...who, crit: ['exp'], exp: 1 })
      .sign(key, { crit: { exp: true } });
    /** Whoever signs also says by which key. */
    const introduced = await new CompactSign(claims)
      .setProtectedHeader({ alg: 'ES256', ...who, jwk: stranger.publicJwk })
      .sign(stranger.privateKey);
    const astray = { ...publicJwk, x: 'A'.repeat(43), y: 'A'.repeat(43) };
    const withJwk = await signText(
      { publicJwk: stranger.publicJwk, privateKey: stranger.privateKey },
      'cs-request+jwt',
      { aud: server.environmentId, htu: url('challenges') },
      server.now(),
    );
    const forged = [
      ...macs,
      critical,
      introduced,
      `${encoded({ alg: 'ES256', ...who, jwk: astray })}.${payload}.${signature}`,
      // r and s are 0.
      `${head}.${payload}.${Buffer.alloc(64).toString('base64url')}`,
      `${head}.${payload}.${Buffer.alloc(65).toString('base64url')}`,
      await signed(phone, 'challenges', {}, { key: stranger.privateKey }),
      withJwk,
      `${none}.${payload}.`,
      `${none}.${payload}.${signature}`,
      `${head}.${payload}`,
      `${head}.${payload}.`,
      `${head}.${payload}.${signature.slice(0, -4)}`,
      `${head}.${Buffer.from('{}').toString('base64url')}.${signature}`,
      'x',
      '..',
      await signed(phone, 'challenges', {}, { type: 'cs-payload+jwt' }),
      // Signed for another address, another environment.
      await signed(phone, 'answers'),
      await signed(phone, 'challenges', { aud: randomUUID() }),
      await signed(phone, 'challenges', { jti: 'x' }),
    ];
    for (const text of forged) {
      const reply = await post('challenges', text);
      assert.deepEqual(reasonOf(reply), [401, 'INVALID_SIGNATURE'], text);
    }
    assert.equal((await post('challenges', good)).status, 200);
  });

  test('takes a clock that is off by two minutes to the second, and no more', async () => {
    const { phone } = await asked();
    // Requests name whole seconds.
    server.advance(1_000 - (server.now() % 1_000));
    const at = (skew: number) => signed(phone, 'challenges', { iat: server.now() / 1_000 + skew });
    for (const skew of [-120, 0, 120]) {
      assert.equal((await post('challenges', await at(skew))).status, 200, String(skew));
    }
    for (const skew of [-600, -121, 121, 600]) {
      const reply = await post('challenges', await at(skew));
      assert.deepEqual(reasonOf(reply), [401, 'UNSYNCHRONIZED_CLOCK'], String(skew));
    }
    const [late, early] = [await at(-120), await at(121)];
    server.advance(1);
    assert.deepEqual(reasonOf(await post('challenges', late)), [401, 'UNSYNCHRONIZED_CLOCK']);
    server.advance(999);
    assert.equal((await post('challenges', early)).status, 200);
    for (const iat of ['1', null, Number.MAX_VALUE, -1]) {
      const reply = await post('challenges', await signed(phone, 'challenges', { iat }));
      assert.deepEqual(reasonOf(reply), [401, 'UNSYNCHRONIZED_CLOCK'], String(iat));
    }
  });

  test('speaks no older version, and its phones speak no other', async () => {
    const { phone, user } = await asked();
    for (const v of [0, 2, '1', undefined]) {
      const text = await signed(phone, 'challenges', { v });
      assert.deepEqual(reasonOf(await post('challenges', text)), [401, 'UNSUPPORTED_VERSION']);
    }
    const { uri } = await aPairingKey(server, user);
    assert.throws(() => readPairingUri(uri.replace('v=1', 'v=0')), {
      code: 'UNSUPPORTED_VERSION',
    });
  });

  /** A network whose messages are `edited`, and signed again by this key; undefined: the server's. */
  function between(edited: (claims: Record<string, unknown>) => object, stranger?: CryptoKey) {
    const impersonate: typeof fetch = async (input, init) => {
      const response = await fetch(input, init);
      const body = (await response.json()) as Record<string, unknown>;
      if (typeof body.message !== 'string') return Response.json(body, response);
      const own = await server.server.parts.keyring.deviceSigningKey(server.environmentId);
      const payload = JSON.stringify(edited(decodeJwt(body.message)));
      const message = await new CompactSign(new TextEncoder().encode(payload))
        .setProtectedHeader({ alg: 'ES256', typ: 'cs-message+jwt', kid: own.kid })
        .sign(stranger ?? own.privateKey);
      return Response.json({ message });
    };
    return impersonate;
  }

  test('is not spoken with a server that has not the key of the QR code', async () => {
    const user = await aUser(server);
    const { uri } = await aPairingKey(server, user);
    const { kid } = await server.server.parts.keyring.deviceSigningKey(server.environmentId);
    const other = uri.replace(kid, kid.split('').reverse().join(''));
    await refused(anInstallation(server, applicationId).pair(other), 'SERVER_KEY_MISMATCH');
    // Whoever sits in between can't sign: not while it pairs, and not later.
    const { privateKey } = await newSigningKeys(true);
    const storage = memoryStorage();
    const fetch = between((claims) => claims, privateKey);
    const cheated = anInstallation(server, applicationId, { fetch, storage });
    await refused(cheated.pair(uri), 'SERVER_KEY_MISMATCH');
    assert.deepEqual(await storage.keys(), []);
    await anInstallation(server, applicationId, { storage }).pair(uri);
    const [account] = await cheated.accounts();
    assert.ok(account);
    await aFlow(server, user);
    await refused(account.requests(), 'SERVER_KEY_MISMATCH');
    await refused(account.mobilePayload(), 'SERVER_KEY_MISMATCH');
    await refused(account.update({ nickname: 'x' }), 'SERVER_KEY_MISMATCH');
  });

  test('a phone takes no message of another version, for another, or to something else', async () => {
    const user = await aUser(server);
    const { storage } = await aPhone(server, user, applicationId);
    const cases: [object, string][] = [
      [{ v: 0 }, 'UNSUPPORTED_VERSION'],
      [{ v: 2 }, 'UNSUPPORTED_VERSION'],
      [{ v: undefined }, 'UNSUPPORTED_VERSION'],
      [{ aud: randomUUID() }, 'SERVER_KEY_MISMATCH'],
      [{ re: randomUUID() }, 'SERVER_KEY_MISMATCH'],
      [{ re: undefined }, 'SERVER_KEY_MISMATCH'],
      [{ iat: undefined }, 'SERVER_KEY_MISMATCH'],
    ];
    const accountBy = async (fetch: typeof globalThis.fetch) => {
      const [account] = await anInstallation(server, applicationId, {
        storage,
        fetch,
      }).accounts();
      assert.ok(account);
      return account;
    };
    for (const [change, code] of cases) {
      const fetch = between((claims) => ({ ...claims, ...change }));
      await refused((await accountBy(fetch)).requests(), code);
    }
    // What is changed is the only thing that is wrong with them.
    const honest = await accountBy(between((claims) => claims));
    assert.deepEqual((await honest.requests()).requests, []);
    // The greeting, before anything is pinned but the key.
    const { uri } = await aPairingKey(server, user);
    const fetch = between((claims) => ({ ...claims, v: 0 }));
    await refused(
      anInstallation(server, applicationId, { fetch }).pair(uri),
      'UNSUPPORTED_VERSION',
    );
  });

  test('gives nothing to who knows the id of a flow, or of a device', async () => {
    const { phone, flow } = await asked();
    const stranger = await newSigningKeys(true);
    for (const name of ['challenges', 'answers', 'updates', 'keys', 'removals', 'logs']) {
      const claims = { flow: flow.id, id: flow.id };
      const text = await signed(phone, name, claims, { key: stranger.privateKey });
      assert.deepEqual(reasonOf(await post(name, text)), [401, 'INVALID_SIGNATURE']);
      const nobody = await signText(
        { deviceId: randomUUID(), privateKey: stranger.privateKey },
        'cs-request+jwt',
        { aud: server.environmentId, htu: url(name) },
        server.now(),
      );
      assert.equal((await post(name, nobody)).status, 404);
    }
  });

  test('refuses claims that are none, with their names', async () => {
    const { phone, flow } = await asked();
    const challenge = 'A'.repeat(43);
    const answer = { flow: flow.id, challenge, decision: 'APPROVE', sequence: 1 };
    const cases: [string, object, string][] = [
      ['answers', { ...answer, decision: 'MAYBE' }, 'decision'],
      ['answers', { ...answer, sequence: 0 }, 'sequence'],
      ['answers', { ...answer, amr: 'fpt' }, 'amr'],
      ['answers', { ...answer, flow: 'x' }, 'flow'],
      ['challenges', { wait: 'long' }, 'wait'],
      ['updates', { push: { provider: 'PIGEON', token: 'x' } }, 'push'],
      ['updates', { nickname: 'a\u0000' }, 'nickname'],
      ['keys', { publicKey: { kty: 'EC' }, proof: 'x' }, 'publicKey'],
    ];
    for (const [name, claims, target] of cases) {
      const reply = await post(name, await signed(phone, name, claims));
      assert.ok(reply.status === 400 || reply.status === 401, `${name} ${reply.text}`);
      if (reply.status === 400) {
        assert.ok(reply.body.details[0].target.startsWith(target), `${name} ${reply.text}`);
      }
    }
  });
});
