import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readPskc } from '../src/import/pskc.ts';
import type { ReadOptions } from '../src/import/record.ts';

const OPTIONS: ReadOptions = { kind: 'TOTP', algorithm: 'SHA1', digits: 6, period: 30 };
const SEED = '12345678901234567890';
const PSKC = 'urn:ietf:params:xml:ns:keyprov:pskc';
const XENC = 'http://www.w3.org/2001/04/xmlenc#';

interface Parts {
  head?: string;
  secret?: string;
  algorithm?: string;
  parameters?: string;
  data?: string;
  userId?: string;
}

const PLAIN = `<PlainValue>${Buffer.from(SEED).toString('base64')}\n</PlainValue>`;

/** The container of RFC 6030's figures, with what differs in them. */
const container = ({
  head = '',
  secret = PLAIN,
  algorithm = `${PSKC}:hotp`,
  parameters = '<ResponseFormat Length="8" Encoding="DECIMAL"/>',
  data = '<Counter><PlainValue>0</PlainValue></Counter>',
  userId = '',
}: Parts = {}) => `<?xml version="1.0" encoding="UTF-8"?>
<KeyContainer Version="1.0" xmlns="${PSKC}" xmlns:ds="http://www.w3.org/2000/09/xmldsig#"
  xmlns:xenc="${XENC}" xmlns:xenc11="http://www.w3.org/2009/xmlenc11#"
  xmlns:pkcs5="http://www.rsasecurity.com/rsalabs/pkcs/schemas/pkcs-5v2-0#">${head}
  <KeyPackage>
    <DeviceInfo><Manufacturer>Manufacturer</Manufacturer><SerialNo>987654321</SerialNo></DeviceInfo>
    <CryptoModuleInfo><Id>CM_ID_001</Id></CryptoModuleInfo>
    <Key Id="12345678" Algorithm="${algorithm}">
      <Issuer>Issuer</Issuer>
      <AlgorithmParameters>${parameters}</AlgorithmParameters>
      <Data><Secret>${secret}</Secret>${data}</Data>${userId}
    </Key>
  </KeyPackage>
</KeyContainer>`;

const encrypted = (value: string) => `<xenc:EncryptionMethod Algorithm="${XENC}aes128-cbc"/>
  <xenc:CipherData><xenc:CipherValue>
    ${value}
  </xenc:CipherValue></xenc:CipherData>`;
const secret = (value: string, mac: string) =>
  `<EncryptedValue>${encrypted(value)}</EncryptedValue><ValueMAC>${mac}\n</ValueMAC>`;
const macMethod = (key: string) =>
  `<MACMethod Algorithm="http://www.w3.org/2000/09/xmldsig#hmac-sha1"><MACKey>${encrypted(key)}</MACKey></MACMethod>`;

// RFC 6030 figure 6, and its key (§6.1).
const KEY = Buffer.from('12345678901234567890123456789012', 'hex');
const PRE_SHARED: Parts = {
  head: `<EncryptionKey><ds:KeyName>Pre-shared-key</ds:KeyName></EncryptionKey>${macMethod('ESIzRFVmd4iZABEiM0RVZgKn6WjLaTC1sbeBMSvIhRejN9vJa2BOlSaMrR7I5wSX')}`,
  secret: secret(
    'AAECAwQFBgcICQoLDA0OD+cIHItlB3Wra1DUpxVvOx2lef1VmNPCMl8jwZqIUqGv',
    'Su+NvtQfmvfJzF6bmQiJqoLRExc=',
  ),
};

// Figure 7, and its password; the members of the parameters are in no namespace there.
const PASSWORD: Parts = {
  head: `<EncryptionKey><xenc11:DerivedKey><xenc11:KeyDerivationMethod
    Algorithm="http://www.rsasecurity.com/rsalabs/pkcs/schemas/pkcs-5v2-0#pbkdf2">
    <pkcs5:PBKDF2-params xmlns=""><Salt><Specified>Ej7/PEpyEpw=</Specified></Salt>
    <IterationCount>1000</IterationCount><KeyLength>16</KeyLength><PRF/></pkcs5:PBKDF2-params>
    </xenc11:KeyDerivationMethod></xenc11:DerivedKey></EncryptionKey>${macMethod('2GTTnLwM3I4e5IO5FkufoOEiOhNj91fhKRQBtBJYluUDsPOLTfUvoU2dStyOwYZx')}`,
  secret: secret(
    'oTvo+S22nsmS2Z/RtcoF8Hfh+jzMe0RkiafpoDpnoZTjPYZu6V+A4aEn032yCr4f',
    'LP6xMvjtypbfT9PdkJhBZ+D6O4w=',
  ),
};

function readOne(parts: Parts, options: Partial<ReadOptions> = {}) {
  const { records, errors } = readPskc(container(parts), { ...OPTIONS, ...options });
  assert.deepEqual(errors, []);
  const [device] = records[0]?.devices ?? [];
  assert.equal(device?.type, 'OTP');
  const { key, ...otp } = device.otp;
  return { ...otp, key: Buffer.from(key).toString(), serialNumber: device.serialNumber };
}
const whyNot = (parts: Parts, options: Partial<ReadOptions> = {}) => {
  const { records, errors } = readPskc(container(parts), { ...OPTIONS, ...options });
  assert.deepEqual(records, []);
  return errors[0]?.message ?? '';
};

const HOTP = {
  kind: 'HOTP',
  algorithm: 'SHA1',
  digits: 8,
  period: 30,
  counter: 0,
  key: SEED,
  serialNumber: '987654321',
};

describe('PSKC', () => {
  test('in the clear, of HOTP and of TOTP', () => {
    assert.deepEqual(readOne({}), HOTP);
    const totp = {
      algorithm: `${PSKC}:totp`,
      parameters: '<Suite>HMAC-SHA256</Suite><ResponseFormat Length="6" Encoding="DECIMAL"/>',
      data: '<TimeInterval><PlainValue>60</PlainValue></TimeInterval>',
    };
    const expected = { ...HOTP, kind: 'TOTP', algorithm: 'SHA256', digits: 6, period: 60 };
    assert.deepEqual(readOne(totp), expected);
  });

  test('says whose a key is', () => {
    for (const text of ['UID=jsmith,DC=example-bank,DC=net', 'jsmith']) {
      const { records } = readPskc(container({ userId: `<UserId>${text}</UserId>` }), OPTIONS);
      assert.deepEqual(records[0]?.user, { username: 'jsmith' });
    }
  });

  test('encrypted with a key, or by a password', () => {
    assert.deepEqual(readOne(PRE_SHARED, { key: KEY }), HOTP);
    assert.deepEqual(readOne(PASSWORD, { password: 'qwerty' }), HOTP);
  });

  test('is refused with a wrong key, without one, and where it was changed', () => {
    const read = (parts: Parts, more: Partial<ReadOptions>) =>
      readPskc(container(parts), { ...OPTIONS, ...more });
    const wrong = /The key or the password is not that of the file|The MAC of the value is wrong/;
    assert.throws(() => read(PRE_SHARED, {}), /give --key-file/);
    assert.throws(() => read(PASSWORD, { key: KEY }), /give --password-file/);
    assert.throws(() => read(PRE_SHARED, { key: Buffer.alloc(15) }), /16, 24 or 32 bytes/);
    assert.throws(() => read(PRE_SHARED, { key: Buffer.alloc(16) }), wrong);
    assert.throws(() => read(PASSWORD, { password: 'qwertz' }), wrong);
    const changed = PRE_SHARED.secret?.replace('AAECAwQF', 'AAECAwQG') ?? '';
    assert.match(whyNot({ ...PRE_SHARED, secret: changed }, { key: KEY }), /MAC .* is wrong/);
    const without = PRE_SHARED.secret?.replace(/<ValueMAC>[\s\S]*<\/ValueMAC>/, '') ?? '';
    assert.match(whyNot({ ...PRE_SHARED, secret: without }, { key: KEY }), /has no MAC/);
  });

  test('what is no key of ours is told by its line', () => {
    assert.match(whyNot({ algorithm: `${PSKC}:ocra` }), /neither of HOTP nor of TOTP/);
    assert.match(whyNot({ secret: '' }), /no secret/);
    assert.match(whyNot({ secret: '<PlainValue>*</PlainValue>' }), /no Base64/);
    const letters = '<ResponseFormat Length="8" Encoding="HEXADECIMAL"/>';
    assert.match(whyNot({ parameters: letters }), /no decimal digits/);
    const { errors } = readPskc(container({ secret: '' }), OPTIONS);
    assert.equal(errors[0]?.at, 'line 5');
  });

  test('a file of something else is refused as a whole, and entities are not read', () => {
    for (const text of ['', 'x', '<a>', '<a/>', '{}']) {
      assert.throws(() => readPskc(text, OPTIONS), /no XML|no PSKC/, text);
    }
    const bomb = container().replace('?>', '?><!DOCTYPE a [<!ENTITY b "c">]>');
    assert.throws(() => readPskc(bomb, OPTIONS), /DOCTYPE/);
  });
});
