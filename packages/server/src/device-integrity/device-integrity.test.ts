/** Attestations as Apple and Google make them, by keys and certificates that are made here. */
import 'reflect-metadata';
import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, randomBytes, X509Certificate } from 'node:crypto';
import { createServer } from 'node:http';
import { describe, test } from 'node:test';
import { Extension } from '@peculiar/x509';
import { isoCBOR } from '@simplewebauthn/server/helpers';
import { CompactEncrypt, CompactSign, compactVerify } from 'jose';
import { makeMaker } from '../testing/attestations.ts';
import { coseKeyOf } from '../testing/software-authenticator.ts';
import { appAttest } from './app-attest.ts';
import { APPLE_APP_ATTESTATION_ROOT } from './apple-root.ts';
import { playByGoogle } from './play-google.ts';
import { type PlayVerdict, playIntegrity } from './play-integrity.ts';

const sha256 = (...parts: (Uint8Array | string)[]) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};
const now = Date.now();
const hash = sha256('nonce.thumbprint');

describe('App Attest', () => {
  const settings = { bundleId: 'example.shop', teamIds: ['OTHER12345', 'TEAM123456'] };

  interface Change {
    appId?: string;
    hash?: Uint8Array;
    counter?: number;
    aaguid?: string;
    credentialId?: Uint8Array;
    fmt?: string;
    endsInDays?: number;
  }

  async function attest(maker: Awaited<ReturnType<typeof makeMaker>>, change: Change = {}) {
    const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const { x = '', y = '' } = keys.publicKey.export({ format: 'jwk' });
    const point = Buffer.concat([
      Buffer.from([4]),
      Buffer.from(x, 'base64url'),
      Buffer.from(y, 'base64url'),
    ]);
    const credentialId = change.credentialId ?? sha256(point);
    const authData = Buffer.concat([
      sha256(change.appId ?? 'TEAM123456.example.shop'),
      Buffer.from([0x40]),
      Buffer.from([0, 0, 0, change.counter ?? 0]),
      Buffer.from(change.aaguid ?? 'appattestdevelop'),
      Buffer.from([0, credentialId.length]),
      credentialId,
      coseKeyOf(keys.publicKey),
    ]);
    const nonce = sha256(authData, change.hash ?? hash);
    const certificate = await maker.sign({
      subject: 'CN=key, OU=AAA Certification, O=Apple Inc.',
      publicKey: keys.publicKey.toCryptoKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
        'verify',
      ]),
      extensions: [
        new Extension(
          '1.2.840.113635.100.8.2',
          false,
          Buffer.concat([Buffer.from('3024a1220420', 'hex'), nonce]),
        ),
      ],
      ...(change.endsInDays === undefined ? {} : { endsInDays: change.endsInDays }),
    });
    const attStmt = new Map<string, unknown>([
      ['x5c', [new Uint8Array(certificate.rawData)]],
      ['receipt', new Uint8Array(1)],
    ]);
    const object = new Map<string, unknown>([
      ['fmt', change.fmt ?? 'apple-appattest'],
      ['attStmt', attStmt],
      ['authData', new Uint8Array(authData)],
    ]);
    return Buffer.from(isoCBOR.encode(object as never)).toString('base64');
  }

  test('has the root that Apple publishes', () => {
    const root = new X509Certificate(APPLE_APP_ATTESTATION_ROOT);
    assert.equal(
      createHash('sha256').update(root.raw).digest('hex'),
      '1cb9823ba28ba6ad2d33a006941de2ae4f513ef1d4e831b9f7e0fa7b6242c932',
    );
    assert.ok(root.verify(root.publicKey));
  });

  test('takes a genuine application, and nothing else', async () => {
    const maker = await makeMaker('Apple');
    const verify = appAttest([maker.rootText]);
    const verdict = async (change: Change = {}) =>
      verify({ token: await attest(maker, change), hash, settings, now });
    assert.deepEqual(await verdict(), { compromised: false });
    assert.deepEqual(await verdict({ aaguid: 'appattest\0\0\0\0\0\0\0' }), { compromised: false });
    const wrong: Change[] = [
      { appId: 'TEAM123456.example.other' },
      { appId: 'NOBODY1234.example.shop' },
      { hash: sha256('another request') },
      { counter: 1 },
      { aaguid: 'somebody-else...' },
      { credentialId: randomBytes(32) },
      { fmt: 'packed' },
      { endsInDays: -1 },
    ];
    for (const change of wrong) {
      assert.equal((await verdict(change)).compromised, true, JSON.stringify(change));
    }
    const another = await makeMaker('Nobody');
    const foreign = await verify({ token: await attest(another), hash, settings, now });
    assert.equal(foreign.compromised, true);
    const token = await attest(maker);
    assert.equal((await appAttest()({ token, hash, settings, now })).compromised, true);
  });

  test('says what it could not find out', async () => {
    const verify = appAttest();
    for (const token of ['', 'garbage', Buffer.from('{}').toString('base64')]) {
      assert.deepEqual(await verify({ token, hash, settings, now }), {
        compromised: 'UNKNOWN',
        reason: 'APP_ATTEST_ERROR',
      });
    }
    assert.equal(
      (await verify({ token: '', hash, settings: {}, now })).reason,
      'APP_ATTEST_MISSING_CONFIGURATION',
    );
  });
});

describe('Play Integrity', () => {
  const signer = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const secret = randomBytes(32);
  const googlePlay = {
    verificationType: 'INTERNAL',
    decryptionKey: secret.toString('base64'),
    verificationKey: signer.publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
  } as const;
  const settings = { packageName: 'example.shop', googlePlay };
  const verify = playIntegrity(async () => {
    throw new Error('Nobody asks Google here.');
  });

  const sound = (): Required<PlayVerdict> => ({
    requestDetails: {
      requestPackageName: 'example.shop',
      nonce: hash.toString('base64url'),
      timestampMillis: String(now),
    },
    appIntegrity: { appRecognitionVerdict: 'PLAY_RECOGNIZED', packageName: 'example.shop' },
    deviceIntegrity: { deviceRecognitionVerdict: ['MEETS_DEVICE_INTEGRITY'] },
  });

  async function seal(verdict: PlayVerdict, key = signer.privateKey): Promise<string> {
    const signed = await new CompactSign(Buffer.from(JSON.stringify(verdict)))
      .setProtectedHeader({ alg: 'ES256' })
      .sign(key);
    return new CompactEncrypt(Buffer.from(signed))
      .setProtectedHeader({ alg: 'A256KW', enc: 'A256GCM' })
      .encrypt(new Uint8Array(secret));
  }
  const judge = async (verdict: PlayVerdict) =>
    verify({ token: await seal(verdict), hash, settings, now });

  test('takes a genuine application on a genuine phone', async () => {
    assert.deepEqual(await judge(sound()), { compromised: false });
    const { nonce = '', ...rest } = sound().requestDetails;
    const standard = { ...sound(), requestDetails: { ...rest, requestHash: `${nonce}=` } };
    assert.deepEqual(await judge(standard), { compromised: false });
  });

  test('tells a phone or an application that is not', async () => {
    const phone = { ...sound(), deviceIntegrity: { deviceRecognitionVerdict: [] } };
    assert.deepEqual(await judge(phone), {
      compromised: true,
      reason: 'PLAY_DEVICE_NOT_GENUINE',
    });
    for (const app of [
      { appRecognitionVerdict: 'UNRECOGNIZED_VERSION', packageName: 'example.shop' },
      { appRecognitionVerdict: 'PLAY_RECOGNIZED', packageName: 'example.other' },
    ]) {
      assert.deepEqual(await judge({ ...sound(), appIntegrity: app }), {
        compromised: true,
        reason: 'PLAY_APP_NOT_RECOGNIZED',
      });
    }
  });

  test('learns nothing of a token that is not for this request', async () => {
    const details = sound().requestDetails;
    for (const change of [
      { nonce: sha256('another').toString('base64url') },
      { requestPackageName: 'example.other' },
      { timestampMillis: String(now - 11 * 60_000) },
      { timestampMillis: 'soon' },
    ]) {
      const verdict = { ...sound(), requestDetails: { ...details, ...change } };
      assert.deepEqual(await judge(verdict), { compromised: 'UNKNOWN', reason: 'PLAY_ERROR' });
    }
    const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const forged = await seal(sound(), stranger.privateKey);
    for (const token of [forged, 'a.b.c.d.e', '']) {
      const verdict = await verify({ token, hash, settings, now });
      assert.deepEqual(verdict, { compromised: 'UNKNOWN', reason: 'PLAY_ERROR' });
    }
    const token = await seal(sound());
    for (const wanting of [{}, { packageName: 'example.shop' }, { googlePlay }]) {
      assert.deepEqual(await verify({ token, hash, settings: wanting, now }), {
        compromised: 'UNKNOWN',
        reason: 'PLAY_MISSING_CONFIGURATION',
      });
    }
  });

  test('is opened by Google where the application has an account there', async () => {
    const account = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const asked: { path: string; token: string }[] = [];
    const google = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      const isToken = request.url === '/token';
      response.setHeader('content-type', 'application/json');
      if (isToken) {
        const form = new URLSearchParams(body);
        const { payload } = await compactVerify(form.get('assertion') ?? '', account.publicKey);
        const { scope } = JSON.parse(new TextDecoder().decode(payload));
        assert.equal(scope, 'https://www.googleapis.com/auth/playintegrity');
        return response.end(JSON.stringify({ access_token: 'granted', expires_in: 3_600 }));
      }
      if (request.headers.authorization !== 'Bearer granted') return response.writeHead(401).end();
      asked.push({ path: String(request.url), token: JSON.parse(body).integrity_token });
      if (JSON.parse(body).integrity_token === 'bad') return response.writeHead(400).end('{}');
      return response.end(JSON.stringify({ tokenPayloadExternal: sound() }));
    });
    await new Promise<void>((resolve) => google.listen(0, '127.0.0.1', resolve));
    const { port } = google.address() as { port: number };
    const url = `http://127.0.0.1:${port}`;
    const byGoogle = playIntegrity(playByGoogle({ url, tokenUrl: `${url}/token` }));
    const serviceAccountCredentials = JSON.stringify({
      client_email: 'countersign@shop.example',
      private_key: account.privateKey.export({ format: 'pem', type: 'pkcs8' }),
    });
    const asking = {
      packageName: 'example.shop',
      googlePlay: { verificationType: 'GOOGLE', serviceAccountCredentials } as const,
    };
    assert.deepEqual(await byGoogle({ token: 'good', hash, settings: asking, now }), {
      compromised: false,
    });
    assert.deepEqual(asked, [{ path: '/v1/example.shop:decodeIntegrityToken', token: 'good' }]);
    assert.equal(
      (await byGoogle({ token: 'bad', hash, settings: asking, now })).reason,
      'PLAY_ERROR',
    );
    google.close();
    google.closeAllConnections();
    const away = await byGoogle({ token: 'good', hash, settings: asking, now });
    assert.equal(away.reason, 'PLAY_ERROR');
  });
});
