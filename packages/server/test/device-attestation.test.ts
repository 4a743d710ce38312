/** Devices that their systems attest: by App Attest and Play Integrity, on every store. */
import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { CompactEncrypt, CompactSign } from 'jose';
import type { Attester } from '../../device/src/index.ts';
import { allowNative, anInstallation, aPairingKey, refused } from '../src/testing/native.ts';
import { describeNative, readDevices } from '../src/testing/native-suite.ts';
import { aFlow, aUser } from '../src/testing/scenario.ts';

const signer = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const secret = randomBytes(32);
const PACKAGE = 'example.shop';

/** Google Play's part: a token for what it is asked for. */
function play(now: () => number, change: { genuine?: boolean; hash?: Uint8Array } = {}): Attester {
  const { genuine = true } = change;
  return {
    kind: 'PLAY_INTEGRITY',
    async attest(hash) {
      const verdict = {
        requestDetails: {
          requestPackageName: PACKAGE,
          nonce: Buffer.from(change.hash ?? hash).toString('base64url'),
          timestampMillis: String(now()),
        },
        appIntegrity: { appRecognitionVerdict: 'PLAY_RECOGNIZED', packageName: PACKAGE },
        deviceIntegrity: { deviceRecognitionVerdict: genuine ? ['MEETS_DEVICE_INTEGRITY'] : [] },
      };
      const signed = await new CompactSign(Buffer.from(JSON.stringify(verdict)))
        .setProtectedHeader({ alg: 'ES256' })
        .sign(signer.privateKey);
      return new CompactEncrypt(Buffer.from(signed))
        .setProtectedHeader({ alg: 'A256KW', enc: 'A256GCM' })
        .encrypt(new Uint8Array(secret));
    },
  };
}

describeNative('a device whose application wants it attested', (world) => {
  /** Play Integrity is on, for an hour at a time; `more` changes the policy. */
  async function wantAttestation(integrityDetection: string): Promise<void> {
    const { server, applicationId } = world;
    const path = `/applications/${applicationId}`;
    const { body } = await server.api(path);
    const mobile = {
      ...body.mobile,
      packageName: PACKAGE,
      integrityDetection: {
        mode: 'ENABLED',
        excludedPlatforms: ['IOS'],
        cacheDuration: { amount: 1, units: 'HOURS' },
        googlePlay: {
          verificationType: 'INTERNAL',
          decryptionKey: secret.toString('base64'),
          verificationKey: signer.publicKey
            .export({ format: 'der', type: 'spki' })
            .toString('base64'),
        },
      },
    };
    const changed = await server.api(path, { method: 'PUT', body: { ...body, mobile } });
    assert.equal(changed.status, 200, changed.text);
    await allowNative(server, applicationId, { integrityDetection });
  }

  const now = () => world.server.now();
  async function pair(options: object = {}) {
    const user = await aUser(world.server);
    const { uri } = await aPairingKey(world.server, user);
    const device = anInstallation(world.server, world.applicationId);
    return { user, device, uri, paired: () => device.pair(uri, options) };
  }
  const state = async (user: { id: string }) =>
    (await readDevices(world, user))[0].deviceIntegrityState;

  test('must be, where the policy is restrictive; its own word is not enough', async () => {
    await wantAttestation('restrictive');
    for (const options of [
      {},
      { integrity: { compromised: false } },
      { attester: play(now, { genuine: false }) },
      { attester: play(now, { hash: createHash('sha256').update('another').digest() }) },
      { attester: play(now), integrity: { compromised: true } },
      { attester: { kind: 'PLAY_INTEGRITY', attest: async () => 'garbage' } },
    ]) {
      await refused((await pair(options)).paired(), 'DEVICE_COMPROMISED');
    }
    const { user, paired } = await pair({ attester: play(now) });
    await paired();
    const { compromised, reason } = await state(user);
    assert.deepEqual([compromised, reason], [false, undefined]);
    assert.equal((await aFlow(world.server, user)).status, 'PUSH_CONFIRMATION_REQUIRED');
  });

  test('is asked for a new one when the last is too old', async () => {
    await wantAttestation('restrictive');
    const { user, paired } = await pair({ attester: play(now) });
    const account = await paired();
    assert.equal((await account.requests()).integrityRequested, false);
    world.server.advance(3_600_000);
    await world.server.renew();
    const failed = await aFlow(world.server, user);
    const reason = failed._embedded.blockedDevices[0].usableStatus.reason;
    assert.deepEqual([failed.error.code, reason], ['NO_USABLE_DEVICES', 'COMPROMISED']);
    // Its own word doesn't change that.
    await account.update({ integrity: { compromised: false } });
    assert.equal((await account.requests()).integrityRequested, true);
    await account.attest(play(now));
    assert.equal((await account.requests()).integrityRequested, false);
    assert.equal((await aFlow(world.server, user)).status, 'PUSH_CONFIRMATION_REQUIRED');
    // An attestation is for one nonce and one key: somebody else's says nothing.
    const other = await (await pair({ attester: play(now) })).paired();
    let token = '';
    await other.attest({
      kind: 'PLAY_INTEGRITY',
      async attest(hash) {
        token = await play(now).attest(hash);
        return token;
      },
    });
    await account.attest({ kind: 'PLAY_INTEGRITY', attest: async () => token });
    assert.deepEqual(
      [(await state(user)).compromised, (await state(user)).reason],
      ['UNKNOWN', 'PLAY_ERROR'],
    );
  });

  test('may do without where the policy is permissive, until it is known to be unsound', async () => {
    await wantAttestation('permissive');
    const { user, paired } = await pair();
    const account = await paired();
    assert.equal((await account.requests()).integrityRequested, true);
    assert.equal((await aFlow(world.server, user)).status, 'PUSH_CONFIRMATION_REQUIRED');
    await account.attest(play(now, { genuine: false }));
    assert.equal((await state(user)).reason, 'PLAY_DEVICE_NOT_GENUINE');
    assert.equal((await aFlow(world.server, user)).error.code, 'NO_USABLE_DEVICES');
  });

  test('needs the nonce of the server, and an application that can be asked about', async () => {
    await allowNative(world.server, world.applicationId, { integrityDetection: 'permissive' });
    const { user, paired } = await pair();
    const account = await paired();
    const attestation = { kind: 'APP_ATTEST', token: 'AAAA' };
    for (const nonce of [undefined, 'mine']) {
      await refused(
        account.call('updates', { nonce, integrity: { attestation } }),
        'INVALID_VALUE',
      );
    }
    await account.attest({ kind: 'APP_ATTEST', attest: async () => 'AAAA' });
    assert.equal((await state(user)).reason, 'APP_ATTEST_MISSING_CONFIGURATION');
  });
});
