import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recordOf } from '../src/import/pingone-record.ts';
import { BadRow } from '../src/import/record.ts';

const USER = { id: 'u1', username: 'kaisa', mfaEnabled: false, enabled: true };
const read = (...devices: object[]) => recordOf('user u1', USER, devices);

test('a user of PingOne comes with what both sides name alike, and nothing else', () => {
  const user = {
    ...USER,
    email: 'kaisa@shop.example',
    name: { given: 'Kaisa', family: 'Aalto' },
    externalId: 'E-1',
    nickname: null,
    population: { id: 'p-there' },
    account: { status: 'OK' },
    createdAt: '2026-01-01T00:00:00Z',
    _links: {},
  };
  assert.deepEqual(recordOf('user u1', user, [], 'p-here'), {
    at: 'user u1',
    user: {
      username: 'kaisa',
      email: 'kaisa@shop.example',
      name: { given: 'Kaisa', family: 'Aalto' },
      externalId: 'E-1',
      enabled: true,
      mfaEnabled: false,
      population: { id: 'p-here' },
    },
    devices: [],
    lost: [],
  });
  assert.throws(() => recordOf('user u2', { id: 'u2' }, []), BadRow);
});

test('devices that are sent codes are copied with their names', () => {
  const { devices, lost } = read(
    { type: 'EMAIL', status: 'ACTIVE', email: 'kaisa@shop.example', nickname: 'Work' },
    { type: 'SMS', status: 'ACTIVE', phone: '+15125551234', lock: { status: 'LOCKED' } },
    { type: 'VOICE', status: 'ACTIVE', phone: '+15125551235' },
    { type: 'WHATSAPP', status: 'ACTIVE', phone: '+15125551236' },
  );
  assert.deepEqual(devices, [
    { type: 'EMAIL', address: 'kaisa@shop.example', nickname: 'Work' },
    { type: 'SMS', address: '+15125551234' },
    { type: 'VOICE', address: '+15125551235' },
    { type: 'WHATSAPP', address: '+15125551236' },
  ]);
  assert.deepEqual(lost, []);
});

test('of everything else a sentence says how its user goes on', () => {
  const cases: [object, RegExp][] = [
    [{ type: 'TOTP', status: 'ACTIVE' }, /scans a new code/],
    [{ type: 'OATH_TOKEN', status: 'ACTIVE' }, /file of its maker/],
    [{ type: 'FIDO2', status: 'ACTIVE' }, /registers it anew/],
    [{ type: 'MOBILE', status: 'ACTIVE' }, /pairs the authenticator anew/],
    [{ type: 'BROWSER', status: 'ACTIVE' }, /next sign-in/],
    [{ type: 'DESK\u0007', status: 'ACTIVE' }, /^A device of type DESK\\u0007 is not known/],
    [{ type: 'SMS', status: 'ACTIVE' }, /not known/],
    [{ type: 'SMS', status: 'ACTIVATION_REQUIRED', phone: '+15125551234' }, /never activated/],
    [
      { type: 'EMAIL', status: 'ACTIVE', email: 'a@b.example', block: { status: 'BLOCKED' } },
      /blocked/,
    ],
    [{ type: 'VOICE', status: 'ACTIVE', phone: '+15125551234', extension: '204#' }, /extension/],
  ];
  for (const [device, sentence] of cases) {
    const { devices, lost } = read(device);
    assert.deepEqual(devices, []);
    assert.match(String(lost), sentence);
  }
});
