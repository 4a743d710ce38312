/** What a pairing is refused for before it claims anything, and how often a code can be guessed. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { type NewKeyPair, newEncryptionKeys, newSigningKeys } from '../../device/src/keys.ts';
import { signText } from '../../device/src/protocol.ts';
import { deviceUrl, postAsDevice, reasonOf } from '../src/testing/device-requests.ts';
import { allowNative, aNativeApplication, aPairingKey } from '../src/testing/native.ts';
import { startPostgres, type TestPostgres } from '../src/testing/postgres.ts';
import { aUser, errorOf } from '../src/testing/scenario.ts';
import { startTestServer, type TestServer } from '../src/testing/server.ts';

const DIALECTS = (process.env.DIALECTS ?? 'sqlite,postgres').split(',');
/** A point that isn't on P-256. */
const ASTRAY = { kty: 'EC', crv: 'P-256', x: 'A'.repeat(43), y: 'A'.repeat(43) } as const;

for (const dialect of DIALECTS) {
  describe(`a pairing on ${dialect}`, () => {
    let postgres: TestPostgres | undefined;
    let server: TestServer;
    let applicationId: string;

    before(async () => {
      postgres = dialect === 'postgres' ? await startPostgres() : undefined;
      const databaseUrl = await postgres?.freshDatabase();
      server = await startTestServer(databaseUrl === undefined ? {} : { databaseUrl });
      applicationId = await aNativeApplication(server);
    });
    beforeEach(async () => {
      await server.renew();
      await allowNative(server, applicationId);
    });
    after(async () => {
      await server?.close();
      await postgres?.stop();
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
      assert.deepEqual(errorOf(off), {
        status: 400,
        code: 'INVALID_DATA',
        detail: 'INVALID_VALUE',
        target: 'encryptionKey',
      });
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
  });
}
