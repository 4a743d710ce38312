/** What a pairing is refused for before it claims anything, and how often a code can be guessed. */
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { beforeEach, test } from 'node:test';
import { type NewKeyPair, newEncryptionKeys, newSigningKeys } from '../../device/src/keys.ts';
import { signText } from '../../device/src/protocol.ts';
import { CLIENT_FAILURES_MAX, CLIENT_FAILURES_WINDOW_MS } from '../src/config/limits.ts';
import { issueUserToken } from '../src/resources/platform/tokens/issue-token.ts';
import { errorOf, invalidData, type Reply, send } from '../src/testing/client.ts';
import { deviceUrl, postAsDevice, reasonOf } from '../src/testing/device-requests.ts';
import { aPairingKey } from '../src/testing/native.ts';
import { describeNative } from '../src/testing/native-suite.ts';
import { policyBody } from '../src/testing/policies.ts';
import { aUser } from '../src/testing/scenario.ts';
import type { TestServer } from '../src/testing/server.ts';

/** A point that isn't on P-256. */
const ASTRAY = { kty: 'EC', crv: 'P-256', x: 'A'.repeat(43), y: 'A'.repeat(43) } as const;

describeNative(
  'a pairing',
  (world, once) => {
    let server: TestServer;
    let applicationId: string;
    beforeEach(() => {
      ({ server, applicationId } = world);
    });

    async function aNonce(): Promise<string> {
      const { body } = await server.raw(`/${server.environmentId}/device/v1`);
      const [, claims = ''] = body.message.split('.');
      return JSON.parse(Buffer.from(claims, 'base64url').toString()).nonce;
    }

    async function signedPairing(
      code: string,
      more: { encryptionKey?: object; keys?: NewKeyPair; nonce?: string } = {},
    ): Promise<string> {
      const keys = more.keys ?? (await newSigningKeys(true));
      const claims = {
        aud: server.environmentId,
        htu: deviceUrl(server, 'pairings'),
        code,
        application: applicationId,
        nonce: more.nonce ?? (await aNonce()),
        encryptionKey: more.encryptionKey ?? (await newEncryptionKeys()).publicJwk,
      };
      return signText(keys, 'cs-request+jwt', claims, server.now());
    }

    test('claims nothing with a key that is no point of the curve', async () => {
      const user = await aUser(server);
      const key = await aPairingKey(server, user);
      const off = await postAsDevice(
        server,
        'pairings',
        await signedPairing(key.code, { encryptionKey: ASTRAY }),
      );
      assert.deepEqual(errorOf(off), invalidData('INVALID_VALUE', 'encryptionKey'));
      const keys = { ...(await newSigningKeys(true)), publicJwk: ASTRAY };
      const unsigned = await postAsDevice(
        server,
        'pairings',
        await signedPairing(key.code, { keys }),
      );
      assert.deepEqual(reasonOf(unsigned), [401, 'INVALID_SIGNATURE']);
      const path = `/users/${user.id}/pairingKeys/${key.id}`;
      assert.equal((await server.api(path)).body.status, 'UNCLAIMED');
      const { body } = await server.api(`/users/${user.id}/devices`);
      assert.deepEqual(body._embedded.devices, []);
      const right = await postAsDevice(server, 'pairings', await signedPairing(key.code));
      assert.equal(right.status, 200, right.text);
    });

    test('is by the default policy where a user makes the key himself', async () => {
      const user = await aUser(server);
      const { environmentId } = server;
      const scopes = ['p1:create:pairingKey'] as const;
      const owner = { environmentId, userId: user.id, scopes };
      const { token } = await issueUserToken(server.server.parts, owner);
      server.secret(token);
      const make = (body: object) => server.api(`/users/${user.id}/pairingKeys`, { token, body });
      const own = await make({ applications: [{ id: applicationId }] });
      assert.equal(own.status, 201, own.text);
      const rules = policyBody('for applications', { applicationsOnly: true });
      const { body: policy } = await server.api('/deviceAuthenticationPolicies', { body: rules });
      const chosen = await make({ policy: { id: policy.id } });
      assert.deepEqual([chosen.status, chosen.body.code], [403, 'ACCESS_FAILED']);
      assert.equal((await aPairingKey(server, user, { policy: own.body.policy })).code.length, 14);
    });

    const from = async (address: string, text: string) =>
      send(deviceUrl(server, 'pairings'), {
        body: { request: text },
        headers: { 'x-forwarded-for': address },
      });
    const aGuess = () => `01${randomInt(10 ** 12)}`.padEnd(14, '0');
    const isWrong = (reply: Reply) => reply.body.details[0].code === 'PAIRING_KEY_INVALID';
    const mustWait = (reply: Reply) =>
      reply.status === 429 &&
      Number(reply.headers['retry-after']) > 2 &&
      reply.body.details[0].code === 'LIMIT_EXCEEDED';

    // The count is in the memory of the node: the store is the same to it.
    test('is not found by 10,000 guesses from one address', once, async () => {
      const user = await aUser(server);
      const key = await aPairingKey(server, user);
      const keys = await newSigningKeys(true);
      const more = {
        keys,
        encryptionKey: (await newEncryptionKeys()).publicJwk,
        nonce: await aNonce(),
      };
      const address = '192.0.2.1';
      const counts = { wrong: 0, waiting: 0 };
      for (let batch = 0; batch < 100; batch++) {
        const replies = await Promise.all(
          Array.from({ length: 100 }, async () =>
            from(address, await signedPairing(aGuess(), more)),
          ),
        );
        counts.wrong += replies.filter(isWrong).length;
        counts.waiting += replies.filter(mustWait).length;
      }
      assert.deepEqual(counts, {
        wrong: CLIENT_FAILURES_MAX,
        waiting: 10_000 - CLIENT_FAILURES_MAX,
      });
      // The right one is no better while it must wait, and nobody else must.
      assert.ok(mustWait(await from(address, await signedPairing(key.code))));
      assert.ok(isWrong(await from('192.0.2.2', await signedPairing(aGuess()))));
      server.advance(CLIENT_FAILURES_WINDOW_MS);
      const right = await from(address, await signedPairing(key.code));
      assert.equal(right.status, 200, right.text);
    });

    test('is guessed no more often from all addresses of one IPv6 network', once, async () => {
      for (let host = 0; host < CLIENT_FAILURES_MAX; host++) {
        const reply = await from(`2001:db8:1:2::${host}`, await signedPairing(aGuess()));
        assert.ok(isWrong(reply), reply.text);
      }
      assert.ok(mustWait(await from('2001:db8:1:2:ffff::', await signedPairing(aGuess()))));
      assert.ok(isWrong(await from('2001:db8:1:3::1', await signedPairing(aGuess()))));
    });

    test('by a right code counts as no guess', once, async () => {
      for (let count = 0; count <= CLIENT_FAILURES_MAX; count++) {
        const { code } = await aPairingKey(server, await aUser(server));
        const reply = await from('192.0.2.3', await signedPairing(code));
        assert.equal(reply.status, 200, reply.text);
      }
    });
  },
  // Who is in front says where requests come from.
  { env: { COUNTERSIGN_TRUST_PROXY: '127.0.0.1' } },
);
