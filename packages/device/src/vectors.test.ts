/** The published test vectors, read by the SDK and by the server's side of the protocol. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  PAYLOAD_TYPE,
  REQUEST_TYPE,
  ROTATION_TYPE,
  readDeviceHeader,
  readPublicKey,
  verifyDeviceRequest,
} from '../../server/src/device-protocol/device-request.ts';
import { openPasscodeKey, type PublicJwk } from './keys.ts';
import { readPairingUri } from './pairing-uri.ts';
import { passcodeAt } from './passcode.ts';
import { openMessage, sha256, thumbprint } from './protocol.ts';

const vectors = JSON.parse(readFileSync(new URL('../vectors.json', import.meta.url), 'utf8'));
const publicOf = ({ privateJwk }: { privateJwk: Record<string, string> }): PublicJwk => {
  const { d: _private, ...rest } = privateJwk;
  const key = readPublicKey(rest);
  assert.ok(key);
  return key;
};

test('the thumbprints of both keys, and the QR code that has one', async () => {
  const { device, server, pairingUri, environmentId } = vectors;
  assert.equal(await thumbprint(publicOf(device)), device.thumbprint);
  assert.equal(await thumbprint(publicOf(server)), server.thumbprint);
  assert.deepEqual(readPairingUri(pairingUri), {
    origin: 'https://mfa.example.com',
    environmentId,
    code: '01604418273950',
    serverKey: server.thumbprint,
  });
});

test('the hash of a challenge, and an answer that signs it', async () => {
  const { challenge, answer, device, environmentId, time, flowId } = vectors;
  assert.equal(await sha256(challenge.text), challenge.hash);
  const claims = await verifyDeviceRequest(answer.request, publicOf(device), {
    type: REQUEST_TYPE,
    environmentId,
    url: answer.url,
    now: time,
  });
  assert.deepEqual(
    [claims.flow, claims.challenge, claims.decision, claims.number, claims.sequence],
    [flowId, challenge.hash, 'APPROVE', 48, 1],
  );
});

test('messages of the server: the greeting, and the answer to one request', async () => {
  const { message, greeting, server, deviceId, challenge, time } = vectors;
  const key = publicOf(server) as never;
  const greeted = await openMessage(greeting.message, key, 'device');
  assert.deepEqual([greeted.time, greeted.nonce], [time, greeting.nonce]);
  const claims = await openMessage(message.message, key, deviceId, message.requestId);
  assert.deepEqual(claims.challenges, [challenge.text]);
  const another = openMessage(message.message, key, deviceId, crypto.randomUUID());
  await assert.rejects(another, /to something else/);
});

test('what a device signs: pairing, a look, a new key, a payload', async () => {
  const { pairing, challenges, rotation, mobilePayload, deviceId } = vectors;
  const { environmentId, device, nextDevice, time: now, encryption, greeting } = vectors;
  const open = (text: string, key: object, type: string, url?: string) => {
    const expected = { type, environmentId, now, ...(url === undefined ? {} : { url }) };
    return verifyDeviceRequest(text, publicOf(key as never), expected);
  };
  const { publicJwk } = readDeviceHeader(pairing.request, REQUEST_TYPE);
  assert.deepEqual(publicJwk, publicOf(device));
  const paired = await open(pairing.request, device, REQUEST_TYPE, pairing.url);
  assert.deepEqual(
    [paired.jti, paired.nonce, readPublicKey(paired.encryptionKey)],
    [pairing.requestId, greeting.nonce, publicOf(encryption)],
  );
  assert.equal(readDeviceHeader(challenges.request, REQUEST_TYPE).deviceId, deviceId);
  const looked = await open(challenges.request, device, REQUEST_TYPE, challenges.url);
  assert.equal(looked.jti, challenges.requestId);
  const proof = await open(rotation.proof, nextDevice, ROTATION_TYPE);
  assert.equal(proof.device, deviceId);
  const payload = await open(mobilePayload.payload, device, PAYLOAD_TYPE);
  assert.equal(payload.application, mobilePayload.application);
  // A text of one kind passes for no other.
  await assert.rejects(open(mobilePayload.payload, device, REQUEST_TYPE));
});

test('the secret of passcodes, and passcodes of RFC 6238 with six digits', async () => {
  const { secret, encryption, passcodes } = vectors;
  const privateKey = await crypto.subtle.importKey(
    'jwk',
    encryption.privateJwk,
    { name: 'ECDH', namedCurve: 'P-256' },
    false,
    ['deriveBits'],
  );
  const key = await openPasscodeKey(secret.jwe, privateKey, true);
  const raw = Buffer.from(await crypto.subtle.exportKey('raw', key));
  assert.equal(raw.toString('base64url'), secret.base64url);
  for (const { time, period, digits, code } of passcodes) {
    assert.equal((await passcodeAt(key, { digits, period }, time)).code, code);
  }
  // RFC 6238, appendix B, SHA-256: the last six of its eight digits.
  const known = ['46119246', '68084774', '91819424', '90698825'].map((code) => code.slice(-6));
  assert.deepEqual(
    passcodes.slice(0, 4).map(({ code }: { code: string }) => code),
    known,
  );
});
