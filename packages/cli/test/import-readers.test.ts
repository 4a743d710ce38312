import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { FORMATS } from '../src/import/formats.ts';
import type { ImportRecord, Reading, ReadOptions } from '../src/import/record.ts';

const OPTIONS: ReadOptions = { kind: 'TOTP', algorithm: 'SHA1', digits: 6, period: 30 };
/** The seed of RFC 4226 and RFC 6030. */
const SEED = '12345678901234567890';
const HEX = Buffer.from(SEED).toString('hex');
const BASE32 = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

function read(format: string, text: string, options: Partial<ReadOptions> = {}): Reading {
  const reader = FORMATS[format];
  assert.ok(reader, format);
  return reader(text, { ...OPTIONS, ...options });
}

/** A device with the bytes of its key as text. */
function devicesOf({ devices }: ImportRecord) {
  return devices.map((device) => {
    if (device.type !== 'OTP') return device;
    const { key, ...otp } = device.otp;
    const { serialNumber, isToken, nickname } = device;
    const named = isToken ? { serialNumber } : {};
    return {
      ...otp,
      key: Buffer.from(key).toString(),
      ...named,
      ...(nickname ? { nickname } : {}),
    };
  });
}

const PLAIN = { kind: 'TOTP', algorithm: 'SHA1', digits: 6, period: 30, counter: 0, key: SEED };

/** The only record of a file without errors. */
function only({ records, errors }: Reading): ImportRecord {
  assert.deepEqual(errors, []);
  assert.equal(records.length, 1);
  return records[0] as ImportRecord;
}

describe('users as CSV', () => {
  test('are read with their devices', () => {
    const { records, errors } = read(
      'users',
      `\uFEFFusername,email,given,family,enabled,EMAIL,SMS,TOTP,OATH_TOKEN\r
kaisa,kaisa@shop.example,Kaisa,"Niemi, ""K""",true,kaisa@shop.example,+15125551234,${BASE32.toLowerCase()},\r
\r
otto,,,,no,,,,77100341\r
`,
    );
    assert.deepEqual(errors, []);
    const [kaisa, otto] = records;
    assert.deepEqual(kaisa?.user, {
      username: 'kaisa',
      enabled: true,
      email: 'kaisa@shop.example',
      name: { given: 'Kaisa', family: 'Niemi, "K"' },
    });
    assert.deepEqual(devicesOf(kaisa as ImportRecord), [
      { type: 'EMAIL', address: 'kaisa@shop.example' },
      { type: 'SMS', address: '+15125551234' },
      PLAIN,
    ]);
    assert.deepEqual(otto, {
      at: 'line 4',
      user: { username: 'otto', enabled: false },
      devices: [{ type: 'OATH_TOKEN', serialNumber: '77100341' }],
    });
  });

  test('broken rows are told by their line, without what is secret', () => {
    const text = `username,TOTP,enabled
good,${BASE32},true
,${BASE32},true
short,MZXW6,true
odd,${BASE32}1,true
much,${BASE32},true,more
quote,"${BASE32}"x,true
state,${BASE32},perhaps
last,,
`;
    const { records, errors } = read('users', text);
    assert.deepEqual(records.map(({ user }) => user?.username).sort(), ['good', 'last']);
    const lines = errors.map(({ at }) => at).sort();
    assert.deepEqual(lines, ['line 3', 'line 4', 'line 5', 'line 6', 'line 7', 'line 8']);
    assert.doesNotMatch(JSON.stringify(errors), new RegExp(`${BASE32}|MZXW6`));
  });

  test('a quote that is not closed is said, because it takes the rest with it', () => {
    const { records, errors } = read('users', 'username,given\na,b\nopen,"x\nlost,y\n');
    assert.deepEqual(
      records.map(({ user }) => user?.username),
      ['a'],
    );
    assert.match(errors[0]?.message ?? '', /takes the rest of the file with it/);
  });

  test('a file without its headings is refused with those that there are', () => {
    assert.throws(
      () => read('users', `kaisa,x\notto,y\n`),
      /names the columns: username, and any of/,
    );
    assert.throws(() => read('users', 'username,shoe\na,b\n'), /"shoe" is none of them/);
  });
});

describe('seeds as CSV', () => {
  test('are tokens of one kind, some with a counter', () => {
    const { records } = read('oath', `7710034125,${HEX}\n7710034126, ${HEX} , 17\n`, {
      kind: 'HOTP',
      digits: 8,
    });
    const hotp = { ...PLAIN, kind: 'HOTP', digits: 8 };
    assert.deepEqual(records.flatMap(devicesOf), [
      { ...hotp, serialNumber: '7710034125' },
      { ...hotp, serialNumber: '7710034126', counter: 17 },
    ]);
    assert.ok(records.every(({ user }) => user === undefined));
  });

  test('broken rows are told by their line', () => {
    const rows = [`a b,${HEX}`, '7,zz', '8', `9,${HEX},x`, `${'1'.repeat(51)},${HEX}`, '6,3132'];
    const { records, errors } = read('oath', rows.join('\n'));
    assert.deepEqual(records, []);
    assert.deepEqual(
      errors.map(({ at }) => at),
      rows.map((_, index) => `line ${index + 1}`),
    );
  });

  test('of privacyIDEA have an owner, or none', () => {
    const { records, errors } = read(
      'privacyidea',
      `kaisa@shop, OATH0004C934, ${HEX}, totp, 6\nn/a, HOTP0001, ${HEX}, hotp, 8\nx@shop, PW1, 00, pw, 6\n`,
    );
    assert.deepEqual(
      records.map(({ user, lost }) => [user?.username, lost?.length]),
      [
        ['kaisa', 0],
        [undefined, 1],
      ],
    );
    assert.deepEqual(records.flatMap(devicesOf)[0], { ...PLAIN, serialNumber: 'OATH0004C934' });
    assert.deepEqual(
      errors.map(({ at }) => at),
      ['line 3'],
    );
  });
});

describe('an export of Keycloak', () => {
  const otp = (value: string, data: object, more: object = {}) => ({
    type: 'otp',
    secretData: JSON.stringify({ value }),
    credentialData: JSON.stringify(data),
    ...more,
  });
  const totp = { subType: 'totp', digits: 6, counter: 0, period: 30, algorithm: 'HmacSHA1' };

  test('has users with the letters of their secrets as the key', () => {
    const user = {
      username: 'kaisa',
      email: 'kaisa@shop.example',
      firstName: 'Kaisa',
      lastName: 'Niemi',
      enabled: true,
      credentials: [
        { type: 'password', secretData: '{"value":"hash"}', credentialData: '{}' },
        otp(SEED, totp, { userLabel: 'Phone' }),
        otp(BASE32, { ...totp, secretEncoding: 'BASE32' }),
        otp(SEED, { ...totp, subType: 'hotp', digits: 8, counter: 7 }),
        otp(SEED, { ...totp, algorithm: 'HmacSHA256', period: 60 }),
        otp(SEED, { ...totp, period: 15 }),
        { type: 'webauthn', secretData: '{}', credentialData: '{}' },
      ],
    };
    const robot = { username: 'service-account-x', serviceAccountClientId: 'x' };
    const record = only(read('keycloak', JSON.stringify({ realm: 'shop', users: [user, robot] })));
    const { user: made, lost } = record;
    assert.deepEqual(made, {
      username: 'kaisa',
      enabled: true,
      email: 'kaisa@shop.example',
      name: { given: 'Kaisa', family: 'Niemi' },
    });
    assert.deepEqual(devicesOf(record), [
      { ...PLAIN, nickname: 'Phone' },
      PLAIN,
      { ...PLAIN, kind: 'HOTP', digits: 8, counter: 7 },
      { ...PLAIN, algorithm: 'SHA256', period: 60 },
    ]);
    assert.match(lost?.[0] ?? '', /^Time steps have 30 or 60 seconds here, and these 15/);
    assert.match(lost?.[1] ?? '', /registers it anew/);
  });

  test('a broken user is told by its place, and a file of something else as a whole', () => {
    const users = [{ email: 'x' }, { username: 'b' }, null];
    const { records, errors } = read('keycloak', JSON.stringify([{ users }]));
    assert.deepEqual(
      records.map(({ at }) => at),
      ['users[1]'],
    );
    assert.deepEqual(
      errors.map(({ at }) => at),
      ['users[0]', 'users[2]'],
    );
    for (const text of ['', '{', '[]', '{"realm":"x"}', 'null']) {
      assert.throws(() => read('keycloak', text), /no JSON|no users/, text);
    }
  });
});

describe('addresses of authenticator apps', () => {
  /** As the app writes them: field numbers of its protobuf message. */
  function page(entries: readonly Record<string, string | number>[], [index, size]: number[]) {
    const writer = new BinaryWriter();
    for (const { name = '', algorithm = 1, digits = 1, type = 2, counter } of entries) {
      writer.tag(1, 2).fork().tag(1, 2).bytes(Buffer.from(SEED)).tag(2, 2).string(String(name));
      writer.tag(3, 2).string('Shop').tag(4, 0).int32(Number(algorithm));
      writer.tag(5, 0).int32(Number(digits)).tag(6, 0).int32(Number(type));
      if (counter !== undefined) writer.tag(7, 0).int64(Number(counter));
      // A field that later versions have.
      writer.tag(8, 2).string('unique').join();
    }
    writer
      .tag(2, 0)
      .int32(1)
      .tag(3, 0)
      .int32(size ?? 1)
      .tag(4, 0)
      .int32(index ?? 0);
    writer.tag(5, 0).int32(-1_234_567);
    const data = Buffer.from(writer.finish()).toString('base64');
    return `otpauth-migration://offline?data=${encodeURIComponent(data)}`;
  }

  test('say what they are', () => {
    const { records, errors } = read(
      'otpauth',
      `# exported\notpauth://totp/Shop:kaisa%40shop.example?secret=${BASE32}&issuer=Shop
otpauth://totp/otto?secret=${BASE32}&algorithm=SHA256&digits=8&period=60
otpauth://hotp/Shop:%20anna?secret=${BASE32}&counter=5\n`,
    );
    assert.deepEqual(errors, []);
    assert.deepEqual(
      records.map((record) => [record.at, record.user?.username, devicesOf(record)[0]]),
      [
        ['line 2', 'kaisa@shop.example', PLAIN],
        ['line 3', 'otto', { ...PLAIN, algorithm: 'SHA256', digits: 8, period: 60 }],
        ['line 4', 'anna', { ...PLAIN, kind: 'HOTP', counter: 5 }],
      ],
    );
  });

  test('a transfer of Google Authenticator has several accounts on several pages', () => {
    const first = page([{ name: 'Shop:kaisa' }, { name: 'otto', digits: 2, algorithm: 2 }], [0, 2]);
    const second = page([{ name: 'anna', type: 1, counter: 9 }], [1, 2]);
    const { records, errors } = read('otpauth', `${first}\n${second}\n`);
    assert.deepEqual(errors, []);
    assert.deepEqual(
      records.map((record) => [record.user?.username, devicesOf(record)[0]]),
      [
        ['kaisa', PLAIN],
        ['otto', { ...PLAIN, algorithm: 'SHA256', digits: 8 }],
        ['anna', { ...PLAIN, kind: 'HOTP', counter: 9 }],
      ],
    );
    const half = read('otpauth', first);
    assert.match(half.errors[0]?.message ?? '', /^Page 2 of 2 is missing/);
  });

  test('broken lines are told by their number', () => {
    const whole = page([{ name: 'kaisa' }], [0, 1]);
    const lines = [
      'https://shop.example/',
      'otpauth://totp/kaisa',
      'otpauth://yaotp/kaisa?secret=A',
      `otpauth://totp/?secret=${BASE32}`,
      `otpauth://totp/%E0%A4%A?secret=${BASE32}`,
      'otpauth-migration://offline',
      whole.slice(0, -12),
      page([{ name: 'md5', algorithm: 4 }], [0, 1]),
      'kaisa',
    ];
    const { records, errors } = read('otpauth', lines.join('\n'));
    assert.deepEqual(records, []);
    assert.deepEqual(
      errors.map(({ at }) => at),
      lines.map((_, index) => `line ${index + 1}`),
    );
  });
});
