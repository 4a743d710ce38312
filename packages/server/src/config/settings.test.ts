import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readSettings, SettingsError } from './settings.ts';

/** What the reading of these variables is refused with. */
function refusalOf(env: Record<string, string>): string {
  try {
    readSettings(env);
  } catch (error) {
    assert.ok(error instanceof SettingsError, String(error));
    return error.message;
  }
  throw new Error(`${JSON.stringify(env)} was accepted.`);
}

describe('a setting that is not understood is refused by its name', () => {
  for (const [name, values] of Object.entries({
    NODE_ENV: ['prod', 'Production', 'staging'],
    PORT: ['many', '-1', '65536', '1e3', '0x10', '4110.5'],
    COUNTERSIGN_TRUST_PROXY: [
      'true',
      'nginx',
      '10.0.0.0/33',
      '10.0.0.0/8,',
      '::1/129',
      '1.2.3.4/x',
    ],
    COUNTERSIGN_DNS_SERVERS: [
      'dns',
      '10.0.0.53:0',
      '10.0.0.53:',
      '::1:x',
      '[10.0.0.1]:53',
      '1.1.1.1,',
    ],
    COUNTERSIGN_ALLOW_TEST_DEVICES: ['TRUE', '1', 'yes'],
    COUNTERSIGN_WEB_PUSH_PRIVATE: ['True', '0'],
    COUNTERSIGN_LOG_LEVEL: ['INFO', 'verbose'],
    COUNTERSIGN_PUBLIC_URL: ['mfa.example.com', 'ftp://x', 'https://x/?a=1', 'https://a:b@x'],
    COUNTERSIGN_SMTP_URL: ['mail.example.com', 'https://x'],
    COUNTERSIGN_FCM_URL: ['fcm'],
    DATABASE_URL: ['mysql://x', 'database'],
    COUNTERSIGN_BOOTSTRAP_CLIENT_ID: ['one'],
  })) {
    for (const value of values) {
      test(`${name}=${value}`, () => {
        assert.match(refusalOf({ [name]: value }), new RegExp(`^${name} `));
      });
    }
  }

  test('an address that may hold a password is not quoted', () => {
    assert.doesNotMatch(refusalOf({ DATABASE_URL: 'mysql://u:geheim@x' }), /geheim/);
  });
});

test('a name that is no setting is refused, with the one that was meant', () => {
  assert.match(refusalOf({ COUNTERSIGN_PUBLICURL: 'x' }), /mean COUNTERSIGN_PUBLIC_URL\?/);
  assert.match(refusalOf({ COUNTERSIGN_DATADIR: 'x' }), /mean COUNTERSIGN_DATA_DIR\?/);
  assert.match(
    refusalOf({ COUNTERSIGN_SOMETHING_ELSE: 'x' }),
    /^COUNTERSIGN_SOMETHING_ELSE is no setting\. docs/,
  );
  assert.match(refusalOf({ NODE_ENV: 'prod' }), /mean production\?/);
});

test('senders of environments may be inside, but not in production', () => {
  const allowed = (env: Record<string, string>) => readSettings(env).senders.allowPrivate;
  assert.ok(allowed({}));
  assert.ok(!allowed({ NODE_ENV: 'production' }));
  assert.ok(allowed({ NODE_ENV: 'production', COUNTERSIGN_SENDERS_PRIVATE: 'true' }));
  assert.ok(!allowed({ COUNTERSIGN_SENDERS_PRIVATE: 'false' }));
});

test('names that others put into the environment are no mistakes', () => {
  readSettings({
    COUNTERSIGN_URL: 'https://mfa.example.com',
    COUNTERSIGN_SERVICE_HOST: '10.0.0.1',
    COUNTERSIGN_SERVICE_PORT_HTTP: '80',
    COUNTERSIGN_PORT: 'tcp://10.0.0.1:80',
    COUNTERSIGN_POSTGRES_PORT_5432_TCP_ADDR: '10.0.0.2',
  });
});

test('what can not all hold is refused', () => {
  const files = { COUNTERSIGN_TLS_CERT_FILE: 'c.pem', COUNTERSIGN_TLS_KEY_FILE: 'k.pem' };
  for (const env of [
    { COUNTERSIGN_TLS_CERT_FILE: 'c.pem' },
    { ...files, COUNTERSIGN_PUBLIC_URL: 'http://mfa.example.com' },
    { COUNTERSIGN_AUTH_PUBLIC_URL: 'https://auth.example.com' },
    { COUNTERSIGN_MASTER_KEY: 'a', COUNTERSIGN_MASTER_KEY_FILE: 'b' },
    { COUNTERSIGN_FIDO_METADATA_FILE: 'a', COUNTERSIGN_FIDO_METADATA_URL: 'https://b' },
  ]) {
    assert.match(refusalOf(env), /COUNTERSIGN_/);
  }
});

test('a public URL is kept as clients write it', () => {
  const read = (value: string) => readSettings({ COUNTERSIGN_PUBLIC_URL: value }).publicUrl;
  assert.equal(read('HTTPS://MFA.Example.COM:443/'), 'https://mfa.example.com');
  assert.equal(read('http://mfa.example.com:80'), 'http://mfa.example.com');
  assert.equal(read('https://mfa.example.com:8443/Mfa//'), 'https://mfa.example.com:8443/Mfa');
  assert.equal(read('https://[::1]:4110'), 'https://[::1]:4110');
});

test('lists and booleans that are understood', () => {
  const settings = readSettings({
    COUNTERSIGN_TRUST_PROXY: ' 10.0.0.0/8, ::1 ,fd00::/8,loopback',
    COUNTERSIGN_ALLOW_TEST_DEVICES: 'false',
  });
  assert.deepEqual(settings.trustProxy, ['10.0.0.0/8', '::1', 'fd00::/8', 'loopback']);
  assert.equal(settings.allowTestDevices, false);
  assert.equal(readSettings({}).allowTestDevices, true);
  assert.equal(readSettings({ NODE_ENV: 'production' }).allowTestDevices, false);
  assert.equal(readSettings({ NODE_ENV: '' }).production, false);
});
